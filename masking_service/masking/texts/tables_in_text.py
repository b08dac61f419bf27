"""Finds personal values in a table that a text holds: a line of headers, and lines of as many cells below it.

Cells are parted by tabs, commas, semicolons or ``|`` (Markdown). A header is read as the name of a member is
(`member_names`).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from masking_service.masking.effort import COLD_NAME, Pay
from masking_service.masking.kinds.table import PERSONAL
from masking_service.masking.members.codes import settled
from masking_service.masking.members.member_names import ROOT, read_names
from masking_service.masking.members.name_words import PARTY, name_words

Value = tuple[int, int, str]
"""Start and end of a value, and its kind."""

_SEPARATORS: Final = "\t,;|"
_KINDS: Final = PERSONAL | {PARTY}
_MAX_CELLS: Final = 64
_MAX_TABLES: Final = 4
"""The largest number of tables of a text that are read."""
_SURE: Final = 2
"""The number of headers for personal values that make a line a line of headers, whatever the others are."""
_HEADER: Final = re.compile(r"[^\d\n]{1,40}").fullmatch
_RULE: Final = re.compile(r"[\s|:+-]*-[\s|:+-]*").fullmatch
"""The line below the headers in Markdown."""
_CELL: Final = {mark: re.compile(rf'"(?:[^"\n]|"")*"|[^{re.escape(mark)}\n]+') for mark in _SEPARATORS}
_AROUND: Final = " \"'\r"
_EDGES: Final = re.compile(r"\s*\|?(.*?)(?:\|\s*)?\Z").fullmatch


def may_hold_table(text: str) -> bool:
    """False only if no two lines, one below the other, have cells parted by one sign. Quick."""
    lines = text.split("\n") if "\n" in text else []
    return any(any(mark in line and mark in below for mark in _SEPARATORS) for line, below in pairwise(lines))


def values_of_tables(text: str, pay: Pay) -> list[Value]:
    """Return the personal values in the tables of a text, in order. `pay` pays for the headers."""
    if not may_hold_table(text):
        return []
    found: list[Value] = []
    kinds: Sequence[str | None] = ()
    mark, tables, done = "", 0, 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        start, done = done, done + len(line) + 1
        cells = _cells(line, mark) if mark else []
        if mark and _RULE(line):
            continue
        if mark and len(cells) == len(kinds):
            found += _personal(text, start, cells, kinds)
        elif not (mark and line.strip()):  # a line of other cells ends no table, an empty one does
            mark, kinds = "", ()
            if tables < _MAX_TABLES and (head := _headers(line, lines[number : number + 2], pay)):
                mark, kinds = head
                tables += 1
    return found


def _headers(line: str, below: Sequence[str], pay: Pay) -> tuple[str, Sequence[str | None]] | None:
    """Return the sign between the cells and the kind of each column, if a line is the headers of those below it."""
    row = next((other for other in below if not _RULE(other)), "")
    words = name_words()
    for mark in _SEPARATORS:
        if mark not in line or mark not in row:
            continue
        cells = [line[start:end] for start, end in _cells(line, mark)]
        if not 1 < len(cells) <= _MAX_CELLS or len(cells) != len(_cells(row, mark)) or not all(map(_HEADER, cells)):
            continue
        known = [words.knows_all(cell) for cell in cells]
        personal = [sure and words.ends_personal(cell) for cell, sure in zip(cells, known, strict=True)]
        if sum(personal) < (1 if all(known) else _SURE):
            continue
        pay(COLD_NAME * len(cells))
        kinds = [its.kind for its in read_names(ROOT, tuple(cells))]
        return mark, [kind if sure else None for kind, sure in zip(kinds, known, strict=True)]
    return None


def _personal(text: str, start: int, cells: Sequence[tuple[int, int]], kinds: Sequence[str | None]) -> Iterator[Value]:
    for (begin, end), kind in zip(cells, kinds, strict=True):
        its = settled(kind, text[start + begin : start + end])
        if its in _KINDS and begin < end:
            yield start + begin, start + end, its


def _cells(line: str, mark: str) -> list[tuple[int, int]]:
    """Return the spans of a line's cells, without blanks and quotes around them."""
    begin, end = inner.span(1) if mark == "|" and (inner := _EDGES(line)) else (0, len(line))
    spans: list[tuple[int, int]] = []
    at = begin
    while at <= end:
        match = _CELL[mark].match(line, at, end)
        stop = match.end() if match else at
        if stop < end and line[stop] != mark:  # what follows a quote
            stop = next((place for place in (line.find(mark, stop, end),) if place >= 0), end)
        cell = line[at:stop]
        left = len(cell) - len(cell.lstrip(_AROUND))
        spans.append((at + left, max(at + left, stop - (len(cell) - len(cell.rstrip(_AROUND))))))
        at = stop + 1
    return spans
