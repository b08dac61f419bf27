"""Waybills: mask, tokenize, view and erase."""
