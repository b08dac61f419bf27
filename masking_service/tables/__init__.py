"""Tells what the columns of a table are, by headers and cells. It masks nothing."""
