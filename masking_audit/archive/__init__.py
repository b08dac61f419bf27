"""The archive of the audit log outside the store."""
