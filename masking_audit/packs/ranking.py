"""Ranks people by how many waybills of a list each of them saw, and how unlikely that is by chance. Pure.

`docs/leaks.md` explains the arithmetic. A person who saw many waybills saw many of any list;
the probability says how many would be surprising.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry
from masking_audit.packs.parts import PARTS, Part

PRECISION: Final = 1e-12
"""Terms that are smaller than this share of the sum are left out."""
_SHOWS: Final = frozenset({Part.OPENINGS, Part.VIEWS})


@dataclass(frozen=True, slots=True)
class Ranked:
    """A person, beside what chance would have shown them of the list.

    Attributes:
        principal, role: who, and the role of their last sighting.
        seen: distinct waybills that they saw in the period.
        listed: how many of those are on the list.
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
    role: str = ""
    seen: array[int] = field(default_factory=lambda: array("Q"))
    first: int = 0
    last: int = 0


class Sightings:
    """Who saw which waybills, added entry by entry: eight bytes for each sighting.

    Args:
        listed: hashes of the waybills on the list, as in entries.
    """

    def __init__(self, listed: Iterable[str]) -> None:
        self._listed = {_number(waybill) for waybill in listed}
        self._people: dict[str, _Person] = {}

    def add(self, entry: Entry) -> None:
        """Add what an entry shows of waybills: fields that were opened, and waybills that were viewed or found."""
        if PARTS.get(entry.action) not in _SHOWS or entry.outcome not in ("released", "done"):
            return
        person = self._people.get(entry.principal)
        if person is None:
            person = self._people[entry.principal] = _Person()
        person.role = entry.role or person.role
        for item in entry.items:
            if item.outcome in ("released", "done") and item.waybill:
                seen = _number(item.waybill)
                person.seen.append(seen)
                if seen in self._listed:
                    person.first = min(person.first or entry.at, entry.at)
                    person.last = max(person.last, entry.at)

    def ranked(self) -> list[Ranked]:
        """Return the people who saw a listed waybill, the least likely by chance first.

        The chance is that of a list drawn at random from all waybills that were seen: how many of it a person has
        seen follows the hypergeometric distribution. Only listed waybills that were seen count as drawn.
        """
        each = {principal: {*person.seen} for principal, person in self._people.items()}
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
            found.append(Ranked(principal, person.role, len(seen), listed, expected, log10, person.first, person.last))
        return sorted(found, key=lambda one: (one.log10, -one.listed, one.principal))

    @property
    def people(self) -> int:
        """How many people saw any waybill."""
        return sum(bool(person.seen) for person in self._people.values())


def log10_tail(listed: int, seen: int, drawn: int, everything: int) -> float:
    """Return log10 of the probability that a random list has `listed` or more of the waybills that a person saw.

    Hypergeometric: `drawn` waybills are drawn from `everything`, of which the person saw `seen`. The logarithm is
    exact where the probability itself is too small for a float.
    """
    most = min(seen, drawn)
    if listed <= max(0, seen + drawn - everything):
        return 0.0
    if listed > most:
        return -math.inf
    first = _log_choose(seen, listed) + _log_choose(everything - seen, drawn - listed) - _log_choose(everything, drawn)
    return min(0.0, (first + math.log(math.fsum(_ratios(listed, seen, drawn, everything)))) / math.log(10))


def _ratios(listed: int, seen: int, drawn: int, everything: int) -> Iterator[float]:
    """Yield the probabilities of `listed` and more, as multiples of that of `listed`."""
    term = total = 1.0
    yield term
    for count in range(listed, min(seen, drawn)):
        term *= (seen - count) * (drawn - count) / ((count + 1) * (everything - seen - drawn + count + 1))
        total += term
        yield term
        if term < total * PRECISION and term < 1.0:
            return


def _log_choose(whole: int, part: int) -> float:
    """Return the logarithm of the binomial coefficient."""
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def _number(waybill: str) -> int:
    """Return the first 64 bits of a hash. Two of ten million waybills share them once in 370,000 logs."""
    return int(waybill[:16], 16)
