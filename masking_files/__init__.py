"""Masks or tokenizes whole files of records. Masking needs no store; the service tokenizes in this process.

An output file appears whole or not at all. It has a line for each record, and holds nothing of a record that failed.
"""

from masking_files.commands import mask, tokenize

__all__ = ["mask", "tokenize"]
