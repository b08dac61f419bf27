"""The lookout over a company's entries, once a day, as `masking_audit/lookout/use.py` runs it.

Signals, ranks and what is frozen are the product's. Views of couriers are not read: see docs/insiders.md, Limits.
"""

from collections.abc import Sequence
from operator import attrgetter

from bench.theft.columns import Columns
from bench.theft.model import Service
from bench.theft.steps import DAY
from masking_audit.lookout.history import CaseDecision, OpenedCase, OpenedFields, Row, Seen, rows_of
from masking_audit.lookout.signals import WINDOW_DAYS
from masking_audit.lookout.use import MAX_LISTED, REMEMBERED_SECONDS, rank, to_freeze
from masking_service.service.people.principals import DEFAULT_TENANT, Principal


class Lookout:
    """Reads what a service has written each day, and drops it.

    Args:
        service: lists and freezes people.
        log: what other people did. What the service writes comes beside it.

    Attributes:
        rows: all that the service wrote so far; of a device only the first row of each day.
    """

    def __init__(self, service: Service, log: Columns | None = None) -> None:
        self._service = service
        self._log = Columns() if log is None else log
        self._devices: set[tuple[str, str, int]] = set()
        self._listed: dict[str, list[tuple[int, float]]] = {}
        self.rows: list[Row] = []

    def run(self, now: int) -> None:
        """List at most five people, and freeze those whom the policy says."""
        service = self._service
        rows = (row for entry in service.written for row in rows_of(entry) if self._is_new(row))
        new = sorted(rows, key=attrgetter("at"))
        service.written.clear()
        self.rows += new
        self._log.add(new)
        rules = service.policy.rules.lookout
        found = rank(self._log.reasons(now), self._before(now), service.frozen, MAX_LISTED, rules.alone)
        freezing = {one.person for one in to_freeze(found, rules.freeze)}
        for one in found:
            self._listed.setdefault(one.person, []).append((now, one.total))
            who = Principal(one.person, DEFAULT_TENANT, (), frozenset(), "jwt")
            service.listed(who, now, freeze=one.person in freezing)

    def _is_new(self, row: Row) -> bool:
        """Return whether a row counts: of a device only the first on each day."""
        if not isinstance(row, Seen):
            return True
        used = row.person, row.tag, row.at // DAY
        known = used in self._devices
        self._devices.add(used)
        return not known

    def _before(self, now: int) -> dict[str, float]:
        """Return the highest totals of the people who were listed lately."""
        totals = {
            who: [total for at, total in listed if at >= now - REMEMBERED_SECONDS]
            for who, listed in self._listed.items()
        }
        return {who: max(found) for who, found in totals.items() if found}


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
