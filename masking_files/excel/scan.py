"""Reads what a sheet says outside its cells, and refuses sheets that would take unbounded memory."""

import re
from dataclasses import dataclass, field
from typing import IO, Final

from masking_files import texts
from masking_files.excel.xml import Unsafe, beginnings

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
HEADER_ROWS: Final = 20
"""The headers are looked for in so many rows at the top."""

_MAX_WIDTH: Final = 255
_MAX_TITLES: Final = 10_000
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


@dataclass(slots=True)
class Scan:
    """What a sheet's part says outside its cells.

    Attributes:
        rows: the number of its last row.
        merged: (first row, last row, first column, last column), from 1, of the merged cells that begin in the rows
            where headers are looked for, and of the first one below these.
        widths: (first column, last column, width, hidden), from 1.
        formula: (row, column) of the first formula.
        cells: whether there is any cell with a value.
    """

    rows: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: list[tuple[int, int, float, bool]] = field(default_factory=list)
    formula: tuple[int, int] | None = None
    cells: bool = False


def scan_sheet(stream: IO[bytes]) -> Scan:
    """Read a sheet's part from beginning to end. Raises Unsafe: it is none that a spreadsheet writes."""
    found = Scan()
    row, in_row = 0, 0
    below: tuple[int, int, int, int] | None = None
    for name, attributes in beginnings(stream):
        if name in ("v", "is"):
            found.cells = True
        elif name == "c":
            in_row += 1
            if in_row > MAX_COLUMNS:
                raise Unsafe(texts.WIDE_ROW)
        elif name == "row":
            row, in_row = row_number(attributes, row), 0
        elif name == "f":
            found.formula = found.formula or (row, in_row)
        elif name == "col":
            _add_width(found, attributes)
        elif name == "mergeCell":
            area = _area(attributes)
            if area[0] > HEADER_ROWS:
                below = min(below or area, area)
            elif len(found.merged) < _MAX_TITLES:
                found.merged.append(area)
            else:
                raise Unsafe(texts.ODD_MERGE)
    found.rows = row
    if below is not None:
        found.merged.append(below)
    return found


def row_number(attributes: dict[str, str], before: int) -> int:
    """Return the number of a row, which is behind the one before it. Raises Unsafe: it is not."""
    text = attributes.get("r", str(before + 1))
    row = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_ROWS)) else 0
    if not before < row <= MAX_ROWS:
        raise Unsafe(texts.UNORDERED_ROWS)
    return row


def column_number(letters: str) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _add_width(found: Scan, attributes: dict[str, str]) -> None:
    try:
        first, last = int(attributes["min"]), int(attributes["max"])
        width = float(attributes.get("width", "8.43"))
    except (KeyError, ValueError):
        return
    if 1 <= first <= last <= MAX_COLUMNS and 0 <= width <= _MAX_WIDTH and len(found.widths) < MAX_COLUMNS:
        found.widths.append((first, last, width, attributes.get("hidden") in ("1", "true")))


def _area(attributes: dict[str, str]) -> tuple[int, int, int, int]:
    first, _, last = attributes.get("ref", "").partition(":")
    corners = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if corners[0] is None or corners[1] is None:
        raise Unsafe(texts.ODD_MERGE)
    (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
    return int(top), int(bottom), column_number(left), column_number(right)
