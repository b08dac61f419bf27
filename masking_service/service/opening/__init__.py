"""Opens stored values, field by field."""
