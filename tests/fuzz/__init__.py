"""Fuzzes everything that takes bytes from outside; each target states what must hold for any bytes."""
