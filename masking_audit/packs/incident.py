"""What a login, key, site or phone did or saw in a period, and whose approval it had. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry, Item
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.parts import PARTS, Part
from masking_audit.packs.persons import Exposure, Persons
from masking_audit.packs.subject import Subject
from masking_service.audit.actions import Action
from masking_service.audit.figures import NO_REFUSAL
from masking_service.masking.timestamps import rfc3339

_PASSING: Final = frozenset({Action.CUSTODY_FIRST, Action.CUSTODY_MOVE, Action.REVISE})
"""Actions by which a parcel passes a site, a courier or a printer."""

PERSONS: Final = ("persons", "waybills", "without-phone", "missing")
"""The columns of a table of persons."""


@dataclass(frozen=True, slots=True)
class More:
    """What is known of an incident beside the log.

    Attributes:
        persons: of what was released; None where they were not counted.
        passed: of the parcels that passed there; None where none did, or they were not counted.
        reach: what the subject could do, and can do, see `Reach`.
        now: the state of the subject at this moment: what, and its value.
    """

    persons: Persons | None = None
    passed: Persons | None = None
    reach: Sequence[PackTable] = ()
    now: Sequence[tuple[object, ...]] = ()


@dataclass
class Incident:
    """Selects the entries of an incident, in two passes over the log.

    Args:
        subject: what leaked.
        tenant: the tenant's hash, as in entries.
        begin, end: the period, in Unix seconds; `end` is outside.

    Attributes:
        acts: the entries about it in the period, by id.
        context: entries of the same cases, and freezes of the principals, by id.
        taken_back: ids of entries that are void.
    """

    subject: Subject
    tenant: str
    begin: int
    end: int
    acts: dict[str, Entry] = field(default_factory=dict)
    context: dict[str, Entry] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    _cases: set[str] = field(default_factory=set)
    _principals: set[str] = field(default_factory=set)

    def find_acts(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """First pass: find the entries about the subject."""
        for name, entry in entries:
            if entry.tenant != self.tenant:
                continue
            self.taken_back.update(entry.takes_back)
            if self.begin <= entry.at < self.end and self.subject.acts_in(entry):
                self.acts[name] = entry
                self._cases.add(entry.case)
                self._principals.add(entry.principal)
        self._cases.discard("")

    def belongs(self, name: str, entry: Entry) -> bool:
        """Second pass: return whether an entry is part of the incident, and keep it if it is context."""
        if name in self.acts:
            return True
        if entry.tenant != self.tenant:
            return False
        of_case = PARTS.get(entry.action) is Part.CASES and entry.case in self._cases and entry.outcome == "done"
        freezes = PARTS.get(entry.action) is Part.FREEZES and self.subject.is_frozen_in(entry.subject)
        takes_back = entry.principal in self._principals and not self.acts.keys().isdisjoint(entry.takes_back)
        if of_case or freezes:
            self.context[name] = entry
        return of_case or freezes or takes_back

    def exposure(self) -> Exposure:
        """Return whose data of which waybills was released."""
        found = Exposure()
        for name, entry in self.acts.items():
            if name not in self.taken_back:
                found.add(entry)
        return found

    def waybills(self) -> set[str]:
        """Return the hashes of all waybills of which values were released, or that passed there."""
        released = {
            item.waybill
            for name, entry in self.acts.items()
            for item in entry.items
            if name not in self.taken_back and item.waybill and item.outcome == "released"
        }
        return released | self.passed()

    def passed(self) -> set[str]:
        """Return the hashes of the waybills whose parcels passed there."""
        return {
            item.waybill
            for name, entry in self.acts.items()
            for item in entry.items
            if name not in self.taken_back and item.waybill and entry.action in _PASSING and self._passed(item)
        }

    def document(self, source: Mapping[str, object], numbers: Mapping[str, str], more: More | None = None) -> Document:
        """Return the document for people.

        Args:
            source: the values of the paragraph `source`.
            numbers: waybill numbers by their hashes, as far as they are known.
            more: what is known beside the log.
        """
        more = more or More()
        openings, views, refusals, passed = [], [], [], []
        for name, entry in sorted(self.acts.items(), key=lambda one: (one[1].at, one[0])):
            when, approved = rfc3339(entry.at), " ".join(entry.approved_by)
            if entry.outcome not in NO_REFUSAL:
                refusals.append((when, entry.action, entry.outcome, entry.times, entry.case, name))
            if entry.action in _PASSING and name not in self.taken_back and entry.outcome == "done":
                passed += [
                    (when, item.waybill, numbers.get(item.waybill, ""), entry.action, item.site, item.courier, name)
                    for item in entry.items
                    if self._passed(item)
                ]
            for item in entry.items if name not in self.taken_back and entry.outcome == "released" else ():
                if item.outcome != "released":
                    continue
                waybill = (item.waybill, numbers.get(item.waybill, ""))
                if PARTS.get(entry.action) is Part.OPENINGS:
                    openings.append((when, *waybill, item.kind, item.field, entry.case, entry.purpose, approved, name))
                else:
                    views.append((when, *waybill, entry.profile, name))
        about: dict[str, object] = {
            "principal": str(self.subject),
            "begin": rfc3339(self.begin),
            "end": rfc3339(self.end),
        }
        totals: dict[str, object] = {
            "fields": len(openings),
            "waybills": len({row[1] for row in openings}),
            "cases": len({row[5] for row in openings} - {""}),
            "views": len(views),
            "refusals": sum(int(row[3]) for row in refusals),
        }
        cases, freezes = self._context()
        waybill_headers = ("when", "waybill", "number")
        return Document(
            "incident",
            [
                ("about", about),
                ("source", dict(source)),
                ("totals", totals),
                ("persons-means", {}),
                *([("reach-means", {})] if more.reach else []),
                ("hashes", {}),
                ("proof", {}),
            ],
            [
                PackTable("persons", PERSONS, persons_rows(more.persons)),
                *([PackTable("persons-passed", PERSONS, persons_rows(more.passed))] if more.passed else []),
                *more.reach,
                *([PackTable("now", ("what", "value"), more.now)] if more.now else []),
                PackTable(
                    "openings",
                    (*waybill_headers, "kind", "field", "case", "purpose", "approved-by", "entry"),
                    openings,
                ),
                PackTable("views", (*waybill_headers, "profile", "entry"), views),
                PackTable("passed", (*waybill_headers, "action", "site", "courier", "entry"), passed),
                PackTable("cases", ("when", "case", "action", "by", "waybills", "entry"), cases),
                PackTable("refusals", ("when", "action", "outcome", "times", "case", "entry"), refusals),
                PackTable("freezes", ("when", "action", "by", "why", "entry"), freezes),
            ],
        )

    def _passed(self, item: Item) -> bool:
        """Return whether a parcel passed there; of a login or key, whether it moved or revised it."""
        if self.subject.kind == "site":
            return item.site == self.subject.name
        if self.subject.kind == "courier":
            return item.courier == self.subject.name
        return True

    def _context(self) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Return the rows of cases and of freezes."""
        cases: list[tuple[object, ...]] = []
        freezes: list[tuple[object, ...]] = []
        own = {name: entry for name, entry in self.acts.items() if PARTS.get(entry.action) is Part.CASES}
        for name, entry in sorted((self.context | own).items(), key=lambda one: (one[1].at, one[0])):
            when = rfc3339(entry.at)
            if PARTS.get(entry.action) is Part.FREEZES:
                freezes.append((when, entry.action, entry.principal, entry.purpose, name))
            elif entry.outcome == "done":
                named = len(entry.items) or ""
                cases.append((when, entry.case, entry.action, entry.principal, named, name))
        return cases, freezes


def persons_rows(persons: Persons | None) -> list[tuple[object, ...]]:
    """Return the row of a table of persons; none where they were not counted."""
    if persons is None:
        return []
    return [(persons.persons, persons.waybills, persons.without_phone, persons.missing)]
