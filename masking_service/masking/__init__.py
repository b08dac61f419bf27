"""The rules of masking: records, profiles, and each kind of value.

Pure: no I/O, no clock, no randomness.
"""
