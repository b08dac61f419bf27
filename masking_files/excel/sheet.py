"""Reads one sheet of a workbook, and writes a new one that keeps types, known number formats and column widths.

The rows above the headers, other sheets, comments and everything else of the workbook are not in the output, because
nothing says what they hold. A formula is never run and never copied: a sheet with one is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain, islice
from typing import Any, Final

import xlsxwriter

from masking_files.destination import Write
from masking_files.excel.cells import GENERAL, Value
from masking_files.excel.cells import Cell as Read
from masking_files.excel.package import Workbook, is_known_name
from masking_files.excel.scan import HEADER_ROWS, Scan
from masking_files.faults import InputError, NotDone
from masking_files.formulas import BEGINNINGS
from masking_files.headers import count_known
from masking_files.table import HIDDEN, Cell, Sheet, SheetRow
from masking_files.texts import ABOVE_HEADERS, BROKEN_ROW, FORMULA, LONG_CELL, MERGED, NO_HEADER_ROW
from masking_service.masking.records.schema import Schema
from masking_service.texts import say

EXACT: Final = 10**15
"""Digits that Excel keeps of a number. Longer whole numbers are written as text."""
MAX_TEXT: Final = 32_767


class ExcelSheet(Sheet):
    """A sheet, and the new workbook that it is written to.

    Args:
        sheet: its name; None for the only one with cells.
        schema, told: their headers tell which row holds the headers.
    """

    def __init__(self, workbook: Workbook, *, sheet: str | None, schema: Schema, told: Mapping[str, str]) -> None:
        self._workbook = workbook
        self._name = workbook.choose(sheet)
        self._scan = scan = workbook.scan(self._name)
        if scan.formula is not None:
            raise InputError(say(FORMULA), *scan.formula)
        rows = self._read(workbook.rows(self._name))
        top = list(islice(rows, HEADER_ROWS))
        texts = [[_text(cell).strip() for cell in row] for row in top]
        self._at, found = _find_headers(texts, scan, schema, told)
        self.headers: Sequence[str] = found
        for first, last, left, _ in scan.merged:
            if last > self._at + 1:
                raise InputError(say(MERGED), max(first, self._at + 2), left)
        self._rows = chain(top[self._at + 1 :], rows)
        self._number = self._at + 1
        self._formats: dict[tuple[str, bool], Any] = {}

    def lines(self) -> Iterator[SheetRow]:
        """The rows behind the headers that hold anything."""
        width = len(self.headers)
        for row in self._rows:
            self._number += 1
            cells = [_text(cell) for cell in row]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if any(cells):
                cells += [""] * (width - len(cells))
                yield SheetRow(self._number, cells, row)

    def begin(self, write: Write, added: Sequence[str]) -> None:
        """Start the new workbook, and write its headers."""
        self._book = xlsxwriter.Workbook(
            _Sink(write),
            {
                "constant_memory": True,
                "tmpdir": str(self._workbook.folder),
                "date_1904": self._workbook.dates_since_1904,
                "nan_inf_to_errors": True,
            },
        )
        self._sheet = self._book.add_worksheet(self._name if is_known_name(self._name) else None)
        for first, last, width, hidden in self._scan.widths:
            if first <= len(self.headers):
                last = min(last, len(self.headers))
                self._sheet.set_column(first - 1, last - 1, width, None, {"hidden": hidden})
        self._written = 0
        for at, header in enumerate((*self.headers, *added)):
            self._put_text(at, header)

    def put(self, line: SheetRow, changed: Mapping[int, str], added: Sequence[Cell]) -> None:
        """Write a row."""
        self._written += 1
        for at, cell in enumerate(line.origin[: len(self.headers)]):
            if at in changed:
                self._put_text(at, changed[at], cell.number_format)
            elif cell.value is not None:
                self._put(at, cell.value, cell.number_format)
        for at, value in enumerate(added, len(self.headers)):
            self._put(at, value, None)

    def blank(self, line: SheetRow, added: Sequence[Cell]) -> None:
        """Write a row that failed."""
        del line
        self._written += 1
        for at, value in enumerate((*[HIDDEN] * len(self.headers), *added)):
            self._put(at, value, None)

    def flush(self) -> None:
        """Do nothing: each row is in a draft on disk already."""

    def end(self) -> None:
        """Write the workbook."""
        self._book.close()

    def rounded(self, line: SheetRow, column: int) -> bool:
        """Return whether a cell is a number of more than 15 digits that a spreadsheet has rounded."""
        value = line.origin[column].value if column < len(line.origin) else None
        return isinstance(value, float) and abs(value) >= EXACT

    @property
    def progress(self) -> tuple[int, int | None]:
        """Rows."""
        return self._number, self._scan.rows

    @property
    def notes(self) -> list[str]:
        """Return what of the sheet is missing in the output."""
        if not self._at:
            return []
        return [say(ABOVE_HEADERS, row=self._at + 1)]

    def _read(self, rows: Iterator[tuple[Read, ...]]) -> Iterator[tuple[Read, ...]]:
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except NotDone:
                raise
            except Exception:
                # A damaged part raises whatever its reader stumbles over, and the text may hold what is in it.
                raise InputError(say(BROKEN_ROW), number) from None
            if any(type(cell.value) is str and len(cell.value) > MAX_TEXT for cell in row):
                raise InputError(say(LONG_CELL, count=MAX_TEXT), number)
            yield row

    def _put(self, at: int, value: Value, number_format: str | None) -> None:
        if value == "":
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._written, at, value, self._format(number_format))
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) < EXACT):
            self._sheet.write_number(self._written, at, value, self._format(number_format))
        else:
            self._put_text(at, str(value), number_format)

    def _put_text(self, at: int, text: str, number_format: str | None = None) -> None:
        """Write a text that stays one, also when a person edits the cell."""
        self._sheet.write_string(
            self._written, at, text, self._format(number_format, quoted=text[:1] in BEGINNINGS and text != "")
        )

    def _format(self, number_format: str | None, *, quoted: bool = False) -> Any:
        key = (number_format or GENERAL, quoted)
        if key == (GENERAL, False):
            return None
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"num_format": key[0], "quote_prefix": quoted})
        return self._formats[key]


class _Sink:
    """A file to write to, as a ZIP archive needs it."""

    def __init__(self, write: Write) -> None:
        self.write = write

    def flush(self) -> None:
        """Nothing: what it writes to is flushed at its end."""


def _find_headers(texts: list[list[str]], scan: Scan, schema: Schema, told: Mapping[str, str]) -> tuple[int, list[str]]:
    """The row of the headers, from 0, and the headers: where most are known.

    A header under a merged title is both: 收件人 over 姓名 is 收件人姓名.
    """
    best: tuple[int, bool] | None = None
    found: tuple[int, list[str]] = (0, [])
    for at, row in enumerate(texts):
        for titled in (False, True):
            headers = _titled(texts, at, scan) if titled else row
            while headers and not headers[-1]:
                headers = headers[:-1]
            if not headers or (titled and headers == row):
                continue
            known = count_known(headers, schema, told)
            if best is None or (known > 0 and (known, titled) > best):
                best, found = (known, titled), (at, headers)
    if not found[1]:
        raise InputError(say(NO_HEADER_ROW, count=HEADER_ROWS), 1)
    return found


def _titled(texts: list[list[str]], at: int, scan: Scan) -> list[str]:
    """A row's headers, each behind the merged title above it that does not span all of them."""
    headers = list(texts[at])
    for first, last, left, right in scan.merged:
        if first > at or last < at or last > at + 1:
            continue
        title = texts[first - 1][left - 1] if left <= len(texts[first - 1]) else ""
        headers += [""] * (right - len(headers))
        if last == at + 1:  # a title over both rows is the header itself
            headers[left - 1] = title
        elif left > 1 or right < len(texts[at]):
            for column in range(left - 1, right):
                headers[column] = title + headers[column] if headers[column] else ""
    return headers


def _text(cell: Read) -> str:
    """Return a cell as a person reads it; a phone that was entered as a number is its digits."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if cell.date is not None:
        return str(cell.date) if isinstance(cell.date, timedelta) else str(cell.date.isoformat())
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)
