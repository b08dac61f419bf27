"""Freezes: principals who may do nothing until they are unfrozen."""
