"""Parquet and Arrow files, read and written some thousand rows at a time, in the types that they had.

The members of a struct are columns of their own, named `sender.phone`. A mask is a text: a mapped column of numbers
becomes one of texts, and a number that has to be hidden in an unmapped column is null.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from math import isnan
from pathlib import Path
from typing import Any, Final

from masking_files import texts
from masking_files.destination import Write
from masking_files.faults import InputError, NotDone
from masking_files.headers import lay_out
from masking_files.sources import STANDARD
from masking_files.table import HIDDEN, Cell, Sheet, SheetRow, cell_text
from masking_service.masking.records.schema import Schema
from masking_service.texts import say

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    from pyarrow import ipc, types

    from masking_service.arrow.types import without_notes
except ModuleNotFoundError:  # the extra `arrow` is not installed: `ColumnFile` says so
    pa = None

_READ: Final = 4_096
"""Rows that are read at once."""
_READ_BYTES: Final = 4 * 1024 * 1024
"""Bytes of such rows; fewer rows are read where they have more."""
_WRITTEN: Final = 65_536
"""Rows of a row group: fewer are larger files."""
_WRITTEN_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a row group before compression, whatever its rows."""
_EXACT: Final = 2**53
"""Whole numbers below it are exact in a fraction of 64 bits."""
_ARROW_FILE: Final = b"ARROW1"

Steps = tuple[str, ...]


class ColumnFile:
    """A Parquet or Arrow file.

    Args:
        form: ``parquet`` or ``arrow``.

    Attributes:
        rows: how many there are; None if that is unknown.

    Raises:
        NotDone: it cannot be read, or pyarrow is missing.
    """

    def __init__(self, file: str, form: str) -> None:
        if pa is None:
            raise NotDone(say(texts.NEEDS_ARROW))
        if file == STANDARD:
            raise NotDone(say(texts.NO_COLUMNS_FROM_INPUT))
        self.rows: int | None = None
        try:
            with Path(file).open("rb") as stream:
                self._is_stream = stream.read(len(_ARROW_FILE)) != _ARROW_FILE
            if form == "parquet":
                whole = pq.ParquetFile(file, pre_buffer=False)
                about = whole.metadata
                self.schema = whole.schema_arrow
                self.rows = about.num_rows
                size = sum(about.row_group(at).total_byte_size for at in range(about.num_row_groups))
                self._batches: Iterator[Any] = whole.iter_batches(_rows_of(size, about.num_rows))
            elif self._is_stream:
                reader = ipc.open_stream(pa.OSFile(file))
                self.schema = reader.schema
                self._batches = iter(reader)
            else:
                reader = ipc.open_file(pa.OSFile(file))
                self.schema = reader.schema
                self._batches = map(reader.get_batch, range(reader.num_record_batches))
            self._stored_schema = self.schema
            self.schema = pa.schema([_plain(field) for field in self._stored_schema])
        except (pa.ArrowException, OSError, UnicodeDecodeError) as fault:  # the last: of a name
            reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else form
            raise NotDone(say(texts.BROKEN_COLUMNS, reason=reason)) from None
        self._form = form

    def batches(self) -> Iterator[Any]:
        """The rows, in batches. Raises InputError: the rest cannot be read."""
        number = 0
        while True:
            try:
                batch = next(self._batches, None)
            except (pa.ArrowException, OSError):
                raise InputError(say(texts.BROKEN_COLUMNS, reason=self._form), number + 1) from None
            if batch is None:
                return
            for column, values in enumerate(batch.columns, 1):
                try:  # pyarrow trusts what it reads: text of other bytes raises later, a wrong offset ends the process
                    values.validate(full=True)
                except pa.ArrowException:
                    raise InputError(say(texts.BROKEN_COLUMN), number + 1, column) from None
            step = _rows_of(batch.nbytes, batch.num_rows)
            for begin in range(0, batch.num_rows, step):
                part = batch.slice(begin, step)
                yield part if self.schema.equals(self._stored_schema) else part.cast(self.schema)
            number += batch.num_rows

    def writer(self, sink: Any, schema: Any) -> Any:
        """What writes record batches in this form."""
        if self._form == "parquet":
            return pq.ParquetWriter(sink, schema)
        return ipc.new_stream(sink, schema) if self._is_stream else ipc.new_file(sink, schema)


class ColumnSheet(Sheet):
    """The rows of a Parquet or Arrow file; its columns are as `headers.lay_out` finds them."""

    def __init__(self, source: ColumnFile, *, schema: Schema, told: Mapping[str, str]) -> None:
        self._source = source
        self._leaves = [*_leaves(source.schema)]
        self.headers: Sequence[str] = [".".join(steps) for steps, _ in self._leaves]
        known: dict[str, int] = {}
        for at, header in enumerate(self.headers, 1):
            if (first := known.setdefault(header, at)) < at:
                raise NotDone(say(texts.SAME_COLUMNS, first=first, second=at))
        for header, (_, kind) in zip(self.headers, self._leaves, strict=True):
            if not _is_supported(kind):
                raise NotDone(say(texts.COLUMN_TYPE, column=header, type=str(kind)))
        masked = lay_out(self.headers, schema, told).kinds
        self._types = {steps: _shown_as(kind, masked=at in masked) for at, (steps, kind) in enumerate(self._leaves)}
        self._readers = [_masked_texts if at in masked else _texts for at in range(len(self._leaves))]
        self._number = 0
        self._rows: list[tuple[SheetRow, Mapping[int, str] | None, Sequence[Cell]]] = []
        self._waiting: list[Any] = []

    def lines(self) -> Iterator[SheetRow]:
        """Every row."""
        for batch in self._source.batches():
            columns = [
                [text or "" for text in read(_leaf(batch, steps))]
                for read, (steps, _) in zip(self._readers, self._leaves, strict=True)
            ]
            for row, cells in enumerate(zip(*columns, strict=True)):
                self._number += 1
                yield SheetRow(self._number, cells, (batch, row))

    def begin(self, write: Write, added: Sequence[str]) -> None:
        self._added = len(added)
        fields = [_field(field, (field.name,), self._types) for field in self._source.schema]
        self._schema = pa.schema([*fields, *(pa.field(name, pa.string()) for name in added)])
        self._writer = self._source.writer(_ColumnSink(write), self._schema)

    def put(self, line: SheetRow, changed: Mapping[int, str], added: Sequence[Cell]) -> None:
        """Queue a row, which `flush` writes."""
        self._rows.append((line, changed, added))

    def blank(self, line: SheetRow, added: Sequence[Cell]) -> None:
        """Queue a failed row, which `flush` writes with every cell blank."""
        self._rows.append((line, None, added))

    def flush(self) -> None:
        """Make columns of what was put, and write them once they are enough for a row group."""
        for _, group in groupby(self._rows, key=lambda row: id(row[0].origin[0])):
            self._waiting.append(self._batch([*group]))
        self._rows.clear()
        rows = sum(batch.num_rows for batch in self._waiting)
        if rows >= _WRITTEN or sum(batch.nbytes for batch in self._waiting) >= _WRITTEN_BYTES:
            self._write()

    def end(self) -> None:
        """Write the rest, and end the file."""
        self._write()
        self._writer.close()

    def rounded(self, line: SheetRow, column: int) -> bool:
        """Whether a number may have lost digits: it is a fraction of two parts."""
        del line
        return bool(types.is_floating(self._leaves[column][1]))

    @property
    def progress(self) -> tuple[int, int | None]:
        """Rows."""
        return self._number, self._source.rows

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema), _WRITTEN)
            self._waiting.clear()

    def _batch(self, rows: Sequence[tuple[SheetRow, Mapping[int, str] | None, Sequence[Cell]]]) -> Any:
        came = rows[0][0].origin[0].take(pa.array([line.origin[1] for line, _, _ in rows]))
        failed = [changed is None for _, changed, _ in rows]
        changes: dict[Steps, dict[int, str | None]] = {}
        for row, (_, changed, _) in enumerate(rows):
            for at in range(len(self._leaves)) if changed is None else changed:
                steps = self._leaves[at][0]
                shown = HIDDEN if changed is None else changed[at]
                changes.setdefault(steps, {})[row] = shown if _is_text(self._types[steps]) else None

        def built(array: Any, field: Any, steps: Steps) -> Any:
            if not types.is_struct(array.type):
                return _changed(array, field.type, changes.get(steps, {}))
            inner = [built(pc.struct_field(array, one.name), one, (*steps, one.name)) for one in field.type]
            gone = [null and not lost for null, lost in zip(array.is_null().to_pylist(), failed, strict=True)]
            return pa.StructArray.from_arrays(inner, fields=list(field.type), mask=pa.array(gone, pa.bool_()))

        fields = list(self._schema)[: len(self._schema) - self._added]
        arrays = [built(came.column(at), field, (field.name,)) for at, field in enumerate(fields)]
        added = zip(*(cells for _, _, cells in rows), strict=True)
        arrays += [pa.array([cell_text(cell) or None for cell in column], pa.string()) for column in added]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)


class _ColumnSink(io.RawIOBase):
    """A file to pyarrow, which only writes what it is given in order."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._put = write
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        """Write a piece; pyarrow ends an abandoned file when it is collected, and nothing of that is wanted."""
        with suppress(ValueError):  # the draft is closed
            self._put(bytes(piece))
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at


def _rows_of(size: int, rows: int) -> int:
    """Return how many such rows are read at once."""
    return max(1, min(_READ, _READ_BYTES * rows // size if size else _READ))


def _leaves(fields: Any, above: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every column, and every member of a struct, with its type."""
    for field in fields:
        steps = (*above, field.name)
        if types.is_struct(field.type):
            yield from _leaves(field.type, steps)
        else:
            yield steps, field.type


def _leaf(batch: Any, steps: Steps) -> Any:
    array = batch.column(steps[0])
    for step in steps[1:]:
        array = pc.struct_field(array, step)
    return array


def _is_text(kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _shown_as(kind: Any, *, masked: bool) -> Any:
    """The type of a column in the output. A file of Arrow cannot change a dictionary between two batches."""
    if types.is_dictionary(kind):
        kind = kind.value_type
    return pa.string() if masked and not _is_text(kind) else kind


def _field(field: Any, steps: Steps, shown: Mapping[Steps, Any]) -> Any:
    if types.is_struct(field.type):
        return field.with_type(pa.struct([_field(one, (*steps, one.name), shown) for one in field.type]))
    return field.with_type(shown[steps])


def _plain(field: Any) -> Any:
    """The field, at every level, without views, of which Arrow cannot pick rows, and without notes."""
    return pa.field(field.name, without_notes(field.type, _without_view), field.nullable)


def _without_view(kind: Any) -> Any:
    if types.is_string_view(kind):
        return pa.string()
    return pa.binary() if types.is_binary_view(kind) else kind


def _is_supported(kind: Any) -> bool:
    """Whether rows of a type can be picked, read and written."""
    try:
        one = pa.nulls(1, kind).take(pa.array([0]))
        _texts(one)
        pa.array(one.to_pylist(), kind)
    except (pa.ArrowException, NotImplementedError):
        return False
    return True


def _texts(array: Any) -> list[str | None]:
    """The cells of a column as texts; None where there is none."""
    try:
        return list(array.cast(pa.string()).to_pylist())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # lists, maps, and bytes that are not UTF-8
        return [None if value is None else _written(value) for value in array.to_pylist()]


def _masked_texts(array: Any) -> list[str | None]:
    """The cells of a masked column: a whole number as its digits, and none for what is no number."""
    cells = _texts(array)
    if not types.is_float64(array.type):
        return cells
    return [
        (None if value is None or isnan(value) else str(int(value)) if _is_whole(value) else cell)
        for cell, value in zip(cells, array.to_pylist(), strict=True)
    ]


def _is_whole(value: float) -> bool:
    return abs(value) < _EXACT and value.is_integer()


def _written(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _changed(array: Any, kind: Any, changes: Mapping[int, str | None]) -> Any:
    """A column with other values in some rows."""
    if changes:
        values = _masked_texts(array) if _is_text(kind) else array.to_pylist()
        for row, value in changes.items():
            values[row] = value
        return pa.array(values, kind)
    if array.type == kind:
        return array
    return pa.array(_masked_texts(array), kind) if _is_text(kind) else array.cast(kind)
