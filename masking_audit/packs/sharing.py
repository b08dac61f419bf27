"""The sharing ledger: what was given to whom in a period, made from entries. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.rows import KeptRow, KeptRows
from masking_service.audit.actions import PARTS, Action, Outcome, Part
from masking_service.masking.timestamps import rfc3339

_ACCESS: Final = frozenset(
    {
        Action.CLIENT_ADD,
        Action.CLIENT_REVOKE,
        Action.CLIENT_RESTORE,
        Action.CALLERS_IMPORT,
        Action.PERMIT_NEW,
        Action.PERMIT_OPEN,
        Action.PERMIT_END,
    }
)
"""What gives or takes access: clients, callers, and permits for pseudonyms."""
_NOT_STATED: Final = "-"
_GIVEN: Final = "given"


@dataclass(slots=True)
class _Given:
    """What one recipient was given for one purpose in one month."""

    calls: int = 0
    fields: int = 0
    kinds: set[str] = field(default_factory=set)
    waybills: set[str] = field(default_factory=set)

    def add(self, calls: int, fields: int, kind: str, waybill: str) -> None:
        """Add a row, see `_rows_of`."""
        self.calls += calls
        self.fields += fields
        self.kinds.update({kind} - {""})
        self.waybills.update({waybill} - {""})


@dataclass(slots=True)
class Sharing:
    """Adds up what entries of a tenant give, in one pass.

    Args:
        begin, end: the period, in Unix seconds; `end` is outside.
    """

    begin: int
    end: int
    _rows: KeptRows = field(default_factory=KeptRows)

    def sum_period(self, entries: Iterable[tuple[str, Entry]]) -> None:
        void: set[str] = set()
        for name, entry in entries:
            void.update(entry.takes_back)
            if not self.begin <= entry.at < self.end:
                continue
            if entry.action in _ACCESS and entry.outcome == Outcome.DONE:
                cells = (entry.action, entry.subject or _NOT_STATED, entry.principal)
                self._rows.add([KeptRow("access", entry.at, name, cells=cells)])
            elif _gives(entry):
                self._rows.add(_rows_of(name, entry))
        self._rows.take_back(void, [_GIVEN])

    def document(self, source: Mapping[str, object]) -> Document:
        """Return the document for people."""
        sums: dict[tuple[object, ...], _Given] = {}
        for row in self._rows.rows(_GIVEN):
            *key, calls, fields, kind = row.cells
            sums.setdefault(tuple(key), _Given()).add(calls, fields, kind, row.waybill)
        given = [
            (*key, one.calls, len(one.waybills), one.fields, ", ".join(sorted(one.kinds)) or _NOT_STATED)
            for key, one in sorted(sums.items())
        ]
        period = {"begin": rfc3339(self.begin), "end": rfc3339(self.end)}
        return Document(
            "sharing",
            [("period", period), ("source", dict(source)), ("sharing-means", {}), ("proof-report", {})],
            [
                PackTable(
                    "given",
                    ("month", "recipient", "role", "purpose", "calls", "waybills", "fields", "kinds"),
                    given,
                ),
                PackTable("access", ("when", "action", "recipient", "by", "entry"), self._rows.table("access")),
            ],
        )


def _rows_of(name: str, entry: Entry) -> Iterator[KeptRow]:
    """Yield a row for an entry, and one for each thing that it gave.

    The cells: month, recipient, role, purpose; then what it adds: calls, fields, and the kind.
    """
    purpose = entry.purpose or entry.profile or entry.action
    key = (rfc3339(entry.at)[: len("2026-11")], entry.principal, entry.role, purpose)
    yield KeptRow(_GIVEN, entry.at, name, cells=(*key, 1, 0, ""))
    for item in entry.items:
        if item.outcome in (Outcome.RELEASED, Outcome.DONE):
            yield KeptRow(_GIVEN, entry.at, name, item.waybill, cells=(*key, 0, int(bool(item.field)), item.kind))


def _gives(entry: Entry) -> bool:
    """Return whether an entry says that values were given, or a number was bound that reaches a person."""
    if PARTS.get(entry.action) in (Part.OPENINGS, Part.VIEWS):
        return entry.outcome == Outcome.RELEASED
    return entry.action == Action.CALL and entry.outcome == Outcome.DONE
