"""One module for each kind of value: how it is masked, its form for columns, and what tells it in a text."""
