"""The lookout over a company's entries, once a day, as `service/lookout/use.py` runs it.

Signals, ranks and what is frozen are the product's. Views of couriers are not read: see docs/insiders.md, Limits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from bench.theft.model import Service
from bench.theft.steps import DAY
from masking_audit.lookout import first_second
from masking_service.service.lookout.history import CaseDecision, History, OpenedCase, OpenedFields, Row, Seen, rows_of
from masking_service.service.lookout.ranking import MAX_LISTED, rank, to_freeze
from masking_service.service.lookout.signals import WINDOW_DAYS, all_signals
from masking_service.service.lookout.use import REMEMBERED_SECONDS
from masking_service.service.people.principals import DEFAULT_TENANT, Principal

READ: Final[dict[type[Row], str]] = {
    OpenedFields: "openings",
    OpenedCase: "cases",
    CaseDecision: "decisions",
    Seen: "seen",
}
"""The rows that are read, by the name of their list in a history."""

_at = attrgetter("at")


class Lookout:
    """Reads what a service has written each day, beside what honest people did, and drops it.

    Args:
        service: lists and freezes people.
        honest: what other people did, in the order of time.
    """

    def __init__(self, service: Service, honest: Iterable[Row] = ()) -> None:
        self._service = service
        self._rows: dict[type[Row], list[Row]] = {kind: [] for kind in READ}
        self._devices: set[tuple[str, str, int]] = set()
        self._add(honest)
        self._listed: dict[str, list[tuple[int, float]]] = {}

    @property
    def rows(self) -> list[Row]:
        """All that was read so far, in the order of time."""
        return sorted((row for rows in self._rows.values() for row in rows), key=lambda row: row.at)

    def run(self, now: int) -> None:
        """List at most five people, and freeze those whom the policy says."""
        service = self._service
        self._add(row for entry in service.written for row in rows_of(entry))
        service.written.clear()
        rules = service.policy.rules.lookout
        found = rank(all_signals(self._history(now), now), self._before(now), service.frozen, MAX_LISTED, rules.alone)
        freezing = {one.person for one in to_freeze(found, rules.freeze)}
        for one in found:
            self._listed.setdefault(one.person, []).append((now, one.total))
            who = Principal(one.person, DEFAULT_TENANT, (), frozenset(), "jwt")
            service.listed(who, now, freeze=one.person in freezing)

    def _add(self, rows: Iterable[Row]) -> None:
        """Keep rows in the order of time; of a device only the first on each day."""
        begin = {kind: len(kept) for kind, kept in self._rows.items()}
        for row in rows:
            if isinstance(row, Seen):
                used = row.person, row.tag, row.at // DAY
                if used in self._devices:
                    continue
                self._devices.add(used)
            if type(row) in READ:
                self._rows[type(row)].append(row)
        for kind, kept in self._rows.items():
            new = sorted(kept[begin[kind] :], key=_at)
            del kept[begin[kind] :]
            late = bisect_right(kept, new[0].at, key=_at) if new else len(kept)
            kept[late:] = sorted([*kept[late:], *new], key=_at)

    def _before(self, now: int) -> dict[str, float]:
        """Return the highest totals of the people who were listed lately."""
        totals = {
            who: [total for at, total in listed if at >= now - REMEMBERED_SECONDS]
            for who, listed in self._listed.items()
        }
        return {who: max(found) for who, found in totals.items() if found}

    def _history(self, now: int) -> History:
        parts: dict[str, Any] = {}
        for kind, rows in self._rows.items():
            begin, end = (bisect_left(rows, at, key=_at) for at in (first_second(now), now))
            parts[READ[kind]] = rows[begin:end]
        return History(**parts)


def around(rows: Sequence[Row], officers: int) -> list[Row]:
    """Return everyone's devices, and what the first officers opened, and under which cases.

    How often a role has a new device takes more people to tell than the other signals need.
    """
    people = {f"dev/officer-{at}" for at in range(officers)}
    cases = {row.case for row in rows if isinstance(row, OpenedFields) and row.person in people}
    return [
        row
        for row in rows
        if (isinstance(row, OpenedCase | CaseDecision) and row.case in cases)
        or isinstance(row, Seen)
        or (isinstance(row, OpenedFields) and row.person in people)
    ]


def with_month_before(rows: Sequence[Row], begin: int) -> list[Row]:
    """Return rows and, before them, their first thirty days once more: no company's log begins with a theft.

    Cases and waybills have other names there, and each person has one device.
    """
    devices: dict[str, str] = {}
    before: list[Row] = []
    for row in rows:
        at = row.at - WINDOW_DAYS * DAY
        if at >= begin:
            continue
        match row:
            case Seen():
                before.append(row._replace(at=at, tag=devices.setdefault(row.person, row.tag)))
            case OpenedFields():
                before.append(row._replace(at=at, case=f"{row.case} before", waybill=f"{row.waybill} before"))
            case OpenedCase() | CaseDecision():
                before.append(row._replace(at=at, case=f"{row.case} before"))
    return [*before, *rows]


def renamed(rows: Sequence[Row], names: Mapping[str, str]) -> list[Row]:
    """Return rows in which people have other names."""
    return [row._replace(person=names[row.person]) if row.person in names else row for row in rows]
