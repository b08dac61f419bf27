"""Reads files of numbers, one a line."""

from collections.abc import Iterable, Iterator
from typing import Final

import click

from masking_service.masking.waybill import normalise_waybill_no
from masking_service.texts import Text, say

NUMBERS_AT_ONCE: Final = 500


def lines_in(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a file. Raises UsageError where it is not UTF-8."""
    try:
        yield from lines
    except UnicodeDecodeError:
        raise click.UsageError(say(Text("the input is not {encodings}: save it as UTF-8"), encodings="UTF-8")) from None


def numbers_in(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the numbers of a file in portions, each number once a portion. Raises UsageError."""
    portion: dict[str, None] = {}
    for at, line in enumerate(lines_in(lines), 1):
        if line.strip():
            try:
                portion[normalise_waybill_no(line)] = None
            except ValueError:
                raise click.UsageError(say(Text("line {at} is not a waybill number"), at=at)) from None
        if len(portion) == NUMBERS_AT_ONCE:
            yield list(portion)
            portion.clear()
    if portion:
        yield list(portion)
