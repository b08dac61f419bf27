"""Finds names of people in texts and addresses."""
