"""Masks or tokenizes whole files of records.

Masking needs no store; the service tokenizes in this process.

What is written is whole or not there, holds a line for each record, and nothing of a record that failed.
"""

from masking_service.cli.files.commands import mask, tokenize

__all__ = ["mask", "tokenize"]
