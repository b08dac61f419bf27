"""Tells callers about themselves."""
