"""Pseudonyms that end: permits, whose keys are wrapped as data keys and destroyed when a permit ends."""
