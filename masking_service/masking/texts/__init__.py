"""Reads texts: their outlines and pieces, and what labels, tables, segments and documents in them say."""
