"""One module for each kind of value: its mask, its form for columns, and its signs in a text."""
