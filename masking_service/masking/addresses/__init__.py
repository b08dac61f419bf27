"""Finds units, floors and rooms in addresses and texts, in China and abroad."""
