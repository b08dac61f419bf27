"""Reads and searches the log of one tenant, which may be spread over slots.

Each slot has an order of its own, by its server's clock. They are merged by these times. An entry can come into one
slot with an earlier time than an entry of another slot that was read already: the clocks of servers differ a little.
So a cursor says how far each slot was read, and no entry is left out or comes twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final, NamedTuple, Self

from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.questions import MAX_PAGE_BYTES, ArchivedEntry, PageQuestion, Wanted
from masking_service.audit.reading import (
    MAX_PER_REPLY,
    EntryDocument,
    Scanned,
    TenantLog,
    UnknownEntryError,
    parse_order,
    position,
    read_stored,
)
from masking_service.store.client import Command, Store

_EDGE: Final = re.compile(r"[0-9]{1,15}-[0-9]{1,15}", re.ASCII)
ORDER_ENTRIES: Final = 500
DELAY_SECONDS: Final = 600
"""Seconds between an action and its entry at most: a refused call may wait for its minute to end."""
LATE_MS: Final = 60_000
"""An entry that comes later than this behind those of other slots is not looked for in the archive."""


@dataclass(slots=True)
class Cursor:
    """How far the slots were read.

    As a text it is the id of the last entry read, and from the oldest entry to the newest also where each of several
    slots goes on: ``ID.MS-NUMBER.MS-NUMBER``. An id alone means its place among the orders of all slots. From the
    newest entry to the oldest that is enough, because nothing comes late there.

    Attributes:
        last: the id of the last entry read; empty before the first one.
        lows, highs: between which places each slot is read, both included.
        archived: the archive was read before this place.
    """

    last: str
    lows: list[Order]
    highs: list[Order]
    archived: Order = FIRST

    @classmethod
    def read(cls, log: TenantLog, text: str | None, *, newest: bool) -> Self:
        """Read a cursor: one round trip. Without one, begin at the end of the log.

        Raises:
            UnknownEntryError: it is none, or the tenant has no such entry.
            StoreUnavailable, IntegrityError: as `search`.
        """
        slots = log.store.identity.audit.slots
        lows, highs = [FIRST] * slots, [LAST] * slots
        if text is None:
            return cls("", lows, highs)
        name, *texts = text.split(".")
        here = position(log, name)
        if texts and not (len(texts) == slots > 1 and all(map(_EDGE.fullmatch, texts))):
            raise UnknownEntryError
        edges = [parse_order(edge.encode()) for edge in texts] or [here if newest else here.next] * slots
        if newest:
            return cls(name, lows, [edge.previous for edge in edges])
        return cls(name, edges, highs, Order(max(here.ms - LATE_MS, 0), 0))

    @classmethod
    def end(cls, store: Store, tenant: str) -> Self:
        """Return the cursor that reads back from the newest entry of each slot: one round trip.

        As a text, it goes on behind them.
        """
        named = store.identity.audit
        keys = [named.order(tenant, slot) for slot in range(named.slots)]
        replies = store.read([(b"XREVRANGE", key, b"+", b"-", b"COUNT", 1) for key in keys])
        newest = [_places(slot, named.slots, reply) for slot, reply in enumerate(replies)]
        lows = [places[0].order.next if places else FIRST for places in newest]
        last = max((place for places in newest for place in places), default=None)
        highs = [places[0].order if places else last.order if last else LAST for places in newest]
        return cls(last.name if last else "", lows, highs)

    def pass_by(self, place: "_Place") -> None:
        """Note that the entry at a place was read, from the oldest to the newest."""
        self.last = place.name
        if place.row is None:
            self.lows[place.slot] = place.order.next
        else:  # nothing comes late before what was archived and trimmed
            self.lows = [max(low, place.order.next) for low in self.lows]

    def __str__(self) -> str:
        places = [bytes(low).decode() for low in self.lows]
        return ".".join([self.last, *places]) if len(places) > 1 else self.last


class _Place(NamedTuple):
    """An entry in the order of all slots; `row` and `examined` as in a page, from the archive."""

    order: Order
    slot: int
    name: str
    row: ArchivedEntry | None = None
    examined: int = 1


def scan(
    log: TenantLog,
    wanted: Wanted,
    *,
    after: str | Cursor | None,
    newest: bool = False,
    count: int = ORDER_ENTRIES,
) -> Iterator[Scanned]:
    """Yield the entries of a tenant in the wanted range of time. Raises as `search`.

    Each slot lacks what was trimmed, up to its oldest entry. It was archived before the store was read. So a slot is
    read from the archive up to there, and from the store from there on. However the store is trimmed meanwhile, both
    know an entry by the same place in the order, so that none is left out and none comes twice.
    """
    first = FIRST if wanted.begin is None else Order(max(wanted.begin - DELAY_SECONDS, 0) * 1000, 0)
    last = LAST if wanted.end is None else Order((wanted.end + DELAY_SECONDS) * 1000, 0)
    cursor = after if isinstance(after, Cursor) else Cursor.read(log, after, newest=newest)
    while True:
        lows = [first if newest else max(first, one) for one in cursor.lows]
        highs = [min(last, one) for one in cursor.highs]
        places, trimmed, edge = _read_orders(log, lows, highs, newest=newest, count=count)
        if log.older:
            begin = FIRST if newest else cursor.archived
            bounds = [
                (max(low, begin), min(high, gap.previous)) if low < gap else (LAST, FIRST)
                for low, high, gap in zip(lows, highs, trimmed, strict=True)
            ]
            lacking = max((high for low, high in bounds if low <= high), default=LAST)
            ahead = [place.order for place in places if newest and place.order > lacking]
            if ahead:  # these need no archive, which may be slow
                edge = ahead[-1]
            else:
                rows, edge = _read_archive(log, wanted, bounds, edge, newest=newest, count=count)
                places += rows
        known = [one for one in places if edge is None or (one.order >= edge if newest else one.order <= edge)]
        known.sort(reverse=newest)
        for start in range(0, len(known), MAX_PER_REPLY):
            some = known[start : start + MAX_PER_REPLY]
            yield from _entries(log, cursor, some, newest=newest)
        if edge is None:
            return
        if newest:
            cursor.highs = [min(one, edge.previous) for one in cursor.highs]
        else:
            cursor.archived = edge.next


def _read_orders(
    log: TenantLog, lows: Sequence[Order], highs: Sequence[Order], *, newest: bool, count: int
) -> tuple[list[_Place], list[Order], Order | None]:
    """Return up to `count` entries that the slots have, in order: one round trip.

    Returns:
        They, the place before which each slot may lack entries, and the place of the last entry; None if there is none
        behind it.
    """
    named = log.store.identity.audit
    commands: list[Command] = []
    for slot, (low, high) in enumerate(zip(lows, highs, strict=True)):
        key, start, end = (
            named.order(log.tenant, slot),
            low.first_of(slot, named.slots),
            high.last_of(slot, named.slots),
        )
        bounds = (b"XREVRANGE", key, bytes(end), bytes(start)) if newest else (b"XRANGE", key, bytes(start), bytes(end))
        commands += [(*bounds, b"COUNT", count), (b"XRANGE", key, b"-", b"+", b"COUNT", 1), (b"EXISTS", key)]
    replies = log.store.read(commands)
    found = [_places(slot, named.slots, reply) for slot, reply in enumerate(replies[0::3])]
    oldest = [_places(slot, named.slots, reply) for slot, reply in enumerate(replies[1::3])]
    # An order without entries was trimmed whole if it exists; otherwise it never had any.
    trimmed = [
        one[0].order if one else LAST if exists or named.slots == 1 else FIRST
        for one, exists in zip(oldest, replies[2::3], strict=True)
    ]
    places = sorted((place for one in found for place in one), reverse=newest)[:count]
    return places, trimmed, places[-1].order if len(places) == count else None


def _read_archive(
    log: TenantLog,
    wanted: Wanted,
    bounds: Sequence[tuple[Order, Order]],
    edge: Order | None,
    *,
    newest: bool,
    count: int,
) -> tuple[list[_Place], Order | None]:
    """Return up to `count` entries that slots lack, and the place up to which all are known.

    Args:
        bounds: between which places each slot lacks entries.
        edge: up to which place the entries that the slots have are known; None for all.
    """
    low, high = min(low for low, _ in bounds), max(high for _, high in bounds)
    if newest:
        low = max(low, edge or FIRST)
    else:
        high = min(high, edge or LAST)
    if not log.older or low > high:
        return [], edge
    page = log.older.page(PageQuestion(log.tenant, wanted, low, high, newest, count))
    found = []
    for row in page.rows:
        slot = log.store.identity.audit.slot_of(row.id.partition("-")[0])
        if bounds[slot][0] <= row.order <= bounds[slot][1]:
            found.append(_Place(row.order, slot, row.id, row))
    if found:
        found[-1] = found[-1]._replace(examined=page.examined - len(found) + 1)
    return found, page.rows[-1].order if page.more and page.rows else edge


def _entries(log: TenantLog, cursor: Cursor, places: Sequence[_Place], *, newest: bool) -> Iterator[Scanned]:
    """Yield the entries at some places, and move the cursor: one round trip if the store has some of them."""
    names = [place.name for place in places if place.row is None]
    stored = read_stored(log, names) if names else {}
    for place in places:
        if not newest:
            cursor.pass_by(place)
        found = Scanned.archived(place.row, place.examined) if place.row else stored.get(place.name)
        if found:
            yield found if newest else found._replace(behind=str(cursor))


def _places(slot: int, slots: int, reply: Sequence[tuple[bytes, Sequence[bytes]]]) -> list[_Place]:
    return [_Place(parse_order(place, slot, slots), slot, flat[1].decode("ascii", "replace")) for place, flat in reply]


MAX_SECONDS: Final = 2.5
"""A search that takes so long, because the archive is slow, ends with the entries that it has."""
MAX_READ: Final = 5_000
"""Entries that one search reads. A search that ends there goes on behind the last one."""


def search(
    log: TenantLog, wanted: Wanted, *, after: str | None, limit: int, newest: bool = False
) -> tuple[list[EntryDocument], str | None]:
    """Return up to `limit` wanted entries of a tenant, and the cursor behind which to go on.

    There are fewer where they are large, where many others had to be read, or where the archive is slow. Round trips:
    one for each 500 entries read, one for each 20, and one if `after` is given; for entries that the store no longer
    has, one to the archive for each 500.

    Args:
        after: the cursor behind which to begin, or the id of an entry; None for the end of the log.
        newest: from the newest entry to the oldest.

    Returns:
        The entries, and the cursor behind the last entry read: `after` where none was. Where the oldest entry was
        reached from the newest, None. It is the id of that entry; where the log is spread over slots, see `Cursor`.

    Raises:
        UnknownEntryError: there is no entry `after`.
        StoreUnavailable: the store did not answer; as ArchiveUnavailable, the archive did not.
        IntegrityError: a stored entry is invalid or belongs to another tenant.
    """
    found: list[EntryDocument] = []
    size, read, last, until = 0, 0, after, monotonic() + MAX_SECONDS
    count = min(limit, ORDER_ENTRIES) if wanted == Wanted() else ORDER_ENTRIES
    for one in scan(log, wanted, after=after, newest=newest, count=count):
        last, read = one.cursor, read + one.examined
        if wanted.matches(one.entry):
            found.append(one.entry)
            size += one.size
        if len(found) >= limit or size >= MAX_PAGE_BYTES or read >= MAX_READ or monotonic() >= until:
            return found, last
    return found, None if newest else last
