"""What a login, key, site or phone did or saw in a period, and whose approval it had. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.persons import BOTH, Persons, side_of
from masking_audit.packs.rows import KeptRow, KeptRows
from masking_audit.packs.subject import Reach, Subject
from masking_service.audit.actions import NO_REFUSAL, PARTS, Action, Outcome, Part
from masking_service.masking.timestamps import rfc3339

_PASSING: Final = frozenset({Action.CUSTODY_FIRST, Action.CUSTODY_MOVE, Action.REVISE})
"""Actions by which a parcel passes a site, a courier or a printer."""

_TAKEN_BACK: Final = ("openings", "views", "passed", "")
"""The tables that do not show what was taken back."""

PERSONS: Final = ("persons", "waybills", "without-phone", "missing")
"""The columns of a table of persons."""


@dataclass(frozen=True, slots=True)
class More:
    """What is known of an incident beside the log.

    Attributes:
        persons: of what was released; None where they were not counted.
        passed: of the parcels that passed there; None where none did, or they were not counted.
        now: the state of the subject at this moment: what, and its value.
    """

    persons: Persons | None = None
    passed: Persons | None = None
    reach: Sequence[PackTable] = ()
    now: Sequence[tuple[object, ...]] = ()


@dataclass
class Incident:
    """Selects the entries of an incident, in two passes over those of its tenant.

    Args:
        begin, end: the period, in Unix seconds; `end` is outside.

    Attributes:
        acts: how many entries are about it in the period.
        kinds: of the values that were shown, with an empty one for waybills of which the entries name no kind.
        reach: the roles in which it acted.
    """

    subject: Subject
    begin: int
    end: int
    acts: int = 0
    kinds: set[str] = field(default_factory=set)
    _refused: int = 0
    _cases: set[str] = field(default_factory=set)
    _principals: set[str] = field(default_factory=set)
    _taken_back: set[str] = field(default_factory=set)
    _overtaken: set[str] = field(default_factory=set)
    _rows: KeptRows = field(default_factory=KeptRows)

    def __post_init__(self) -> None:
        self.reach = Reach(self.subject, self.begin, self.end)

    def find_acts(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """First pass: find the entries about the subject."""
        void: set[str] = set()
        for name, entry in entries:
            void.update(entry.takes_back)
            if entry.outcome != Outcome.UNAVAILABLE:  # then the write may have happened all the same
                self._overtaken.update(entry.takes_back)
            if self._is_act(entry):
                self.acts += 1
                self.reach.add(entry)
                self.kinds.update(self._kinds_of(entry))
                self._cases.add(entry.case)
                self._principals.add(entry.principal)
                self._refused += entry.times if entry.outcome not in NO_REFUSAL else 0
                self._rows.add([*self._rows_of(name, entry)] or [KeptRow("", entry.at, name)])
        self._cases.discard("")
        self._rows.take_back(self._overtaken, ("cases",))
        self._taken_back = self._rows.take_back(void, _TAKEN_BACK)

    def belongs(self, name: str, entry: Entry) -> bool:
        """Second pass: return whether an entry is part of the incident, and keep it if it is context."""
        if self._is_act(entry):
            return True
        of_case = PARTS.get(entry.action) is Part.CASES and entry.case in self._cases and entry.outcome == Outcome.DONE
        of_case = of_case and name not in self._overtaken
        freezes = PARTS.get(entry.action) is Part.FREEZES and self.subject.is_frozen_in(entry.subject)
        if of_case:
            self._rows.add([_case(name, entry)])
        elif freezes:
            cells = (entry.action, entry.principal, entry.purpose)
            self._rows.add([KeptRow("freezes", entry.at, name, cells=cells)])
        takes_back = entry.principal in self._principals and not self._taken_back.isdisjoint(entry.takes_back)
        return of_case or freezes or takes_back

    def sides(self) -> dict[str, int]:
        """Return whose data was released, by the hash of its waybill."""
        sides: dict[str, int] = {}
        for waybill, side in self._rows.sides():
            sides[waybill] = sides.get(waybill, 0) | side
        return sides

    def passed(self) -> Iterator[str]:
        """Yield the hashes of the waybills whose parcels passed there."""
        return self._rows.waybills("passed")

    def numbers(self, known: Mapping[str, str]) -> set[str]:
        """Return the known numbers of waybills of which values were released, or that passed there."""
        return {known[waybill] for waybill in self._rows.waybills() if waybill in known}

    def document(self, source: Mapping[str, object], numbers: Mapping[str, str], more: More | None = None) -> Document:
        """Return the report that people read.

        Args:
            numbers: waybill numbers by their hashes, as far as they are known.
        """
        more = more or More()
        return Document(
            "incident",
            [
                ("about", {"principal": str(self.subject), "begin": rfc3339(self.begin), "end": rfc3339(self.end)}),
                ("source", dict(source)),
                ("totals", self._totals()),
                ("persons-means", {}),
                *([("reach-means", {})] if more.reach else []),
                ("hashes", {}),
                ("proof", {}),
            ],
            [
                persons_table("persons", more.persons),
                *([persons_table("persons-passed", more.passed)] if more.passed else []),
                *more.reach,
                *([PackTable("now", ("what", "value"), more.now)] if more.now else []),
                *self._tables(numbers),
            ],
        )

    def _totals(self) -> dict[str, object]:
        """Return the values of the paragraph `totals`."""
        kept = self._rows
        return {
            "fields": kept.count("openings"),
            "waybills": kept.count_waybills("openings"),
            "cases": len({row.cells[2] for row in kept.rows("openings")} - {""}),
            "views": kept.count("views"),
            "refusals": self._refused,
        }

    def _tables(self, numbers: Mapping[str, str]) -> list[PackTable]:
        """Return the tables of what was done, or passed there."""
        kept = self._rows

        def of_waybill(row: KeptRow) -> tuple[object, ...]:
            return (rfc3339(row.at), row.waybill, numbers.get(row.waybill, ""), *row.cells, row.entry)

        of_each = ("when", "waybill", "number")
        return [
            PackTable(
                "openings",
                (*of_each, "kind", "field", "case", "purpose", "approved-by", "entry"),
                kept.table("openings", of_waybill),
            ),
            PackTable("views", (*of_each, "profile", "entry"), kept.table("views", of_waybill)),
            PackTable("passed", (*of_each, "action", "site", "courier", "entry"), kept.table("passed", of_waybill)),
            PackTable("cases", ("when", "case", "action", "by", "waybills", "entry"), kept.table("cases")),
            PackTable("refusals", ("when", "action", "outcome", "times", "case", "entry"), kept.table("refusals")),
            PackTable("freezes", ("when", "action", "by", "why", "entry"), kept.table("freezes")),
        ]

    def _is_act(self, entry: Entry) -> bool:
        return self.begin <= entry.at < self.end and self.subject.acts_in(entry)

    def _rows_of(self, name: str, entry: Entry) -> Iterator[KeptRow]:
        part = PARTS.get(entry.action)
        if part is Part.CASES and entry.outcome == Outcome.DONE:
            yield _case(name, entry)
        if entry.outcome not in NO_REFUSAL:
            cells = (entry.action, entry.outcome, entry.times, entry.case)
            yield KeptRow("refusals", entry.at, name, cells=cells)
        for item in entry.items:
            if item.outcome == Outcome.RELEASED:
                yield self._released(name, entry, item)
            if entry.action in _PASSING and entry.outcome == Outcome.DONE and self._passed(item):
                yield KeptRow("passed", entry.at, name, item.waybill, 0, (entry.action, item.site, item.courier))

    def _released(self, name: str, entry: Entry, item: Item) -> KeptRow:
        """Return the row of a field that was opened, or a waybill that was viewed in full."""
        part = PARTS.get(entry.action)
        if entry.outcome != Outcome.RELEASED:
            return KeptRow("", entry.at, name, item.waybill)
        shown = part in (Part.OPENINGS, Part.VIEWS) and item.waybill
        sides = (side_of(item.field) if item.field else BOTH) if shown else 0
        if part is not Part.OPENINGS:
            return KeptRow("views", entry.at, name, item.waybill, sides, (entry.profile,))
        cells = (item.kind, item.field, entry.case, entry.purpose, " ".join(entry.approved_by))
        return KeptRow("openings", entry.at, name, item.waybill, sides, cells)

    def _kinds_of(self, entry: Entry) -> Iterator[str]:
        """Yield the kinds of the values that an act showed; an empty one where it shows a waybill without them."""
        opens = PARTS.get(entry.action) is Part.OPENINGS
        for item in entry.items:
            if item.outcome == Outcome.RELEASED:
                yield item.kind if opens else ""
            if entry.action in _PASSING and entry.outcome == Outcome.DONE and self._passed(item):
                yield ""

    def _passed(self, item: Item) -> bool:
        """Return whether a parcel passed there; of a login or key, whether it moved or revised it."""
        if self.subject.kind == "site":
            return item.site == self.subject.name
        if self.subject.kind == "courier":
            return item.courier == self.subject.name
        return True


def _case(name: str, entry: Entry) -> KeptRow:
    cells = (entry.case, entry.action, entry.principal, len(entry.items) or "")
    return KeptRow("cases", entry.at, name, cells=cells)


def persons_table(title: str, persons: Persons | None) -> PackTable:
    """Return a table of persons; without a row where they were not counted."""
    return PackTable(title, PERSONS, [] if persons is None else [persons])
