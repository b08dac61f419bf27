"""Analyses a list that is for sale: which waybills are ours, and who saw how many before. Pure.

`docs/leaks.md` explains the arithmetic. A person who saw many waybills saw many of any list;
the probability says how many would be surprising.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry
from masking_audit.packs.documents import Document, PackTable
from masking_audit.packs.incident import persons_table
from masking_audit.packs.persons import Persons
from masking_service.audit.actions import PARTS, Outcome, Part
from masking_service.masking.timestamps import rfc3339

PRECISION: Final = 1e-12
"""Terms that are smaller than this share of the sum are left out."""
_SHOWS: Final = frozenset({Part.OPENINGS, Part.VIEWS})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person, beside what chance would have shown them of the list.

    Attributes:
        principal, role: who, and the role of their last sighting.
        seen: distinct waybills that they saw in the period.
        expected: how many would be, by chance.
        log10: logarithm of the probability to see as many or more of the list by chance.
        first, last: when they saw the first and the last of the listed ones, in Unix seconds.
    """

    principal: str
    role: str
    seen: int
    listed: int
    expected: float
    log10: float
    first: int
    last: int


@dataclass(slots=True)
class _Person:
    """A person's sightings, each with waybill and entry, and those of listed waybills, with entry and time."""

    role: str = ""
    waybills: array[int] = field(default_factory=lambda: array("Q"))
    entries: array[int] = field(default_factory=lambda: array("q"))
    listed: list[tuple[int, int]] = field(default_factory=list)

    def seen(self, void: Set[int]) -> set[int]:
        """Return the waybills that other entries than these show."""
        return {one for one, entry in zip(self.waybills, self.entries, strict=True) if entry not in void}


class Sightings:
    """Who saw which waybills, added entry by entry: sixteen bytes for each sighting.

    Args:
        listed: hashes of the waybills on the list, as in entries.

    Attributes:
        people: how many people saw any waybill, after `ranked`.
    """

    def __init__(self, listed: Iterable[str]) -> None:
        self._listed = {_number(waybill) for waybill in listed}
        self._people: dict[str, _Person] = {}
        self.people = 0

    def add(self, name: str, entry: Entry) -> None:
        """Add what an entry shows of waybills: fields that were opened, and waybills that were viewed or found."""
        if PARTS.get(entry.action) not in _SHOWS or entry.outcome not in (Outcome.RELEASED, Outcome.DONE):
            return
        person = self._people.get(entry.principal)
        if person is None:
            person = self._people[entry.principal] = _Person()
        person.role = entry.role or person.role
        for item in entry.items:
            if item.outcome in (Outcome.RELEASED, Outcome.DONE) and item.waybill:
                seen = _number(item.waybill)
                person.waybills.append(seen)
                person.entries.append(hash(name))
                if seen in self._listed:
                    person.listed.append((hash(name), entry.at))

    def ranked(self, taken_back: Iterable[str] = ()) -> list[Ranked]:
        """Return the people who saw a listed waybill, the least likely by chance first.

        What the entries that were taken back show is left out: nothing was answered.

        The chance is that of a list drawn at random from all waybills that were seen: how many of it a person has
        seen follows the hypergeometric distribution. Only listed waybills that were seen count as drawn.
        """
        void = {*map(hash, taken_back)}
        each = {principal: person.seen(void) for principal, person in self._people.items()}
        self.people = sum(map(bool, each.values()))
        everything = set().union(*each.values()) if each else set()
        drawn = self._listed & everything
        found = []
        for principal, seen in each.items():
            listed = len(seen & drawn)
            if not listed:
                continue
            person = self._people[principal]
            log10 = log10_tail(listed, len(seen), len(drawn), len(everything))
            expected = len(seen) * len(drawn) / len(everything)
            times = [at for entry, at in person.listed if entry not in void]
            found.append(Ranked(principal, person.role, len(seen), listed, expected, log10, min(times), max(times)))
        return sorted(found, key=lambda one: (one.log10, -one.listed, one.principal))


def log10_tail(listed: int, seen: int, drawn: int, everything: int) -> float:
    """Return log10 of the probability that a random list has `listed` or more of a person's seen waybills.

    Hypergeometric: `drawn` waybills are drawn from `everything`, of which the person saw `seen`. The logarithm is
    exact where the probability itself is too small for a float.
    """
    most = min(seen, drawn)
    if listed <= max(0, seen + drawn - everything):
        return 0.0
    if listed > most:
        return -math.inf
    # As multiples of one that is nearly the likeliest: multiples of an unlikely one can be too large for a float.
    usual = max(listed, seen * drawn // everything)
    neither = everything - seen - drawn
    above = ((seen - n) * (drawn - n) / ((n + 1) * (neither + n + 1)) for n in range(usual, most))
    below = (n * (neither + n) / ((seen - n + 1) * (drawn - n + 1)) for n in range(usual, listed, -1))
    multiples = math.fsum((1.0, *_products(above), *_products(below)))
    log = _log_choose(seen, usual) + _log_choose(everything - seen, drawn - usual)
    return min(0.0, (log - _log_choose(everything, drawn) + math.log(multiples)) / math.log(10))


def _products(factors: Iterable[float]) -> Iterator[float]:
    """Yield the products of the first factor, the first two and so on, as long as they add to their sum."""
    product = total = 1.0
    for factor in factors:
        product *= factor
        total += product
        yield product
        if product < total * PRECISION:
            return


def _log_choose(whole: int, part: int) -> float:
    """Return the logarithm of the binomial coefficient."""
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def _number(waybill: str) -> int:
    """Return the first 64 bits of a hash. Two of ten million waybills share them once in 370,000 logs."""
    return int(waybill[:16], 16)


SHOWN: Final = 50
"""People in the table of the ranking."""
SUSPECTS: Final = 5
"""People whose sightings of listed waybills are listed one by one, with the signed entries."""


@dataclass(slots=True)
class SoldList:
    """The waybills of a list, and who saw them in a period, in two passes over the entries of a tenant.

    Args:
        waybills: by the hash that entries have: the number, or "" where only a phone was listed. After `settle` those
            that are ours.
        begin, end: the days before, in Unix seconds; `end` is outside.

    Attributes:
        ranked: the people, after `rank`.
        ours: how many of the lines are ours.
        unread: how many of the lines are neither a waybill number nor a phone.
    """

    waybills: Mapping[str, str]
    lines: int
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
            self._taken_back.update(entry.takes_back)
            if self.begin <= entry.at < self.end:
                sightings.add(name, entry)
        self.ranked = sightings.ranked(self._taken_back)
        self._people = sightings.people

    def settle(self, stored: Set[str]) -> None:
        """Leave out the waybills that are not ours: neither stored nor named in the log."""
        ours = stored | self._named
        self.waybills = {waybill: number for waybill, number in self.waybills.items() if waybill in ours}

    def belongs(self, name: str, entry: Entry) -> bool:
        """Second pass: keep an entry that shows a listed waybill to one of the first people; return whether."""
        suspects = {one.principal for one in self.ranked[:SUSPECTS]}
        belongs = (
            PARTS.get(entry.action) in _SHOWS
            and entry.principal in suspects
            and self.begin <= entry.at < self.end
            and name not in self._taken_back
            and any(item.waybill in self.waybills for item in entry.items)
        )
        if belongs:
            self._seen.append((name, entry))
        return belongs

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
