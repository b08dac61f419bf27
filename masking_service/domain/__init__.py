"""The rules of masking: records and their places, names, phones, addresses, free text, profiles.

Pure: no I/O, no clock, no randomness.
"""
