"""Searches the log of one tenant: by what entries say, in a range of time, from either end."""

from collections.abc import Iterator
from time import monotonic
from typing import Final

from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.reading import EntryDocument, Scanned, TenantLog
from masking_service.audit.slots import Cursor, scan_slots
from masking_service.audit.wanted import MAX_PAGE_BYTES, Wanted

MAX_SECONDS: Final = 2.5
"""A search that takes so long, because the archive is slow, ends with the entries that it has."""
MAX_READ: Final = 5_000
"""Entries that one search reads. A search that ends there goes on behind the last one."""
ORDER_ENTRIES: Final = 500
DELAY_SECONDS: Final = 600
"""Seconds between an action and its entry at most: a refused call may wait for its minute to end."""


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
    plain = wanted == Wanted()
    count = min(limit, ORDER_ENTRIES) if plain else ORDER_ENTRIES
    for one in scan(log, wanted, after=after, newest=newest, count=count):
        last, read = one.cursor, read + one.examined
        if wanted.matches(one.entry):
            found.append(one.entry)
            size += one.size
        if len(found) >= limit or size >= MAX_PAGE_BYTES or read >= MAX_READ or monotonic() >= until:
            return found, last
    return found, None if newest else last


def scan(
    log: TenantLog,
    wanted: Wanted,
    *,
    after: str | Cursor | None,
    newest: bool = False,
    count: int = ORDER_ENTRIES,
) -> Iterator[Scanned]:
    """Yield the entries of a tenant in the wanted range of time. Raises as `search`."""
    low = FIRST if wanted.begin is None else Order(max(wanted.begin - DELAY_SECONDS, 0) * 1000, 0)
    high = LAST if wanted.end is None else Order((wanted.end + DELAY_SECONDS) * 1000, 0)
    cursor = after if isinstance(after, Cursor) else Cursor.read(log, after, newest=newest)
    yield from scan_slots(log, wanted, cursor, (low, high), newest=newest, count=count)
