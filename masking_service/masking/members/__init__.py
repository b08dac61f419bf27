"""Reads from the names of members what their values are."""
