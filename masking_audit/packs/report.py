"""Sums a period for the compliance audit. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from masking_audit.format.entries import Entry
from masking_audit.lookout.history import CaseDecision, OpenedFields, Trace, rows_of
from masking_audit.lookout.signals import FOLLOWED_WITHIN, unfollowed_openings
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.rows import KeptRow, KeptRows
from masking_service.audit.actions import NO_REFUSAL, PARTS, Action, Outcome, Part
from masking_service.masking.timestamps import rfc3339

_NOT_STATED: Final = "-"
_CALLS: Final = "calls"
_OPENED: Final = "opened"
_VIEWS: Final = "views"
_ERASURES: Final = "erasures"
_FREEZES: Final = "freezes"


class Report:
    """Sums the entries of a tenant, in two passes.

    Args:
        begin, end: the period, in Unix seconds; `end` is outside.
    """

    def __init__(self, begin: int, end: int) -> None:
        self._begin, self._end = begin, end
        self._rows = KeptRows()
        self._last: dict[str, Trace] = {}
        self._closings: dict[tuple[str, str], CaseDecision] = {}
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._conflicts: Counter[str] = Counter()
        self._cases: dict[str, set[str]] = defaultdict(set)
        self._policies: Counter[str] = Counter()

    def sum_period(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """First pass: sum what happened in the period."""
        void: set[str] = set()
        for name, entry in entries:
            void.update(entry.takes_back)
            if self._begin <= entry.at < self._end:
                self._add(name, entry)
        self._rows.take_back(void, (_CALLS, _OPENED, _VIEWS, _ERASURES, _FREEZES))

    def find_traces(self, entries: Iterable[Entry]) -> None:
        """Second pass: find what followed the openings, also after the period."""
        waybills, cases = set[str](), set[str]()
        for opening in self._opened():
            waybills.add(opening.waybill)
            cases.add(opening.case)
        for entry in entries:
            for row in rows_of(entry):
                if isinstance(row, Trace) and row.waybill in waybills:
                    self._last[row.waybill] = max(row, self._last.get(row.waybill, row))
                elif isinstance(row, CaseDecision) and row.act == "close" and row.case in cases:
                    self._closings[row.case, row.person] = row

    def document(self, source: Mapping[str, object], retention: int, shredded: str, now: int) -> Document:
        """Return the document for people.

        Args:
            retention: days for which records are kept.
            shredded: the day before which all data keys are destroyed; empty if none are.
        """
        period = {"begin": rfc3339(self._begin), "end": rfc3339(self._end)}
        figures = ("calls", "waybills", "fields")
        by = {key: self._sums(_CALLS, at) for at, key in enumerate(("purpose", "role", "principal"))}
        return Document(
            "report",
            [
                ("period", period),
                ("source", source),
                ("unexplained-means", {}),
                ("retention", {"days": retention}),
                *([("shredded", {"day": shredded})] if shredded else []),
                ("proof-report", {}),
            ],
            [
                PackTable("by-purpose", ("purpose", *figures), by["purpose"]),
                PackTable("by-role", ("role", *figures), by["role"]),
                PackTable("by-person", ("principal", *figures), by["principal"]),
                PackTable("unexplained", ("principal", "waybills", "fields"), self._unexplained(now)),
                PackTable("views-by-role", ("role", "calls", "waybills"), [row[:3] for row in self._sums(_VIEWS, 0)]),
                PackTable("cases", ("action", "count"), [(act, len(self._cases[act])) for act in sorted(self._cases)]),
                PackTable("erasures", ("when", "by", "outcome", "entry"), self._rows.table(_ERASURES)),
                PackTable("freezes", ("when", "by", "action", "principal", "why", "entry"), self._rows.table(_FREEZES)),
                PackTable("refusals", ("action", "outcome", "times"), _counted(self._refusals)),
                PackTable("conflicts", ("principal", "times"), sorted(self._conflicts.items())),
                PackTable("policies", ("policy", "count"), sorted(self._policies.items())),
            ],
        )

    def _add(self, name: str, entry: Entry) -> None:
        part = PARTS.get(entry.action)
        self._policies[entry.policy] += 1
        if entry.outcome not in NO_REFUSAL:
            self._refusals[entry.action, entry.outcome] += entry.times
            if (entry.action, entry.outcome) == (Action.TOKENIZE, Outcome.QUOTA_EXCEEDED):
                self._conflicts[entry.principal] += entry.times
        elif entry.action == Action.DETOKENIZE and entry.outcome == Outcome.RELEASED:
            opened = [row for row in rows_of(entry) if isinstance(row, OpenedFields)]
            keys = (entry.purpose, entry.role, entry.principal)
            self._rows.add([KeptRow(_CALLS, entry.at, name, cells=(*keys, len(opened), entry.count))])
            self._rows.add(
                KeptRow(_OPENED, row.at, name, row.waybill, cells=(row.person, row.role, row.case, row.fields))
                for row in opened
            )
        elif part is Part.VIEWS and entry.outcome == Outcome.RELEASED:
            self._rows.add([KeptRow(_VIEWS, entry.at, name, cells=(entry.role, entry.count, entry.count))])
        elif part is Part.ERASURES:
            self._rows.add([KeptRow(_ERASURES, entry.at, name, cells=(entry.principal, entry.outcome))])
        elif part is Part.FREEZES:
            cells = (entry.principal, entry.action, entry.subject, entry.purpose)
            self._rows.add([KeptRow(_FREEZES, entry.at, name, cells=cells)])
        elif part is Part.CASES and entry.outcome == Outcome.DONE:
            self._cases[entry.action].add(entry.case)

    def _opened(self) -> Iterator[OpenedFields]:
        for row in self._rows.rows(_OPENED):
            person, role, case, fields = row.cells
            yield OpenedFields(row.at, person, role, case, row.waybill, fields)

    def _sums(self, title: str, key: int) -> list[tuple[object, ...]]:
        """Return calls, waybills and fields of the rows by one of their cells, the most fields first."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in self._rows.rows(title):
            *_, waybills, fields = row.cells
            one = sums[row.cells[key] or _NOT_STATED]
            one[0] += 1
            one[1] += waybills
            one[2] += fields
        return [(name, *counts) for name, counts in sorted(sums.items(), key=lambda one: (-one[1][2], one[0]))]

    def _unexplained(self, now: int) -> list[tuple[object, ...]]:
        openings = (row for row in self._opened() if row.at < now - FOLLOWED_WITHIN)
        left: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in unfollowed_openings(openings, self._closings.values(), self._last.values()):
            left[row.person][0] += 1
            left[row.person][1] += row.fields
        return [(person, *counts) for person, counts in sorted(left.items(), key=lambda one: (-one[1][1], one[0]))]


def _counted(counter: Counter[tuple[str, str]]) -> list[tuple[object, ...]]:
    return [(*key, count) for key, count in sorted(counter.items(), key=lambda one: (-one[1], one[0]))]
