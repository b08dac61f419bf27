"""What honest work and thieves have in common: the time, the waybills, and what is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np

from bench.theft.steps import DAY

BEGIN: Final = 23_000 * DAY
"""The first second of day 0. It lies in the future, so that a real store keeps what is written then."""
POOL: Final = 4_000
"""Waybills that exist. Budgets and watch do not depend on which waybill is named, so the same ones serve again."""
PHANTOMS: Final = 500
"""Decoys that are planted where lists of numbers are sold."""
HOUR, MINUTE = 3_600, 60
QUOTA: Final = "quota-exceeded"

Numbers = np.random.Generator
Days = np.ndarray[Any, np.dtype[np.int64]]
Marks = np.ndarray[Any, np.dtype[np.bool_]]
Sampled = Callable[[str, int], bool]


@dataclass
class Tally:
    """What honest work came to."""

    company_days: int = 0
    person_days: int = 0
    freezes: int = 0
    reviews: int = 0
    approvals: int = 0
    calls: int = 0
    refused: int = 0
    courier_views: int = 0
    courier_views_over: int = 0

    def of_sample(self, one_in: int) -> "Tally":
        """Return it with what happened to one person in so many counted for all. Days are those of all already."""
        counted = {name: value if name.endswith("_days") else value * one_in for name, value in vars(self).items()}
        return Tally(**counted)

    def add(self, other: "Tally") -> None:
        """Add another one to it."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def known(count: int, random: Random) -> list[str]:
    """Return so many numbers of waybills that exist."""
    first = random.randrange(POOL)
    return [f"SF{(first + at) % POOL:010d}" for at in range(count)]


def phantoms(count: int, random: Random) -> list[str]:
    """Return so many numbers of decoys."""
    return [f"SP{random.randrange(PHANTOMS):010d}" for _ in range(count)]


def unknown(count: int, random: Random) -> list[str]:
    """Return so many numbers of waybills that do not exist."""
    first = random.randrange(10**9)
    return [f"SX{first + at:010d}" for at in range(count)]
