"""Ranks people by the listed waybills that each saw, and how unlikely that is by chance. Pure.

`docs/leaks.md` explains the arithmetic. A person who saw many waybills saw many of any list;
the probability says how many would be surprising.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from typing import Final

from masking_audit.format.entries import Entry
from masking_service.audit.actions import PARTS, Outcome, Part

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
        self._void: set[int] = set()
        self.people = 0

    def take_back(self, names: Iterable[str]) -> None:
        """Leave out what these entries show: nothing was answered."""
        self._void.update(map(hash, names))

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

    def ranked(self) -> list[Ranked]:
        """Return the people who saw a listed waybill, the least likely by chance first.

        The chance is that of a list drawn at random from all waybills that were seen: how many of it a person has
        seen follows the hypergeometric distribution. Only listed waybills that were seen count as drawn.
        """
        each = {principal: person.seen(self._void) for principal, person in self._people.items()}
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
            times = [at for entry, at in person.listed if entry not in self._void]
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
