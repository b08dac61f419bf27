"""Measurements, always beside a baseline in the same run: a figure from one machine at one hour says little alone."""
