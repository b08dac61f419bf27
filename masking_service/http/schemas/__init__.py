"""Typed requests and answers."""
