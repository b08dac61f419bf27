"""Records, sealed and write-once, with their tokens and data keys."""
