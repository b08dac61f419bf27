"""The audit log: durable before the answer, chained and signed."""
