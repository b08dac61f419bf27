"""Finds people whose entries in the audit log look like theft. Pure: no clock, no store."""
