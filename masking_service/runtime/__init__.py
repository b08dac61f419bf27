"""Settings, wiring, store admission and background jobs of a process."""
