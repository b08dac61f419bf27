"""Ranks people by the sum of their reasons' scores, and lists at most five a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from masking_service.service.lookout.reasons import Reason

MAX_LISTED: Final = 5
"""People on the list of one day: as many as a person can look into."""
MIN_REASON: Final = 2.0
"""The score of a reason that counts: one in a hundred honest people has it."""
MAX_REASON: Final = 4.0
"""The most that one reason adds, so that one signal alone lists no one without the policy."""
MIN_TOTAL: Final = 5.0
"""The total from which a person is listed."""
MIN_RISE: Final = 2.0
"""A person who was listed lately is listed again only if the total rose by so much."""


class Listed(NamedTuple):
    """A person on the list, the total score, and the reasons, the strongest first."""

    person: str
    total: float
    reasons: tuple[Reason, ...]


def rank(
    reasons: Iterable[Reason],
    before: Mapping[str, float],
    frozen: Collection[str] = (),
    limit: int = MAX_LISTED,
    alone: Collection[str] = (),
) -> list[Listed]:
    """Return the people to review, the most suspicious first.

    Args:
        before: the totals of people who were listed lately.
        frozen: people who are frozen already, and are left out.
        limit: how many may still be listed today.
        alone: signals of which one lists a person.
    """
    of_person: dict[str, dict[str, Reason]] = defaultdict(dict)
    for reason in sorted(reasons, key=lambda one: one.score):
        if reason.score >= MIN_REASON and reason.person not in frozen:
            of_person[reason.person][reason.signal] = reason
    listed = []
    for person, found in of_person.items():
        total = sum(min(one.score, MAX_REASON) for one in found.values())
        suspicious = total >= MIN_TOTAL or not found.keys().isdisjoint(alone)
        if suspicious and total >= before.get(person, -MIN_RISE) + MIN_RISE:
            strongest_first = sorted(found.values(), key=lambda one: (-one.score, one.signal))
            listed.append(Listed(person, total, tuple(strongest_first)))
    return sorted(listed, key=lambda one: (-one.total, one.person))[: max(limit, 0)]


def to_freeze(listed: Iterable[Listed], together: Collection[str]) -> list[Listed]:
    """Return the people whose reasons include every signal of `together`; none if it is empty."""
    return [one for one in listed if together and {*together} <= {reason.signal for reason in one.reasons}]
