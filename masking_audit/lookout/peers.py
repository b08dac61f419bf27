"""Compares people with their peers: those who acted in the same role. Fewer than five are no group."""

import math
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from masking_audit.lookout.arithmetic import centre_of, normal_tail, poisson_tail, score

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
