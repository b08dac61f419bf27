"""What the service does: one folder a capability, with its state, its use cases and its API."""
