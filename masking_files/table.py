"""A table of which each row is a record, built from its cells by the meaning of their columns.

Unmapped cells stay as written. No cell of a failed row is written, and nothing at all if a column looks personal and is
not mapped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from masking_files import texts
from masking_files.destination import Write
from masking_files.entries import FileEntry, Format, Result, unreadable
from masking_files.faults import InputError
from masking_files.headers import lay_out
from masking_files.unmapped import Mode, UnmappedCells
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.numbers.numbers_in_text import contains_personal_data
from masking_service.masking.records.profile_masks import Masks
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.schema import Schema, Steps, pointer
from masking_service.tables.headers import Layout, normal
from masking_service.tables.sample import FIRST_ROWS
from masking_service.texts import say

Spot = tuple[int, Any]
"""Where a column's cell is in a record: in which of its objects and arrays, and under which key."""


class Row:
    """The record that the cells of one row make."""

    __slots__ = ("_holders", "_plain", "_spots", "record")

    def __init__(self, record: dict[str, Any], holders: list[Any], spots: Mapping[int, Spot]) -> None:
        self.record = record
        self._holders = holders
        self._spots = spots

    def changes(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """(column, cell) for each cell that the record changed."""
        for column, (holder, key) in self._spots.items():
            cell = self._holders[holder][key]
            if cell != cells[column]:
                yield column, cell


class Builder:
    """Builds the records of one table."""

    def __init__(self, layout: Layout) -> None:
        ways_of = {**layout.places, **layout.others}
        places = list(ways_of.values())
        ways = sorted(_containers(places))
        index = {steps: at for at, steps in enumerate([(), *ways])}
        self._ways = [(index[steps[:-1]], steps[-1], _maker(steps, places)) for steps in ways]
        self._spots: dict[int, Spot] = {column: (index[steps[:-1]], steps[-1]) for column, steps in ways_of.items()}
        self._fallbacks = layout.fallbacks

    def build(self, cells: Sequence[str]) -> Row:
        """Return the record of these cells, one for each column. Unmapped cells are in it for the guard to see."""
        record: dict[str, Any] = {}
        holders: list[Any] = [record]
        for outer, key, made in self._ways:
            here = made()
            holders.append(here)
            if type(key) is int:
                holders[outer].append(here)
            else:
                holders[outer][key] = here
        spots = self._spots_for(cells) if self._fallbacks else self._spots
        for column, (holder, key) in spots.items():
            holders[holder][key] = cells[column]
        return Row(record, holders, spots)

    def _spots_for(self, cells: Sequence[str]) -> dict[int, Spot]:
        """An empty cell leaves its place to the next column that could fill it."""
        spots = self._spots
        for owner, others in self._fallbacks.items():
            if not cells[owner].strip():
                full = next((other for other in others if cells[other].strip()), None)
                if full is not None:
                    spots = {**spots, owner: spots[full], full: spots[owner]}
        return spots


def _containers(places: Sequence[Steps]) -> set[Steps]:
    """Return every object and array on the way to places; an array ends at the last element that is needed."""
    found: set[Steps] = set()
    for steps in places:
        for length in range(1, len(steps)):
            *before, last = steps[:length]
            found |= {(*before, at) for at in range(last + 1)} if isinstance(last, int) else {steps[:length]}
    return found


def _maker(steps: Steps, places: Sequence[Steps]) -> Callable[[], Any]:
    """Return what makes the container at `steps`: an array if a place goes on with an index, else an object."""
    following = [place[len(steps)] for place in places if place[: len(steps)] == steps]
    if not following or not isinstance(following[0], int):
        return dict
    values = [place[-1] for place in places if place[:-1] == steps and isinstance(place[-1], int)]
    if not values:
        return list
    return partial(list, [None] * (max(values) + 1))


HIDDEN: Final = "*"
"""What is in each cell of a row that failed."""

_STORED: Final = ("revision", "created", "expires_at")

Cell = str | int | bool
"""A cell that is added to a row."""


def cell_text(cell: Cell) -> str:
    """Return a cell as text; a truth as in JSON."""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


class SheetRow(NamedTuple):
    """A row of a sheet: where it begins, its cells as text, and what the sheet needs to write it."""

    number: int
    cells: Sequence[str]
    origin: Any


class Sheet(Protocol):
    """Reads the rows of a table and writes them again, each in its own form."""

    headers: Sequence[str]

    def lines(self) -> Iterator[SheetRow]:
        """The rows behind the headers. Empty ones are none."""

    def begin(self, write: Write, added: Sequence[str]) -> None:
        """Write the headers, and those of the columns that are added."""

    def put(self, line: SheetRow, changed: Mapping[int, str], added: Sequence[Cell]) -> None:
        """Write a row: its cells, those that changed, and what is added."""

    def blank(self, line: SheetRow, added: Sequence[Cell]) -> None:
        """Write a row that failed: HIDDEN under every header, and what is added."""

    def flush(self) -> None:
        """Write what was put so far."""

    def end(self) -> None:
        """Write what ends the table, if anything does."""
        return

    def rounded(self, line: SheetRow, column: int) -> bool:
        """Whether a cell is a number that has lost digits."""
        del line, column
        return False

    @property
    def progress(self) -> tuple[int, int | None]:
        """How much was read, and how much there is to read; None where this is unknown."""
        ...

    @property
    def notes(self) -> list[str]:
        """What the summary says of the sheet."""
        return []


class Table(Format):
    """The records of a sheet.

    Args:
        tokenize: whether answers hold tokens, which get columns of their own.

    Attributes:
        schema: of the records, with a place for each personal column that the given schema has none for.
        profile: the given one, for records whose unmapped columns were seen to.
    """

    def __init__(
        self,
        sheet: Sheet,
        *,
        schema: Schema,
        profile: Profile,
        told: Mapping[str, str],
        unmapped: Mode,
        tokenize: bool,
    ) -> None:
        self._sheet = sheet
        headers = sheet.headers
        _refuse_values(headers)
        self._layout = layout = lay_out(headers, schema, told)
        self.schema = layout.schema
        self.profile = replace(profile, unmapped="pass", countries={})
        if profile.unmapped == "hide" and unmapped != "pass":
            unmapped = "hide"
        self._party = Masks(profile).party_masker()
        numbers = [at for at in layout.places if at not in layout.kinds]
        kept = {normal(".".join(path)) for path in schema.keep} if unmapped == "hide" else set()
        watched = [at for at in layout.others if at not in layout.left and normal(headers[at]) not in kept]
        self._unmapped = UnmappedCells(headers, watched, unmapped, profile, numbers=numbers)
        if not layout.kinds:
            rows = [line.cells for line in islice(sheet.lines(), FIRST_ROWS) if len(line.cells) == len(headers)]
            raise self._unmapped.nothing_named(rows)
        if tokenize and not layout.knows_number:
            raise InputError(say(texts.NO_NUMBER, path=schema.waybill_paths[-1][0]), 1)
        self._builder = Builder(layout)
        self._pointers = {at: pointer(steps) for at, steps in layout.places.items()}
        self._tokens = [self._pointers[at] for at, kind in layout.kinds.items() if kind in TOKEN_KINDS]
        self._numbers = numbers if tokenize else []
        self._tokenize = tokenize

    def entries(self) -> Iterator[FileEntry]:
        """A record for each row."""
        width = len(self._sheet.headers)
        for number, line in enumerate(self._sheet.lines(), 1):
            if len(line.cells) != width:
                # Every cell may be another header's: nothing of it can be trusted to be masked.
                yield FileEntry(line.number, number, None, unreadable("wrong-cell-count"), (line, None))
            elif rounded := [self._pointers[at] for at in self._numbers if self._sheet.rounded(line, at)]:
                yield FileEntry(line.number, number, None, unreadable("rounded-number", *rounded), (line, None))
            else:
                row = self._builder.build(self._unmapped.take(number, self._without_parties(line.cells)))
                yield FileEntry(line.number, number, row.record, None, (line, row))

    def _without_parties(self, cells: Sequence[str]) -> Sequence[str]:
        """The cells; of those that hold a name, a phone and an address together the mask."""
        if not self._layout.parties:
            return cells
        parties = self._layout.parties
        return [self._party(cell) if at in parties and cell else cell for at, cell in enumerate(cells)]

    def begin(self, write: Write) -> None:
        """Write the headers."""
        added = [*(f"token:{at}" for at in self._tokens), *_STORED] if self._tokenize else []
        taken = set(self._sheet.headers)
        self._sheet.begin(write, [_free(name, taken) for name in (*added, "error")])

    def put(self, answers: Sequence[tuple[FileEntry, Result]]) -> None:
        """Write rows: cells, tokens and what was stored, and the error."""
        for entry, result in answers:
            line: SheetRow
            row: Row
            line, row = entry.origin
            error = result.get("error")
            if error is not None:
                blank = [""] * (len(self._tokens) + len(_STORED)) if self._tokenize else []
                self._sheet.blank(line, [*blank, _reason(error)])
                continue
            added: list[Cell] = []
            if self._tokenize:
                tokens = result["tokens"]
                added = [*(tokens.get(at, "") for at in self._tokens), *(result[name] for name in _STORED)]
            changed = dict(row.changes(line.cells))
            self._sheet.put(line, changed, [*added, ""])
        self._sheet.flush()

    def end(self) -> None:
        """End the table. Raises NotDone: a column looks personal and is not mapped."""
        self._unmapped.finish()
        self._sheet.end()

    def column(self, pointer: str) -> int | None:
        """The column of a mapped place."""
        return next((at + 1 for at, its in self._pointers.items() if its == pointer), None)

    @property
    def progress(self) -> tuple[int, int | None]:
        """How much was read, and of how much, as the sheet counts it."""
        return self._sheet.progress

    @property
    def notes(self) -> list[str]:
        """Lines for the summary: what each column is taken for, by its number."""
        layout = self._layout
        mapped = [f"{at + 1} {its}" for at, its in self._pointers.items() if at not in layout.added]
        notes = [*self._sheet.notes, say(texts.COLUMNS, columns=", ".join(mapped))]
        if layout.added:
            added = ", ".join(f"{at + 1} ({layout.kinds[at]})" for at in sorted(layout.added))
            notes.append(say(texts.ADDED_TOKENIZED if self._tokenize else texts.ADDED, columns=added))
        return notes

    @property
    def remarks(self) -> list[str]:
        """What the unmapped columns are."""
        return self._unmapped.remarks


def _refuse_values(headers: Sequence[str]) -> None:
    """A first row that is no header would come back in clear."""
    for at, header in enumerate(headers):
        if contains_personal_data(header):
            raise InputError(say(texts.NO_HEADERS), 1, at + 1)


def _free(name: str, taken: set[str]) -> str:
    """`name`, or the next like it that no column has."""
    free = name
    number = 2
    while free in taken:
        free = f"{name}-{number}"
        number += 1
    taken.add(free)
    return free


def _reason(error: Mapping[str, Any]) -> str:
    places = [f"{fault['code']} {fault['pointer']}".rstrip() for fault in error.get("errors", ())]
    return "; ".join(places) or str(error["code"])
