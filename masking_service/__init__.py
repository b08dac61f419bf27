"""Masks, tokenizes and, for the right role and purpose, opens the personal data on express waybills."""

__version__ = "0.1.0"
