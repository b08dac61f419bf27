"""Rotates, rewraps, shreds and restores keys while the service runs.

`keyset_watch` runs in every serving process; the other modules implement the `keys` commands.
"""
