"""Compares people with their peers: those who acted in the same role. Fewer than five are no group.

Every score is -log10 of a probability, so that scores can be added.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple, TypeVar

MAX_SCORE: Final = 300.0
"""The score of a probability that is too small for a float."""
MAD_TO_SIGMA: Final = 1.4826
"""A normal distribution's standard deviation, as a multiple of its median absolute deviation."""
CUSUM_SLACK: Final = 0.5
"""Deviations that a day may be above the baseline. It detects a shift of one deviation soonest."""


def poisson_tail(observed: int, expected: float) -> float:
    """Return the probability of `observed` or more events where `expected` are expected."""
    if observed <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(observed * math.log(expected) - expected - math.lgamma(observed + 1))
    if observed <= expected:
        return 1.0 - math.fsum(_downwards(term, observed, expected))
    total = 0.0
    while term > total * 1e-17:
        total += term
        observed += 1
        term *= expected / observed
    return total


def normal_tail(z: float) -> float:
    """Return the probability of `z` standard deviations or more above the mean."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def score(probability: float) -> float:
    """Return -log10 of a probability."""
    return min(MAX_SCORE, -math.log10(probability)) if probability > 0 else MAX_SCORE


def centre_of(values: Sequence[float]) -> tuple[float, float]:
    """Return the median, and the standard deviation estimated from the median absolute deviation."""
    centre = median(values)
    return centre, MAD_TO_SIGMA * median(abs(value - centre) for value in values)


def cusum(deviations: Iterable[float]) -> float:
    """Return the upper cumulative sum (Page 1954) after all `deviations`, which are in standard deviations."""
    total = 0.0
    for deviation in deviations:
        total = max(0.0, total + deviation - CUSUM_SLACK)
    return total


def run_length(height: float) -> float:
    """Return after how many honest days a cumulative sum reaches `height`, on average.

    Siegmund's approximation (Sequential Analysis, 1985): 938 days for a height of 5.
    """
    b = height + 1.166
    return (math.exp(2 * CUSUM_SLACK * b) - 2 * CUSUM_SLACK * b - 1) / (2 * CUSUM_SLACK**2)


def _downwards(term: float, observed: int, expected: float) -> Iterable[float]:
    """Yield the probabilities of `observed` - 1 events and fewer."""
    for count in range(observed, 0, -1):
        term *= count / expected
        yield term


MIN_PEERS: Final = 5
"""People in a group, with the person who is compared."""
MIN_OBSERVED: Final = 3
"""Below this count nothing is remarkable, however improbable."""
MIN_RATIO: Final = 2.0
"""Honest people differ from each other by more than chance: less than twice the expected is no signal."""
MIN_DEVIATION: Final = 0.2
"""The least spread of logarithms, for peers that hardly differ."""


class RoleShare(NamedTuple):
    """Of a person's `total` things, `observed` are of the counted kind."""

    role: str
    observed: int
    total: int


class Value(NamedTuple):
    """A positive number of a person of a role."""

    role: str
    value: float


class Excess(NamedTuple):
    """A person who has more of something than expected. `total` is 0 where there is none."""

    person: str
    observed: float
    total: int
    expected: float
    score: float


_T = TypeVar("_T", RoleShare, Value)


def is_excessive(observed: float, expected: float) -> bool:
    """Return whether a count is large enough to report."""
    return observed >= MIN_OBSERVED and observed >= MIN_RATIO * expected


def excessive_shares(shares: Mapping[str, RoleShare]) -> Iterator[Excess]:
    """Yield people whose share is far above that of all their peers together, by the Poisson tail."""
    for group in _groups(shares):
        observed = sum(share.observed for share in group.values())
        total = sum(share.total for share in group.values())
        for person, own in group.items():
            expected = own.total * (observed - own.observed + 1) / (total - own.total + 2)
            if is_excessive(own.observed, expected):
                found = score(poisson_tail(own.observed, expected))
                yield Excess(person, own.observed, own.total, expected, found)


def excessive_values(values: Mapping[str, Value]) -> Iterator[Excess]:
    """Yield people whose value is far above that of their peers, by the robust z of logarithms."""
    for group in _groups(values):
        centre, deviation = centre_of([math.log(value.value) for value in group.values()])
        for person, own in group.items():
            z = (math.log(own.value) - centre) / max(deviation, MIN_DEVIATION)
            if own.value >= MIN_RATIO * math.exp(centre):
                yield Excess(person, own.value, 0, math.exp(centre), score(normal_tail(z)))


def _groups(values: Mapping[str, _T]) -> Iterator[dict[str, _T]]:
    """Yield the groups of one role each that are large enough."""
    roles: dict[str, dict[str, _T]] = {}
    for person, value in values.items():
        roles.setdefault(value.role, {})[person] = value
    yield from (group for group in roles.values() if len(group) >= MIN_PEERS)
