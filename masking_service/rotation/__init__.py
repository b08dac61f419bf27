"""Keys that turn over while the service goes on: who has which keyset, rotation, rewrapping, shredding, restoring.

`watch` is the side of every serving process; the rest is what `keys` commands do.
"""
