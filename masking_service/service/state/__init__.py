"""Sealed state: values that are written once, serials, and marks once a minute."""
