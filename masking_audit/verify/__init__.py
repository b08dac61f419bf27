"""Verifies an audit log with the public key alone."""
