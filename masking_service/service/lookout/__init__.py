"""The lookout: ranks people by what the audit log says of their habits."""
