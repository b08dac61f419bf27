"""Analyses a list that is for sale: which waybills are ours, and who saw how many before. Pure."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.incident import persons_table
from masking_audit.packs.persons import Persons
from masking_audit.packs.ranking import Ranked, Sightings
from masking_service.audit.actions import PARTS, Outcome, Part
from masking_service.masking.timestamps import rfc3339

SHOWN: Final = 50
"""People in the table of the ranking."""
SUSPECTS: Final = 5
"""People whose sightings of listed waybills are listed one by one, with the signed entries."""


@dataclass(slots=True)
class SoldList:
    """The waybills of a list, and who saw them in a period, in two passes over the log.

    Args:
        waybills: by the hash that entries have: the number, or "" where only a phone was listed. After `settle` those
            that are ours.
        tenant: the tenant's hash, as in entries.
        begin, end: the days before, in Unix seconds; `end` is outside.

    Attributes:
        ranked: the people, after `rank`.
        ours: how many of the lines are ours.
        unread: how many of the lines are neither a waybill number nor a phone.
    """

    waybills: Mapping[str, str]
    lines: int
    tenant: str
    begin: int
    end: int
    ranked: Sequence[Ranked] = ()
    ours: int = 0
    unread: int = 0
    _named: set[str] = field(default_factory=set)
    _taken_back: set[str] = field(default_factory=set)
    _seen: list[tuple[str, Entry]] = field(default_factory=list)
    _people: int = 0

    def rank(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """First pass: rank the people who saw any of it, and note which of it the log names."""
        sightings = Sightings(self.waybills)
        for name, entry in entries:
            self._named.update(item.waybill for item in entry.items if item.waybill in self.waybills)
            if entry.tenant == self.tenant:
                self._taken_back.update(entry.takes_back)
                if self.begin <= entry.at < self.end:
                    sightings.add(name, entry)
        sightings.take_back(self._taken_back)
        self.ranked = sightings.ranked()
        self._people = sightings.people

    def settle(self, stored: Set[str]) -> None:
        """Leave out the waybills that are not ours: neither stored nor named in the log."""
        ours = stored | self._named
        self.waybills = {waybill: number for waybill, number in self.waybills.items() if waybill in ours}

    def belongs(self, name: str, entry: Entry) -> bool:
        """Second pass: keep an entry that shows a listed waybill to one of the first people; return whether."""
        suspects = {one.principal for one in self.ranked[:SUSPECTS]}
        shows = PARTS.get(entry.action) in (Part.OPENINGS, Part.VIEWS)
        if not shows or entry.principal not in suspects or entry.tenant != self.tenant:
            return False
        if not self.begin <= entry.at < self.end or name in self._taken_back:
            return False
        if not any(item.waybill in self.waybills for item in entry.items):
            return False
        self._seen.append((name, entry))
        return True

    def document(self, source: Mapping[str, object], persons: Persons | None) -> Document:
        """Return the document for people.

        Args:
            persons: of the waybills that are ours; None where they were not counted.
        """
        numbers: dict[str, object] = {
            "lines": self.lines,
            "ours": self.ours,
            "waybills": len(self.waybills),
            "people": self._people,
            "begin": rfc3339(self.begin),
            "end": rfc3339(self.end),
        }
        return Document(
            "incident",
            [
                ("sold-list", numbers),
                *([("unread-lines", {"unread": self.unread})] if self.unread else []),
                ("source", dict(source)),
                ("ranking-means", {}),
                ("persons-means", {}),
                ("hashes", {}),
                ("proof", {}),
            ],
            [
                PackTable(
                    "ranking",
                    ("rank", "principal", "role", "listed", "seen", "expected", "chance", "as-high", "first", "last"),
                    self._ranking(),
                ),
                persons_table("persons", persons),
                PackTable(
                    "seen-by", ("when", "principal", "waybill", "number", "field", "case", "entry"), self._seen_by()
                ),
            ],
        )

    def _ranking(self) -> list[tuple[object, ...]]:
        """Return the rows of the people, the first one first."""
        return [
            (
                at,
                one.principal,
                one.role,
                one.listed,
                one.seen,
                f"{one.expected:.1f}",
                _probability(one.log10),
                f"{min(1.0, self._people * 10.0 ** max(one.log10, -300.0)):.2g}",
                rfc3339(one.first),
                rfc3339(one.last),
            )
            for at, one in enumerate(self.ranked[:SHOWN], 1)
        ]

    def _seen_by(self) -> list[tuple[object, ...]]:
        """Return the rows of what the first people saw."""
        return [
            (
                rfc3339(entry.at),
                entry.principal,
                item.waybill,
                self.waybills[item.waybill],
                item.field,
                entry.case,
                name,
            )
            for name, entry in sorted(self._seen, key=lambda one: (one[1].principal, one[1].at, one[0]))
            for item in entry.items
            if item.waybill in self.waybills and item.outcome in (Outcome.RELEASED, Outcome.DONE)
        ]


def _probability(log10: float) -> str:
    """Return a probability for people, also one that no float holds."""
    return f"{10.0**log10:.2g}" if log10 > -300 else f"10^{log10:.0f}"
