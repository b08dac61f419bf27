"""Simulates insider theft: how much ten thieves take before they are detected."""
