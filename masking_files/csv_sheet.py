"""CSV files, written as they were read.

Any delimiter, with the encoding, line ends and quotes of the input. A spreadsheet reads no cell as a formula.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from masking_files import texts
from masking_files.destination import Write
from masking_files.faults import InputError
from masking_files.formulas import risky, safe
from masking_files.headers import count_known
from masking_files.sources import Source
from masking_files.table import HIDDEN, Cell, Sheet, SheetRow, cell_text
from masking_service.masking.records.schema import Schema
from masking_service.texts import say

_DELIMITERS: Final = ",\t;|^~\x01"
_LINE_END: Final = re.compile(r"(?:\r\n|\r|\n)?\Z")
_BYTE_ORDER_MARK: Final = "\ufeff"
_AS_TEXT: Final = re.compile(r'="([^"]*)"')
"""How exports keep a spreadsheet from reading a number: ``="13812345678"``."""


class CsvSheet(Sheet):
    """A CSV file.

    Args:
        delimiter: one character, or None to find it in the headers.
        schema, told: whose headers tell the delimiter.
        excel: whether the output is UTF-8 with a byte order mark in any case.
    """

    def __init__(
        self, source: Source, *, delimiter: str | None, schema: Schema, told: Mapping[str, str], excel: bool
    ) -> None:
        self._encoding = "utf-8" if excel else source.encoding
        self._mark = _BYTE_ORDER_MARK if self._encoding == "utf-8" and (excel or source.marked) else ""
        self._taken: list[str] = []
        self._rows: list[str] = []
        self._write: Write
        self._source = source
        lines = source.lines()
        first = next((line for line in lines if not line.isspace()), None)
        if first is None:
            raise InputError(say(texts.EMPTY_INPUT), 1)
        self._delimiter = delimiter or _delimiter_of(first, schema, told)
        self._needs_quotes = re.compile(rf'[{re.escape(self._delimiter)}"\r\n]|^\s|\s$').search
        other = re.escape(self._delimiter)
        self._cells = re.compile(rf'("(?:[^"]++|"")*+"|[^{other}]*+)({other}|\Z)').findall
        self._reader = csv.reader(self._recorded(first, lines), delimiter=self._delimiter, strict=True)
        headers, self._header, self._end = self._read()
        self.headers: Sequence[str] = headers

    def lines(self) -> Iterator[SheetRow]:
        """Each line behind the headers; empty lines are none."""
        while True:
            number = self._source.line
            try:
                cells, raw, end = self._read()
            except StopIteration:
                return
            if cells:
                meant = cells
                if any(cell[:2] == '="' for cell in cells):
                    meant = [match[1] if (match := _AS_TEXT.fullmatch(cell)) else cell for cell in cells]
                yield SheetRow(number, meant, (cells, raw, end))

    def begin(self, write: Write, added: Sequence[str]) -> None:
        """Write the header line."""
        self._write = write
        cells = [self._written(cell, raw, safe(cell)) for cell, raw in zip(self.headers, self._header, strict=True)]
        write((self._mark + self._joined([*cells, *map(self._quoted, added)], self._end)).encode(self._encoding))

    def put(self, line: SheetRow, changed: Mapping[int, str], added: Sequence[Cell]) -> None:
        """Keep a line for `flush`."""
        cells, raw, end = line.origin
        shown = list(raw)
        if risky(cells):
            for at, cell in enumerate(cells):
                shown[at] = self._written(cell, raw[at], safe(cell))
        for at, cell in changed.items():
            shown[at] = self._written(cells[at], raw[at], safe(cell))
        self._rows.append(self._joined([*shown, *self._added(added)], end))

    def blank(self, line: SheetRow, added: Sequence[Cell]) -> None:
        """Keep a line that failed for `flush`."""
        self._rows.append(self._joined([*[HIDDEN] * len(self.headers), *self._added(added)], line.origin[2]))

    def flush(self) -> None:
        """Write the lines that were put."""
        self._write("".join(self._rows).encode(self._encoding))
        self._rows.clear()

    @property
    def progress(self) -> tuple[int, int | None]:
        """Bytes."""
        return self._source.done, self._source.total

    def _added(self, cells: Sequence[Cell]) -> list[str]:
        return [self._quoted(cell_text(cell)) for cell in cells]

    def _recorded(self, first: str, lines: Iterator[str]) -> Iterator[str]:
        """The lines, each noted for the record that it belongs to."""
        self._taken.append(first)
        yield first
        for line in lines:
            self._taken.append(line)
            yield line

    def _read(self) -> tuple[list[str], list[str], str]:
        """The next record's cells, the same as they are written, and its line end."""
        line = self._source.line - 1 if self._taken else self._source.line
        self._taken.clear()
        try:
            cells = next(self._reader)
        except csv.Error:
            raise InputError(say(texts.BROKEN_CELL), line) from None
        text = "".join(self._taken)
        self._taken.clear()
        end = _LINE_END.search(text)
        body = text[: end.start()] if end else text
        if '"' not in body:
            return cells, cells, text[len(body) :]
        raw = [cell for cell, _ in self._cells(body)][: len(cells)]
        if len(raw) != len(cells):
            raw = [self._quoted(cell) for cell in cells]
        return cells, raw, text[len(body) :]

    def _written(self, before: str, raw: str, cell: str) -> str:
        """Return a cell as it is written: unchanged if it did not change, and quoted if it was quoted."""
        if cell == before:
            return raw
        return _quoted(cell) if raw[:1] == '"' else self._quoted(cell)

    def _quoted(self, cell: str) -> str:
        """A cell in quotes where it needs them."""
        return _quoted(cell) if self._needs_quotes(cell) else cell

    def _joined(self, cells: list[str], end: str) -> str:
        return self._delimiter.join(cells) + (end or "\n")


def _delimiter_of(line: str, schema: Schema, told: Mapping[str, str]) -> str:
    """Return the delimiter that gives the most known headers, and of several the most headers."""
    best = (-1, -1)
    found = _DELIMITERS[0]
    for delimiter in _DELIMITERS:
        headers = next(csv.reader([line], delimiter=delimiter), [])
        known = (count_known(headers, schema, told), len(headers))
        if known > best:
            best, found = known, delimiter
    return found


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
