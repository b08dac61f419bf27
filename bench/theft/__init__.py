"""Simulates insider theft: how much nine thieves take before they are detected."""
