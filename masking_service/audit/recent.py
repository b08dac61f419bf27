"""Keeps the last day of the audit log in memory, and reads only new entries."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, NamedTuple

from masking_service.audit.actions import NO_REFUSAL, Action, Outcome
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.questions import OlderEntries, Wanted
from masking_service.audit.reading import EntryDocument, TenantLog, UnknownEntryError
from masking_service.audit.slots import MAX_SECONDS, Cursor, scan
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.client import Store

MAX_KEPT: Final = 20_000
"""Entries of one tenant that are read at first, and kept."""


class Figures(NamedTuple):
    """Counts of opened fields, full views, opened cases and refused calls."""

    fields: int = 0
    full_views: int = 0
    cases: int = 0
    refusals: int = 0

    def __bool__(self) -> bool:
        return any(self)

    def plus(self, other: "Figures") -> "Figures":
        return Figures(*(a + b for a, b in zip(self, other, strict=True)))


def figures_of(entry: EntryDocument) -> Figures:
    """What one entry adds. It counts fields and waybills, not entries."""
    action, outcome, count = entry["action"], entry["outcome"], entry.get("count", 0)
    if outcome not in NO_REFUSAL:
        return Figures(refusals=entry.get("times", 1))
    return Figures(
        fields=count if action == Action.DETOKENIZE else 0,
        full_views=count if action in (Action.VIEW, Action.SEARCH) else 0,
        cases=int(action == Action.CASE_OPEN and outcome == Outcome.DONE),
    )


class RecentEntry(NamedTuple):
    """What one entry says. `at` in Unix seconds; `role` is empty where none was granted."""

    id: str
    at: int
    principal: str
    role: str
    figures: Figures


@dataclass(slots=True)
class _Tenant:
    """The rows of one tenant, oldest first, and the cursor behind the last entry read."""

    rows: deque[RecentEntry] = field(default_factory=deque)
    last: str | None = None
    complete_since: int = 0


class RecentEntries:
    """Keeps the last day of the logs of those tenants that were asked for.

    Args:
        older: the entries in the archive, if it can be asked.
        stored_since: returns since when the store has all entries (Unix seconds); 0 if none was deleted.
    """

    def __init__(
        self, store: Store, older: OlderEntries | None = None, stored_since: Callable[[], int] = lambda: 0
    ) -> None:
        self._store = store
        self._older = older
        self._stored_since = stored_since
        self._tenants: dict[str, _Tenant] = {}
        self._lock = threading.Lock()

    def rows(self, tenant: str, now: int) -> tuple[list[RecentEntry], int]:
        """Return what the entries of the last day say, and since when nothing is missing (Unix seconds).

        Round trips: one and those of `scan` over at most 20,000 entries the first time, two later where nothing is new.

        Args:
            tenant: the tenant's hash, as in its entries.
            now: Unix seconds.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: a stored entry is invalid or belongs to another tenant.
        """
        with self._lock:
            try:
                known = self._read_new(tenant)
            except (UnknownEntryError, ArchiveUnavailable):  # the last entry read was archived and deleted
                known = None
            if known is None:
                known = self._tenants[tenant] = self._read_day(tenant, now)
            while known.rows and (known.rows[0].at < now - SECONDS_A_DAY or len(known.rows) > MAX_KEPT):
                if known.rows[0].at >= now - SECONDS_A_DAY:
                    known.complete_since = known.rows[0].at
                known.rows.popleft()
            return list(known.rows), max(known.complete_since, now - SECONDS_A_DAY)

    def _read_new(self, tenant: str) -> _Tenant | None:
        """Read what came since the last time; None where there was none."""
        known = self._tenants.get(tenant)
        if known is None or known.last is None:
            return None
        for one in scan(TenantLog(self._store, tenant, self._older), Wanted(), after=known.last):
            entry, known.last = one.entry, one.cursor
            taken_back = frozenset(entry.get("takes_back", ()))
            if taken_back:
                known.rows = deque(row for row in known.rows if row.id not in taken_back)
            _append(known.rows, entry)
        return known

    def _read_day(self, tenant: str, now: int) -> _Tenant:
        """Read the last day from its end."""
        known = _Tenant()
        rows: list[RecentEntry] = []
        taken_back: set[str] = set()
        until = monotonic() + MAX_SECONDS
        end = Cursor.end(self._store, tenant)
        known.last = str(end) if end.last else None
        for read, entry in enumerate(self._newest_first(tenant, now - SECONDS_A_DAY, known, end), 1):
            known.last = known.last or entry["id"]
            taken_back.update(entry.get("takes_back", ()))
            if entry["id"] not in taken_back:
                _append(rows, entry)
            if read >= MAX_KEPT or monotonic() >= until:
                known.complete_since = entry["at"]
                break
        known.rows.extend(reversed(rows))
        return known

    def _newest_first(self, tenant: str, begin: int, known: _Tenant, end: Cursor) -> Iterator[EntryDocument]:
        """Yield the entries since `begin`; only those that the store has while the archive cannot be asked."""
        older = self._older
        try:
            for one in scan(TenantLog(self._store, tenant, older), Wanted(begin=begin), after=end, newest=True):
                yield one.entry
        except ArchiveUnavailable:
            older = None
        if older is None:
            known.complete_since = self._stored_since()


def _append(rows: "deque[RecentEntry] | list[RecentEntry]", entry: EntryDocument) -> None:
    figures = figures_of(entry)
    if figures:
        rows.append(RecentEntry(entry["id"], entry["at"], entry["principal"], entry["role"], figures))
