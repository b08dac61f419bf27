"""Reads the audit log and the activity of people."""
