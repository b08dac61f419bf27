"""Reads texts by all rules, and what labels, tables, segments and documents in them say.

`full_reading` applies all rules to one text. `outlines` and `pieces` save work: they read texts, or parts of long
texts, that differ only in names and mobile numbers once.
"""
