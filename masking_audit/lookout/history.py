"""Reads audit entries into rows for the signals."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from masking_audit.format.entries import Entry
from masking_service.audit.actions import DECISIONS, Action, Outcome

TRACES: Final = frozenset({Action.CUSTODY_MOVE, Action.CALL, Action.ERASE})
"""Actions that show that a parcel, or its case, is real work."""
_DECISION_OF: Final[dict[str, str]] = {action: decision for decision, action in DECISIONS.items()}


class OpenedFields(NamedTuple):
    """Fields of one waybill that one call opened. `case` is empty where none was needed."""

    at: int
    person: str
    role: str
    case: str
    waybill: str
    fields: int


class OpenedCase(NamedTuple):
    """A case that was opened. `verified` says whether the ticket system confirmed it."""

    at: int
    person: str
    role: str
    case: str
    waybills: int
    verified: bool


class CaseDecision(NamedTuple):
    """A case that was approved, denied or closed: `act` is `approve`, `deny` or `close`."""

    at: int
    person: str
    role: str
    case: str
    act: str


class ViewedWaybill(NamedTuple):
    """A waybill that was viewed in full."""

    at: int
    person: str
    role: str
    waybill: str


class Trace(NamedTuple):
    """A parcel that moved, was called about or was erased. `site` is empty if it did not move."""

    at: int
    person: str
    waybill: str
    site: str


class Seen(NamedTuple):
    """A device or network from which a person opened a value or a case, or decided one; `what` says which."""

    at: int
    person: str
    role: str
    what: str
    tag: str


Row = OpenedFields | OpenedCase | CaseDecision | ViewedWaybill | Trace | Seen


@dataclass(frozen=True, slots=True)
class History:
    """What the entries of one tenant say, oldest first."""

    openings: list[OpenedFields] = field(default_factory=list)
    cases: list[OpenedCase] = field(default_factory=list)
    decisions: list[CaseDecision] = field(default_factory=list)
    views: list[ViewedWaybill] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def waybills(self) -> frozenset[str]:
        """The waybills that were opened or viewed: only their traces matter."""
        return frozenset(one.waybill for rows in (self.openings, self.views) for one in rows)


class HistoryReader:
    """Collects the rows of one tenant's entries; what was taken back does not count."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._taken_back: set[str] = set()

    def add(self, name: str, entry: Entry) -> None:
        """Add an entry, of any writer in any order, by its id."""
        self._taken_back.update(entry.takes_back)
        found = rows_of(entry)
        if found:
            self._rows[name] = found

    def history(self) -> History:
        found = [row for name, rows in self._rows.items() if name not in self._taken_back for row in rows]
        return History(
            openings=sorted(row for row in found if isinstance(row, OpenedFields)),
            cases=sorted(row for row in found if isinstance(row, OpenedCase)),
            decisions=sorted(row for row in found if isinstance(row, CaseDecision)),
            views=sorted(row for row in found if isinstance(row, ViewedWaybill)),
            traces=sorted(row for row in found if isinstance(row, Trace)),
            seen=sorted(row for row in found if isinstance(row, Seen)),
        )


def rows_of(entry: Entry) -> list[Row]:
    """Return what an entry says; nothing if refused."""
    rows = _rows_of(entry)
    if any(isinstance(row, OpenedFields | OpenedCase | CaseDecision) for row in rows):
        tags = {"device": entry.device, "network": entry.network}
        rows += [Seen(entry.at, entry.principal, entry.role, what, tag) for what, tag in tags.items() if tag]
    return rows


def _rows_of(entry: Entry) -> list[Row]:
    at, who, role, case = entry.at, entry.principal, entry.role, entry.case
    released = [item for item in entry.items if item.outcome in (Outcome.RELEASED, Outcome.DONE) and item.waybill]
    match entry.action, entry.outcome:
        case Action.DETOKENIZE, Outcome.RELEASED:
            fields: dict[str, int] = {}
            for item in released:
                fields[item.waybill] = fields.get(item.waybill, 0) + 1
            return [OpenedFields(at, who, role, case, waybill, count) for waybill, count in fields.items()]
        case Action.CASE_OPEN, Outcome.DONE:
            return [OpenedCase(at, who, role, case, len(released), verified=bool(entry.ticket))]
        case action, Outcome.DONE if action in _DECISION_OF:
            return [CaseDecision(at, who, role, case, _DECISION_OF[action])]
        case Action.VIEW, Outcome.RELEASED:
            return [ViewedWaybill(at, who, role, item.waybill) for item in released]
        case action, (Outcome.DONE | Outcome.RELEASED) if action in TRACES:
            return [Trace(at, who, item.waybill, item.site) for item in released]
    return []
