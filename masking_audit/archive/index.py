"""Finds the entries of an archive: by tenant, in their order, and by what they say.

Each segment has an index of its own. A closed segment never changes, so neither
does its index. An index holds hashes and offsets, is made from the segment and its
orders alone, and may be deleted at any time.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from heapq import heappop, heappush, merge
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Self

import msgspec

from keys.framing import frame
from masking_audit.archive.segments import (
    ArchiveError,
    order_path,
    read_orders,
    read_state,
    segment_path,
    segment_since,
)
from masking_audit.format.links import place_of
from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.questions import (
    MAX_PAGE_BYTES,
    ArchivedEntry,
    LogAnswer,
    PageQuestion,
    Wanted,
    one_or_more,
)
from masking_service.audit.reading import EntryDocument, parse_entry

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
    """An index of the beginning of a segment: a SQLite file. One that cannot be used is made anew.

    What it holds and how far it came are written in one transaction.

    Args:
        size: of the segment. An index of more is one of another segment.

    Attributes:
        size: how many bytes of the segment are indexed.
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


SLICE_BYTES: Final = 8 * 1024 * 1024
"""Bytes of a segment that are indexed in one transaction, and at most before a question is answered."""
MAX_EXAMINED: Final = 5_000
_KINDS: Final = ("asked", "case", "principal", "outcome", "action")
"""Members by which entries are found beside their waybills, the most selective first."""


class NotIndexedError(Exception):
    """The index is still being made."""


class _IndexedLine(msgspec.Struct):
    id: str = ""
    entry: msgspec.Raw = msgspec.Raw()


_decode_line: Final = msgspec.json.Decoder(_IndexedLine).decode


class Index:
    """An index of the archive in one folder. Any thread may call it.

    Args:
        archive: the folder of the archive, which another process may be adding to.
        folder: the folder of the index, which is made if it is missing.
    """

    def __init__(self, archive: Path, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._archive, self._folder = archive, folder
        self._lock = threading.Lock()
        self._segments: dict[int, SegmentIndex] = {}
        self._orders: dict[str, Order] = {}  # of entries in the segment that is being indexed
        self._orders_read = (0, 0)  # that segment, and how much of its file was read
        self._next = 0  # no earlier segment lacks anything

    def index_more(self) -> bool:
        """Index some of what counts in the archive and is not indexed yet; return whether there is more.

        Raises:
            ArchiveError, OSError: the archive cannot be read.
        """
        with self._lock:
            return self._index_more()

    def page(self, question: PageQuestion) -> LogAnswer:
        """Return a page.

        Raises:
            NotIndexedError: the index does not hold all that counts yet.
            ArchiveError, OSError: the archive or its index cannot be read.
        """
        with self._lock:
            self._require_all()
            tenant, wanted = question.tenant, question.wanted
            terms = wanted_terms(tenant, wanted)
            rows: list[ArchivedEntry] = []
            size = examined = 0
            with _LineReader(self._archive) as reader:
                for place in self._merged(terms, question.low, question.high, newest=question.newest):
                    line = reader.line(place)
                    examined += 1
                    is_last = len(rows) + 1 >= question.limit or size >= MAX_PAGE_BYTES or examined >= MAX_EXAMINED
                    document = parse_entry(line.entry)
                    if document["tenant"] == tenant and (is_last or wanted.matches(document)):
                        rows.append(ArchivedEntry(place.order, line.id, line.entry))
                        size += len(line.entry)
                    if is_last:
                        return LogAnswer(rows, more=True, examined=examined)
            return LogAnswer(rows, examined=examined)

    def named(self, tenant: str, names: Sequence[str]) -> list[ArchivedEntry]:
        """Return those of a tenant's entries with these ids that are archived. Raises as `page`.

        Raises:
            ValueError: one is not the id of an entry.
        """
        rows = []
        with self._lock, _LineReader(self._archive) as reader:
            self._require_all()
            for name in names:
                writer, _ = place_of(name)
                for index in [one for one in self._segments.values() if writer in one.writers]:
                    for place in index.found([term_of_id(tenant, name)], FIRST, LAST):
                        line = reader.line(place)
                        if line.id == name:
                            rows.append(ArchivedEntry(place.order, name, line.entry))
        return rows

    def _require_all(self) -> None:
        if self._index_more():
            raise NotIndexedError

    def _index_more(self) -> bool:
        state = read_state(self._archive)
        if state is None:
            return False
        if not self._next:
            self._next = segment_since(self._archive, 0)
        budget = SLICE_BYTES
        while self._next <= state.counted.segment:
            is_newest = self._next == state.counted.segment
            size = state.counted.size if is_newest else segment_path(self._archive, self._next).stat().st_size
            index = self._segments.get(self._next) or SegmentIndex(self._folder, self._next, size)
            self._segments[self._next] = index
            while index.size < size:
                if budget <= 0:
                    return True
                budget -= self._extend(index, size)
            if is_newest:
                break
            self._next += 1
        return False

    def _extend(self, index: SegmentIndex, size: int) -> int:
        """Index the next lines of a segment; return how many bytes they have."""
        self._read_orders(index.segment)
        path = segment_path(self._archive, index.segment)
        rows: list[tuple[int, Order, int]] = []
        writers: set[str] = set()
        begin = end = index.size
        with path.open("rb") as file:
            file.seek(begin)
            for line in iter(file.readline, b""):
                if end + len(line) > size or end - begin >= SLICE_BYTES:
                    break
                try:
                    rows += self._rows_of(line, EntryPlace(FIRST, index.segment, end), writers)
                except (msgspec.DecodeError, ValueError):
                    raise ArchiveError(f"{path}: has a line that is not one of a log") from None
                end += len(line)
        if end == begin:
            raise ArchiveError(f"{path}: is shorter than what was archived")
        index.add(rows, writers, end)
        return end - begin

    def _rows_of(self, line: bytes, place: EntryPlace, writers: set[str]) -> list[tuple[int, Order, int]]:
        """Return the rows for a line, and add its writer; none for a checkpoint or a chain's own entry."""
        read = _decode_line(line)
        document = parse_entry(read.entry) if read.id else {}
        tenant = document.get("tenant")
        if not tenant:
            return []
        # An older release kept no orders. The time of an entry and its place in the archive are close to them.
        order = self._orders.get(read.id) or Order(document["at"] * 1000, place.segment << 32 | place.at)
        writers.add(place_of(read.id)[0])
        return [(term, order, place.at) for term in terms_of(tenant, read.id, document)]

    def _read_orders(self, segment: int) -> None:
        """Read the new orders of a segment, which are on disk before their entries."""
        before, size = self._orders_read
        if before != segment:
            size = 0
            self._orders.clear()
        path = order_path(self._archive, segment)
        if path.exists():
            with path.open("rb") as file:
                file.seek(size)
                complete = file.read().rpartition(b"\n")[0]
            size += len(complete)
            self._orders.update(read_orders(complete.splitlines()))
        self._orders_read = segment, size

    def _merged(self, terms: Sequence[int], low: Order, high: Order, *, newest: bool) -> Iterator[EntryPlace]:
        """Yield the places of entries with one of some terms, in order over all segments.

        Segments overlap a little. One is opened when its first entry may be the next.
        """
        overlapping = [
            (_key(index.last if newest else index.first, newest=newest), number)
            for number, index in self._segments.items()
            if index.first <= high and index.last >= low
        ]
        waiting = deque(sorted(overlapping))
        heap: list[tuple[Order, EntryPlace, Iterator[EntryPlace]]] = []
        while heap or waiting:
            while waiting and (not heap or waiting[0][0] <= heap[0][0]):
                _, segment = waiting.popleft()
                _push(heap, self._segments[segment].found(terms, low, high, newest=newest), newest=newest)
            if heap:
                _, place, found = heappop(heap)
                yield place
                _push(heap, found, newest=newest)


def _push(
    heap: list[tuple[Order, EntryPlace, Iterator[EntryPlace]]], found: Iterator[EntryPlace], *, newest: bool
) -> None:
    """Add an iterator's next place to a heap."""
    for place in found:
        heappush(heap, (_key(place.order, newest=newest), place, found))
        return


def _key(order: Order, *, newest: bool) -> Order:
    return Order(-order.ms, -order.number) if newest else order


class _LineReader:
    """Reads lines of an archive by their places; its files stay open until it is closed."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._files: dict[int, BinaryIO] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()

    def line(self, place: EntryPlace) -> _IndexedLine:
        path = segment_path(self._archive, place.segment)
        file = self._files.get(place.segment)
        if file is None:
            file = self._files[place.segment] = path.open("rb")
        file.seek(place.at)
        try:
            return _decode_line(file.readline())
        except msgspec.DecodeError:
            raise ArchiveError(f"{path}: has no entry where its index names one; delete the index") from None


def terms_of(tenant: str, name: str, document: EntryDocument) -> Iterable[int]:
    """Return the search terms of an entry: its tenant, id, waybills and other searchable members."""
    found = {_term(tenant, "tenant", ""), term_of_id(tenant, name)}
    found |= {_term(tenant, kind, document[kind]) for kind in _KINDS if document.get(kind)}
    return found | {_term(tenant, "waybill", item["waybill"]) for item in document.get("items", ()) if item["waybill"]}


def term_of_id(tenant: str, name: str) -> int:
    return _term(tenant, "id", name)


def wanted_terms(tenant: str, wanted: Wanted) -> list[int]:
    """Return the terms of which each wanted entry has one, and the fewest others have any, most likely."""
    kind = next((kind for kind in ("waybill", *_KINDS) if getattr(wanted, kind) is not None), "tenant")
    return [_term(tenant, kind, value) for value in one_or_more(getattr(wanted, kind, ""))]


def _term(tenant: str, kind: str, value: str) -> int:
    framed = frame(tenant.encode(), kind.encode(), value.encode())
    return int.from_bytes(blake2b(framed, digest_size=8).digest(), signed=True)
