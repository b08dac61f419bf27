"""Reads the rows of a sheet, one at a time.

A number format may hold any text (`0"张三"`), which a spreadsheet shows in the cell. So only formats of known pieces
are written again; another one is replaced by a usual one of its sort.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import IO, Any, Final, NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import from_excel, from_ISO8601, to_excel

from masking_files.excel.scan import MAX_COLUMNS, column_number, row_number
from masking_files.excel.strings import Strings, longer, unescaped
from masking_files.excel.xml import beginnings, elements

GENERAL: Final = "General"
DATE: Final = "yyyy-mm-dd hh:mm:ss"
_DURATION: Final = "[h]:mm:ss"

_KNOWN: Final = re.compile(
    r"""(?: General
          | [0#?.,%/@:;+\-()\ _*Ee年月日时時分秒上午下¥￥$€£]
          | \\[ \-/.:,()年月日时時分秒¥￥$€£]
          | AM/PM | A/P | [ymdhs]+
          | "[ \-/.:,()年月日时時分秒元¥￥$€£]?"
          | \[[hms]{1,2}\] | \[(?:Red|Black|Blue|Green|White|Yellow|Cyan|Magenta|红色|黑色|蓝色|绿色)\]
          | \[\$[¥￥$€£₩]?(?:-[0-9A-F]{1,4})?\]
          | \[[<>=]{1,2}(?:0|10*)\]
        )*""",
    re.VERBOSE | re.IGNORECASE,
)
_MAX_LENGTH: Final = 100


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows a number.

    Attributes:
        code: as it is written; of known pieces only.
        date: whether it shows a date or a time.
        duration: whether that is a time which goes on beyond 24 hours.
    """

    code: str
    date: bool
    duration: bool


PLAIN: Final = NumberFormat(GENERAL, date=False, duration=False)


def number_format(code: str) -> NumberFormat:
    """Return what a format means, and its code or a usual one of its sort."""
    date, duration = is_date_format(code), is_timedelta_format(code)
    if len(code) > _MAX_LENGTH or not _KNOWN.fullmatch(code):
        code = _DURATION if duration else DATE if date else GENERAL
    return NumberFormat(code, date, duration)


def read_formats(stream: IO[bytes]) -> list[NumberFormat]:
    """Return the number format of each cell style of a workbook's styles.

    Raises:
        Unsafe: the part is none that a spreadsheet writes.
        ValueError: a number in it is none.
    """
    own: dict[int, str] = {}
    used: list[int] = []
    cells = False
    for name, attributes in beginnings(stream):
        if name == "numFmt":
            own[int(attributes.get("numFmtId", ""))] = attributes.get("formatCode", GENERAL)
        elif name == "xf" and cells:
            used.append(int(attributes.get("numFmtId", "0")))
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            cells = name == "cellXfs"
    known = {at: number_format(own.get(at) or BUILTIN_FORMATS.get(at, GENERAL)) for at in {*used}}
    return [known[at] for at in used]


Value = str | int | float | bool | None


class Cell(NamedTuple):
    """A cell of a sheet.

    Attributes:
        value: what it holds. A date is the number that the workbook counts it by.
        date: the date or time that it shows, if it does.
    """

    value: Value
    number_format: str | None = None
    date: Any = None


EMPTY: Final = Cell(None)
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[1-9][0-9]{0,6}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]{1,4})?")


def read_rows(
    stream: IO[bytes], strings: Strings | Sequence[str], formats: Sequence[NumberFormat], epoch: datetime
) -> Iterator[tuple[Cell, ...]]:
    """Return the rows of a sheet, from the first; each as long as its last cell says.

    Args:
        epoch: the day that its dates count from.

    Raises:
        Unsafe, ValueError, IndexError: the part is damaged.
    """
    number, value = 0, ""
    row: list[Cell] = []
    cell: dict[str, str] = {}
    for name, attributes, text in elements(stream):
        if name == "row":
            if text is None:
                before, number, row = number, row_number(attributes, number), []
                yield from repeat((), number - before - 1)
            else:
                yield tuple(row)
        elif name == "c":
            if text is None:
                cell, value = attributes, ""
            else:
                _place(row, cell, _cell(cell, value, strings, formats, epoch))
        elif text and name == ("t" if cell.get("t") == "inlineStr" else "v"):
            value = longer(value, text)


def _place(row: list[Cell], attributes: dict[str, str], cell: Cell) -> None:
    """Put a cell behind the ones before it."""
    column = len(row) + 1
    reference = attributes.get("r")
    if reference is not None:
        match = _REFERENCE.fullmatch(reference)
        if match is None or not column <= column_number(match[1]) <= MAX_COLUMNS:
            raise ValueError("cells out of order")
        column = column_number(match[1])
    row += [EMPTY] * (column - 1 - len(row))
    row.append(cell)


def _cell(
    attributes: dict[str, str],
    text: str,
    strings: Strings | Sequence[str],
    formats: Sequence[NumberFormat],
    epoch: datetime,
) -> Cell:
    kind = attributes.get("t", "n")
    style = int(attributes.get("s", "0"))
    form = formats[style] if formats else PLAIN
    if kind in ("inlineStr", "str", "e"):
        return Cell(unescaped(text) or None, form.code)
    text = text.strip()
    if not text:
        return EMPTY
    if kind == "s":
        return Cell(strings[int(text)], form.code)
    if kind == "b":
        return Cell(bool(int(text)), form.code)
    if kind == "d":
        date = from_ISO8601(text)
        return Cell(to_excel(date, epoch), form.code if form.date else number_format(DATE).code, date)
    if kind != "n" or not _NUMBER.fullmatch(text):
        raise ValueError("no cell of a spreadsheet")
    value = int(text) if text.lstrip("+-").isdecimal() else float(text)
    return Cell(value, form.code, _date(value, form, epoch) if form.date else None)


def _date(value: float, form: NumberFormat, epoch: datetime) -> Any:
    """The date of a number, or None if there is no such day."""
    try:
        return from_excel(value, epoch, timedelta=form.duration)
    except (OverflowError, ValueError):
        return None
