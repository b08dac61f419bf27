"""Searches the log of one tenant: by what entries say, in a range of time, from either end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from masking_service.audit.reading import (
    MAX_PAGE_BYTES,
    MAX_PER_REPLY,
    EntryDocument,
    position,
    read_entries,
    read_order,
)
from masking_service.store.client import Store

MAX_READ: Final = 5_000
"""Entries that one search reads. A search that ends there goes on behind the last one."""
ORDER_ENTRIES: Final = 500
DELAY_SECONDS: Final = 600
"""An entry comes into the log this long after its time at most: a refused call may wait for the end of its minute."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What entries have in common.

    What is None does not matter.

    Attributes:
        principal, action, outcome, case: as in the entry.
        waybill: the hash of a waybill that an item of the entry is about.
        asked: as in the entry.
        begin, end: the entry's time is at `begin` or later, and before `end` (Unix seconds).
    """

    principal: str | None = None
    action: str | None = None
    outcome: str | None = None
    case: str | None = None
    waybill: str | None = None
    asked: str | None = None
    begin: int | None = None
    end: int | None = None

    def matches(self, entry: EntryDocument) -> bool:
        """Whether an entry is wanted."""
        return (
            self.principal in (None, entry["principal"])
            and self.action in (None, entry["action"])
            and self.outcome in (None, entry["outcome"])
            and self.case in (None, entry.get("case"))
            and self.asked in (None, entry.get("asked"))
            and (self.begin is None or entry["at"] >= self.begin)
            and (self.end is None or entry["at"] < self.end)
            and (self.waybill is None or any(item["waybill"] == self.waybill for item in entry.get("items", ())))
        )


def search(
    store: Store, tenant: str, wanted: Wanted, *, after: str | None, limit: int, newest: bool = False
) -> tuple[list[EntryDocument], str | None]:
    """Return up to `limit` wanted entries of a tenant, and the id behind which to go on.

    There are fewer where they are large or where many others had to be read. Round trips: one for each 500 entries
    read, one for each 20, and one if `after` is given.

    Args:
        store: the Redis client.
        tenant: the tenant's hash, as in its entries.
        wanted: chooses entries.
        after: the id of the entry behind which to begin; None for the end of the log.
        limit: how many entries at most.
        newest: from the newest entry to the oldest.

    Returns:
        The entries, and the id of the last entry read: `after` where none was. Where the oldest entry was reached
        from the newest, None.

    Raises:
        UnknownEntryError: there is no entry `after`.
        StoreUnavailable: the store did not answer.
        IntegrityError: a stored entry is invalid or belongs to another tenant.
    """
    found: list[EntryDocument] = []
    size, last = 0, after
    plain = wanted == Wanted()
    count = min(limit, ORDER_ENTRIES) if plain else ORDER_ENTRIES
    for read, (entry, length) in enumerate(scan(store, tenant, wanted, after=after, newest=newest, count=count), 1):
        last = entry["id"]
        if wanted.matches(entry):
            found.append(entry)
            size += length
        if len(found) >= limit or size >= MAX_PAGE_BYTES or read >= MAX_READ:
            return found, last
    return found, None if newest else last


def scan(
    store: Store, tenant: str, wanted: Wanted, *, after: str | None, newest: bool = False, count: int = ORDER_ENTRIES
) -> Iterator[tuple[EntryDocument, int]]:
    """Yield the entries of a tenant in the wanted range of time, each with its size in bytes. Raises as `search`."""
    low = b"-" if wanted.begin is None else b"%d" % (max(wanted.begin - DELAY_SECONDS, 0) * 1000)
    high = b"+" if wanted.end is None else b"%d" % ((wanted.end + DELAY_SECONDS) * 1000)
    if after is not None:
        edge = position(store, tenant, after)
        low, high = (low, b"(" + edge) if newest else (b"(" + edge, high)
    while names := read_order(store, tenant, low, high, count, newest=newest):
        for start in range(0, len(names), MAX_PER_REPLY):
            yield from read_entries(store, tenant, [name for _, name in names[start : start + MAX_PER_REPLY]])
        if len(names) < count:
            return
        edge = names[-1][0]
        low, high = (low, b"(" + edge) if newest else (b"(" + edge, high)
