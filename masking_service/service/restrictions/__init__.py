"""Waybills that may be used for certain purposes only: restricting them, and ending that. `Vault` reads it."""
