"""CSV: each line is a record, built from its cells by what their columns mean. Cells that nobody maps stay as written.

No cell of a line that failed is written, and none that a spreadsheet would run.
"""

import csv
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from masking_service.access.rules import TOKEN_KINDS
from masking_service.cli.files.cells import Builder
from masking_service.cli.files.entries import Entry
from masking_service.cli.files.faults import InputError, NotDone
from masking_service.cli.files.formulas import BEGINNINGS, safe
from masking_service.cli.files.headers import lay_out
from masking_service.cli.files.sources import Source
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.profiles import Profile
from masking_service.domain.record import Masker
from masking_service.domain.schema import KINDS, Schema, pointer
from masking_service.domain.text import contains_personal_data
from masking_service.usecases.items import Result, invalid

HIDDEN: Final = "*"
"""What stands in each cell of a line that failed."""

_DELIMITERS: Final = ",\t;|^~\x01"
_LINE_END: Final = re.compile(r"(?:\r\n|\r|\n)?\Z")
_NOT_UTF_8_MARK: Final = "\ufeff"


class Table:
    """A CSV file.

    Args:
        source: where it comes from.
        delimiter: one character, or None to find it in the first line.
        schema, profile: what its records are, and how columns are masked that have no place in them.
        told: what --map says.
        tokenize: whether answers hold tokens, which get columns of their own.
        excel: whether the output begins with a byte order mark in any case.
    """

    def __init__(
        self,
        source: Source,
        *,
        delimiter: str | None,
        schema: Schema,
        profile: Profile,
        told: Mapping[str, str],
        tokenize: bool,
        excel: bool,
    ) -> None:
        self.encoding = "utf-8" if excel else source.encoding
        self._mark = _NOT_UTF_8_MARK if self.encoding == "utf-8" and (excel or source.marked) else ""
        self._taken: list[str] = []
        self._source = source
        first = next(lines := source.lines(), None)
        if first is None:
            raise InputError("the input is empty", 1)
        self._delimiter = delimiter or _delimiter_of(first, schema, told)
        self._needs_quotes = re.compile(rf'[{re.escape(self._delimiter)}"\r\n]|^\s|\s$').search
        other = re.escape(self._delimiter)
        self._cells = re.compile(rf'("(?:[^"]++|"")*+"|[^{other}]*+)({other}|\Z)').findall
        self._reader = csv.reader(self._recorded(first, lines), delimiter=self._delimiter, strict=True)
        headers, self._header, self._end = self._read()
        _refuse_values(headers)
        self._layout = layout = lay_out(headers, schema, told)
        if not layout.kinds and not layout.hidden:
            raise InputError("no header names anything that would be masked; give --map HEADER=path", 1)
        if tokenize and not layout.knows_number:
            raise InputError(f"no header names the waybill number; give --map HEADER={schema.waybill_paths[-1][0]}", 1)
        self._builder = Builder(layout, schema)
        self._also = Masker(self._builder.also, profile) if layout.hidden else None
        self._pointers = {at: pointer(steps) for at, steps in layout.placed.items()}
        self._tokens = [self._pointers[at] for at, kind in layout.kinds.items() if kind in TOKEN_KINDS]
        self._tokenize = tokenize
        self._headers = headers

    def entries(self) -> Iterator[Entry]:
        """Each line behind the first one. Empty lines are none."""
        number = 0
        width = len(self._headers)
        while True:
            line = self._source.line
            try:
                cells, raw, end = self._read()
            except StopIteration:
                return
            if not cells:
                continue
            number += 1
            if len(cells) != width:
                # Every cell may stand under another's header: nothing of it can be trusted to be masked.
                yield Entry(line, number, None, "wrong-cell-count", (cells, raw, end, ()))
            else:
                record, holders = self._builder.build(cells)
                yield Entry(line, number, record, None, (cells, raw, end, holders))

    def opening(self) -> str:
        """The header line."""
        added = [*(f"token:{at}" for at in self._tokens), "revision", "created", "expires_at"] if self._tokenize else []
        taken = set(self._headers)
        names = [_free(name, taken) for name in (*added, "error")]
        cells = [self._written(cell, raw, safe(cell)) for cell, raw in zip(self._headers, self._header, strict=True)]
        return self._mark + self._joined([*cells, *map(self._quoted, names)], self._end)

    def settled(self, entry: Entry, result: Result) -> Result:
        """Mask what has no place in the schema, and let nothing of it stand elsewhere in the line."""
        if self._also is None or "error" in result:
            return result
        record = self._builder.with_also(entry.record, entry.origin[0])
        try:
            masked = self._also.mask(record)
        except InvalidRecord as fault:
            return invalid(fault)
        if masked.warnings:
            more = [{"pointer": at, "code": code} for at, code in masked.warnings]
            result["warnings"] = result.get("warnings", []) + more
        return result

    def answer(self, entry: Entry, result: Result) -> str:
        """The line: its cells, tokens and what was stored, and the error."""
        cells, raw, end, holders = entry.origin
        error = result.get("error")
        if error is not None:
            blank = [""] * (len(self._tokens) + 3) if self._tokenize else []
            return self._joined([*[HIDDEN] * len(self._headers), *blank, self._quoted(_said(error))], end)
        shown = list(raw)
        for at in [at for at, cell in enumerate(cells) if cell[:1] in BEGINNINGS]:
            shown[at] = self._written(cells[at], raw[at], safe(cells[at]))
        for at, cell in self._builder.changes(entry.record, holders, cells):
            shown[at] = self._written(cells[at], raw[at], safe(cell))
        if self._tokenize:
            tokens = result["tokens"]
            added = [tokens.get(at, "") for at in self._tokens]
            added += [str(result["revision"]), "true" if result["created"] else "false", result["expires_at"]]
            shown += map(self._quoted, added)
        shown.append("")
        return self._joined(shown, end)

    def closing(self) -> str:
        """Nothing."""
        return ""

    def column(self, pointer: str) -> int | None:
        """The column of a mapped place."""
        return next((at + 1 for at, its in self._pointers.items() if its == pointer), None)

    @property
    def notes(self) -> list[str]:
        """What the summary says of the columns, by their numbers."""
        layout = self._layout
        mapped = [f"{at + 1} {its}" for at, its in self._pointers.items()]
        notes = [f"columns: {', '.join(mapped)}"]
        if layout.hidden:
            hidden = ", ".join(f"{at + 1} ({kind})" for at, kind in layout.hidden.items())
            notes.append(f"masked without a place in the schema{', so without a token' * self._tokenize}: {hidden}")
        return notes

    @property
    def left(self) -> str:
        """The columns that nothing is known of, by number and header; no header holds personal data."""
        plain = self._layout.plain
        if not plain:
            return ""
        headers = {at: _one_line(self._headers[at]) for at in plain}
        columns = ", ".join(f"{at + 1} ({header})" for at, header in headers.items())
        if len(plain) == 1:
            what, told = f"column {columns}. If it holds", shlex.quote(f"{headers[plain[0]]}=kind:KIND")
        else:
            what, told = f"columns {columns}. If one holds", "HEADER=kind:KIND"
        return f"not masked: {what} personal data: --map {told} (KIND: {', '.join(KINDS)})"

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
            raise InputError("a quoted cell is not closed, is followed by more text, or is too large", line) from None
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
        """A cell as it stands in the file: as it was if it is what it was, and quoted if it was quoted."""
        if cell == before:
            return raw
        return _quoted(cell) if raw[:1] == '"' else self._quoted(cell)

    def _quoted(self, cell: str) -> str:
        """A cell in quotes where it needs them."""
        return _quoted(cell) if self._needs_quotes(cell) else cell

    def _joined(self, cells: list[str], end: str) -> str:
        return self._delimiter.join(cells) + (end or "\n")


def _delimiter_of(line: str, schema: Schema, told: Mapping[str, str]) -> str:
    """What parts the headers best: into the most that are known, then into the most."""
    best = (-1, -1)
    found = _DELIMITERS[0]
    for delimiter in _DELIMITERS:
        headers = next(csv.reader([line], delimiter=delimiter), [])
        named = {header: to for header, to in told.items() if header in headers}
        try:
            layout = lay_out(headers, schema, named)
        except NotDone:  # which is for whoever lays it out at last to say
            known = (len(named), len(headers))
        else:
            known = (len(layout.placed) + len(layout.hidden), len(headers))
        if known > best:
            best, found = known, delimiter
    return found


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _refuse_values(headers: list[str]) -> None:
    """A first line that is no header would come back in clear."""
    for at, header in enumerate(headers):
        if contains_personal_data(header):
            raise InputError("holds personal data: the first line has to be the headers", 1, at + 1)


def _one_line(header: str) -> str:
    return "".join(character if character.isprintable() else " " for character in header)


def _free(name: str, taken: set[str]) -> str:
    """`name`, or the next like it that no column has."""
    free = name
    number = 2
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    taken.add(free)
    return free


def _said(error: Mapping[str, Any]) -> str:
    places = [f"{fault['code']} {fault['pointer']}".rstrip() for fault in error.get("errors", ())]
    return "; ".join(places) or str(error["code"])
