"""Who did what, durable before the answer, in a log that nobody can quietly change."""
