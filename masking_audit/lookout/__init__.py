"""Finds people whose entries in the audit log look like theft, once a day."""
