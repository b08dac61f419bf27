"""Waybills: mask, tokenize, view and erase, and the vault that keeps their values."""
