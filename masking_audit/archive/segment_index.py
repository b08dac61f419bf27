"""The index of one segment: a SQLite file.

What it holds and how far it came are written in one transaction. A file that
cannot be used is made anew.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from heapq import merge
from pathlib import Path
from typing import Final, NamedTuple

from masking_service.audit.order import FIRST, LAST, Order

_ROWS_AT_ONCE: Final = 200
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS found (
    term INTEGER, ms INTEGER, number INTEGER, at INTEGER, PRIMARY KEY (term, ms, number, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS writer (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS extent (
    size INTEGER, first_ms INTEGER, first_number INTEGER, last_ms INTEGER, last_number INTEGER
);
"""
_FOUND: Final = "SELECT ms, number, at FROM found WHERE term = ? AND (ms, number) >= (?, ?) AND (ms, number) <= (?, ?)"


class EntryPlace(NamedTuple):
    """The place of an entry: in its tenant's order, and its segment and byte."""

    order: Order
    segment: int
    at: int


class SegmentIndex:
    """An index of the beginning of a segment.

    Args:
        size: of the segment. An index of more is one of another segment.

    Attributes:
        size: how many bytes of the segment are indexed.
        first, last: the first and the last order of its entries.
        writers: those of its entries.
    """

    def __init__(self, folder: Path, segment: int, size: int) -> None:
        self.segment = segment
        self._path = folder / f"audit-{segment:06}.sqlite"
        self.size, self.first, self.last = 0, LAST, FIRST
        self.writers: set[str] = set()
        try:
            usable = self._read(size)
        except sqlite3.DatabaseError:  # it is damaged
            usable = False
        if not usable:
            self._path.unlink()
            self._read(size)

    def add(self, rows: Sequence[tuple[int, Order, int]], writers: set[str], size: int) -> None:
        """Add what was found up to `size`.

        Args:
            rows: (term, order, offset) of entries.
        """
        orders = [order for _, order, _ in rows]
        first, last = min(orders, default=self.first), max(orders, default=self.last)
        extent = size, *min(first, self.first), *max(last, self.last)
        with closing(sqlite3.connect(self._path)) as table, table:
            found = sorted((term, *order, at) for term, order, at in rows)
            table.executemany("INSERT OR IGNORE INTO found VALUES (?, ?, ?, ?)", found)
            table.executemany("INSERT OR IGNORE INTO writer VALUES (?)", [(name,) for name in writers])
            table.execute("DELETE FROM extent")
            table.execute("INSERT INTO extent VALUES (?, ?, ?, ?, ?)", extent)
        self.size, self.first, self.last = size, min(first, self.first), max(last, self.last)
        self.writers |= writers

    def found(self, terms: Sequence[int], low: Order, high: Order, *, newest: bool = False) -> Iterator[EntryPlace]:
        """Yield the places of entries with one of some terms, each once.

        They come in their order or, for `newest`, in the reverse one.
        """
        previous = None
        for place in merge(*[self._found(term, low, high, newest=newest) for term in terms], reverse=newest):
            if place != previous:
                yield place
            previous = place

    def _found(self, term: int, low: Order, high: Order, *, newest: bool) -> Iterator[EntryPlace]:
        way = "DESC" if newest else "ASC"
        with closing(sqlite3.connect(self._path)) as table:
            rows = table.execute(f"{_FOUND} ORDER BY ms {way}, number {way}, at {way}", (term, *low, *high))
            while some := rows.fetchmany(_ROWS_AT_ONCE):
                for ms, number, at in some:
                    yield EntryPlace(Order(ms, number), self.segment, at)

    def _read(self, size: int) -> bool:
        """Read how far the index came; return whether it can be used."""
        with closing(sqlite3.connect(self._path)) as table, table:
            table.executescript(_SCHEMA)
            extent = table.execute("SELECT * FROM extent").fetchone()
            if extent is None:
                return True
            if extent[0] > size:
                return False
            self.size, self.first, self.last = extent[0], Order(*extent[1:3]), Order(*extent[3:5])
            self.writers = {name for (name,) in table.execute("SELECT name FROM writer")}
            return True
