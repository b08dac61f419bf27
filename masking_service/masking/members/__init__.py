"""Says what a value is, by the name of its member."""
