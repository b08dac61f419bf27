"""Intake and opening: what one tier publishes for the other, hour keys, and what intake asks opening."""
