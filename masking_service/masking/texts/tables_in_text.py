"""Finds personal values in tables that a text holds, and in messages between machines.

A table has a line of headers, and lines of as many cells below it. Cells are parted by tabs, commas, semicolons or
``|`` (Markdown). A header is read as the name of a member is (`member_names`). Messages are segments of EDIFACT and
X12, fields of labels in ZPL, and vCards.
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
from masking_service.masking.names.latin_bounds import is_known_alone
from masking_service.masking.names.name_bounds import can_be_name
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.words.family_names import LATIN_TITLE

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


_MAY_HOLD: Final = re.compile(r"\^F[DV]|(?:NAD|CTA|COM)\+|(?:N1|N2|N3|PER)\*|(?<![A-Za-z])N(?:;[^:\n]{1,40})?:").search
_FIELDS: Final = re.compile(r"(\^F[DV]|\^FS(?:\^(?!F[DV])[A-Z][A-Z0-9@][0-9A-Z,.]*)*)").split
"""Splits a label in ZPL: the data of its fields is at even places, what is between them at odd ones."""

_PART: Final = r"(?:\?.|[^+:'?\n~])*"
_ELEMENT: Final = rf"{_PART}(?::{_PART}){{0,4}}"
_BEGIN: Final = r"(?<![A-Za-z0-9])"
_EDIFACT: Final = re.compile(
    rf"{_BEGIN}NAD\+[A-Z]{{2,3}}\+{_ELEMENT}\+(?P<both>{_ELEMENT})(?:\+(?P<name>{_ELEMENT})(?:\+(?P<address>{_ELEMENT}))?)?"
    rf"|{_BEGIN}CTA\+[A-Z]{{2,3}}\+{_PART}:(?P<contact>{_PART})"
    rf"|{_BEGIN}COM\+(?P<value>{_PART}):(?P<by>[A-Z]{{2}})"
).finditer
_X12: Final = re.compile(
    rf"{_BEGIN}N1\*[0-9A-Z]{{2,3}}\*(?P<name>[^*~\n]+)|{_BEGIN}N2\*(?P<more>[^*~\n]+)"
    rf"|{_BEGIN}N3\*(?P<address>[^*~\n]+)(?:\*(?P<line>[^*~\n]+))?|{_BEGIN}PER\*[0-9A-Z]{{2}}\*(?P<contact>[^*~\n]*)"
    r"(?:\*(?P<by>[A-Z]{2})\*(?P<value>[^*~\n]+))?(?:\*(?P<by2>[A-Z]{2})\*(?P<value2>[^*~\n]+))?"
    r"(?:\*(?P<by3>[A-Z]{2})\*(?P<value3>[^*~\n]+))?"
).finditer
_CARD: Final = re.compile(
    r"^N(?:;[^:\n]{1,40})?:(?=\S)(?P<family>[^\d\n;:]{1,40});(?P<given>[^\d\n;:]{0,40})(?=;|$)"
    r"|\bMECARD:(?:[^\n]{0,80};)?N:(?P<name>[^\d\n;:]{1,40});",
    re.M,
).finditer
"""Finds the name in a vCard and in a MECARD."""
_KINDS_BY_QUALIFIER: Final = {
    **dict.fromkeys(("TE", "FX", "AL", "MO", "CP", "HP", "WP", "NP", "TL"), "phone"),
    "EM": "email",
}
"""Kinds of values, by the qualifier of a communication number."""
_NAMED: Final = {
    "both": "name",
    "family": "name",
    "given": "name",
    "name": "name",
    "more": "name",
    "contact": "name",
    "address": "address",
    "line": "address",
}
_HAN_NAME: Final = re.compile("[\u4e00-\u9fff]{2,4}").fullmatch
_SHOWN: Final = 2
"""The largest number of characters that the mask of a name shows at its beginning."""


def may_hold_segments(text: str) -> bool:
    """False only if a text, or each of its lines, has no such segment and no such field."""
    return _MAY_HOLD(text) is not None


def fields_of_label(text: str) -> list[str]:
    """Return the fields of a ZPL label at even places, with commands between; else the text alone."""
    return _FIELDS(text) if "^F" in text else [text]


def values_of_segments(text: str) -> list[Value]:
    """Return the personal values in the segments of a message, in order."""
    found: list[Value] = []
    for match in _EDIFACT(text) if "+" in text else ():
        found += _values_in(match, ":")
    for match in _X12(text) if "*" in text else ():
        found += _values_in(match, "")
    for match in _CARD(text) if "N" in text else ():
        found += _values_in(match, "\n")
    return sorted(found)


def name_of_field(field: str) -> bool:
    """Whether all of a field of a label is a name: LI SIGUANG, 李四光."""
    name = field.strip()
    return is_known_alone(name) or (_HAN_NAME(name) is not None and can_be_name(name) and is_name(name))


def _values_in(match: re.Match[str], joint: str) -> Iterator[Value]:
    for group, text in match.groupdict().items():
        kind = _NAMED.get(group) or (
            _KINDS_BY_QUALIFIER.get(match[group.replace("value", "by")] or "") if "value" in group else None
        )
        if (
            text is None
            or kind is None
            or (kind == "name" and not joint and _is_masked(match.string, text, match.end(group)))
        ):
            continue
        start = match.start(group)
        for number, part in enumerate(text.split(joint) if joint else (text,)):
            its = "address" if group == "both" and number else kind
            if part.strip():
                yield start, start + len(part), its
            start += len(part) + len(joint)


def _is_masked(text: str, name: str, end: int) -> bool:
    """Whether the star before a value is part of a mask, and not a separator of X12, which is a star, too."""
    title = LATIN_TITLE(name)
    shown = len(name) - (title.end() if title else 0)
    return text[end : end + 1] == "*" and (shown < _SHOWN or (shown == _SHOWN and text.startswith("**", end)))
