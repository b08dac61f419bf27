"""Routes, one file for each group."""
