"""Keeps the rows of a pack's tables in a temporary file, so that millions of them need little memory.

SQLite deletes the file as soon as it has opened it, mode 0600: nothing is left of it, even if the process is killed. It
holds nothing that the log does not hold.
"""

import sqlite3
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import msgspec

from masking_service.masking.timestamps import rfc3339

_AT_ONCE: Final = 2_000
_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
CREATE TABLE kept (title TEXT, at INTEGER, entry TEXT, waybill TEXT, sides INTEGER, cells BLOB);
CREATE TEMP TABLE void (entry TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(list[Any]).decode


class KeptRow(NamedTuple):
    """A row of a table.

    Attributes:
        title: of the table; empty for what no table shows.
        at: the time of the entry, in Unix seconds.
        waybill: the hash of the waybill that it is about; empty for none.
        sides: whose data was shown, see `persons`; 0 for no one's.
    """

    title: str
    at: int
    entry: str
    waybill: str = ""
    sides: int = 0
    cells: tuple[Any, ...] = ()


def of_entry(row: KeptRow) -> tuple[object, ...]:
    """Return when it was, the cells, and the id of the entry."""
    return (rfc3339(row.at), *row.cells, row.entry)


class KeptRows:
    """Rows of several tables, in the order of time."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # "": a temporary file
        weakref.finalize(self, self._database.close)
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")
        self._waiting: list[tuple[object, ...]] = []
        self._sorted = False

    def add(self, rows: Iterable[KeptRow]) -> None:
        self._waiting += [(*row[:-1], _encode(row.cells)) for row in rows]
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def take_back(self, entries: Collection[str], titles: Collection[str]) -> set[str]:
        """Delete the rows of entries that are void from tables.

        Returns:
            Those of the entries that had rows in any table.
        """
        if not entries:
            return set()
        self._flush()
        self._database.executemany("INSERT OR IGNORE INTO void VALUES (?)", ((entry,) for entry in entries))
        asked = self._database.execute("SELECT entry FROM kept WHERE entry IN (SELECT entry FROM void)")
        found = {entry for (entry,) in asked}
        deleting = "DELETE FROM kept WHERE title = ? AND entry IN (SELECT entry FROM void)"
        self._database.executemany(deleting, [(title,) for title in titles])
        return found

    def table(self, title: str, row_of: Callable[[KeptRow], tuple[object, ...]] = of_entry) -> "KeptTable":
        """Return the rows of a table, each as `row_of` makes it."""
        return KeptTable(self, title, row_of)

    def rows(self, title: str) -> Iterator[KeptRow]:
        """Yield the rows of a table, in the order of time."""
        self._flush()
        if not self._sorted:
            self._database.execute("CREATE INDEX by_time ON kept (title, at, entry)")
            self._sorted = True
        asked = "SELECT * FROM kept WHERE title = ? ORDER BY at, entry, rowid"
        for name, at, entry, waybill, sides, cells in self._database.execute(asked, (title,)):
            yield KeptRow(name, at, entry, waybill, sides, tuple(_decode(cells)))

    def count(self, title: str) -> int:
        """Return how many rows a table has."""
        return int(self._one("SELECT count(*) FROM kept WHERE title = ?", title))

    def count_waybills(self, title: str) -> int:
        """Return how many waybills a table is about."""
        return int(self._one("SELECT count(DISTINCT waybill) FROM kept WHERE title = ?", title))

    def waybills(self, title: str | None = None) -> Iterator[str]:
        """Yield each waybill of a table, or of all tables."""
        self._flush()
        asked = "SELECT DISTINCT waybill FROM kept WHERE waybill <> '' AND title = coalesce(?, title)"
        return (waybill for (waybill,) in self._database.execute(asked, (title,)))

    def sides(self) -> Iterator[tuple[str, int]]:
        """Yield the waybills of which data was shown, with whose it was; a waybill may come again."""
        self._flush()
        return iter(self._database.execute("SELECT DISTINCT waybill, sides FROM kept WHERE sides <> 0"))

    def _one(self, asked: str, *values: str) -> Any:
        self._flush()
        return self._database.execute(asked, values).fetchone()[0]

    def _flush(self) -> None:
        if self._waiting:
            self._database.executemany("INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?)", self._waiting)
            self._waiting.clear()


@dataclass(frozen=True, slots=True)
class KeptTable:
    """The rows of one table. They are read anew each time."""

    kept: KeptRows
    title: str
    row_of: Callable[[KeptRow], tuple[object, ...]]

    def __len__(self) -> int:
        return self.kept.count(self.title)

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return map(self.row_of, self.kept.rows(self.title))
