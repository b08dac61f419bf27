"""Bounds the work of a batch, so that values made to be costly do not keep a worker from other callers.

Nearly every value takes a quick way that is not counted at all. What is read by a whole grammar is, by estimates in
microseconds of one processor of 2026, between what it takes and a few times as much (`bench/effort.py` holds them
against the clock). It reads no clock itself: the same batch is accepted everywhere, or nowhere.
"""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.spellings import BETWEEN_PERSONS

A_BATCH: Final = 2_000_000
"""Two seconds. A thousand labels with foreign phones, firms and odd addresses have room in it, in every schema."""
A_RECORD: Final = 250_000
"""An eighth of it, so that one record leaves enough to its neighbours; hundreds of orders in one have room."""
A_STORED_RECORD: Final = 60_000
"""For what is stored, because fifty of these can be viewed with one call."""

COLD_NAME: Final = 80
"""For reading the name of an unmapped member of a form that was not met before."""


class _Cost(NamedTuple):
    """What reading a value takes, in microseconds.

    Attributes:
        begin: for any value.
        character, digit: for each.
        plus: for each place behind which a number of any country may be.
        longest: characters that are read; longer values are hidden whole, or as one.
        beyond: for each character behind these: it is still looked for elsewhere in the record.
        several: for each separator between persons, each of whom is looked for.
    """

    begin: float
    character: float
    digit: float
    plus: float
    longest: int
    beyond: float
    several: float


_COSTS: Final = {
    "phone": _Cost(10, 2, 0, 90, 256, 0.75, 0),
    "name": _Cost(10, 0.5, 4, 60, 256, 1.25, 8),
    "address": _Cost(10, 1, 3, 60, 512, 0.75, 0),
    "text": _Cost(3, 0.125, 1, 60, 2_048, 0.0625, 0),
}
_OTHER: Final = _Cost(1, 0.1, 0, 0, 2_048, 0.0625, 0)
_OTHER_SCRIPT: Final = 6
"""For each character of a phone that is not ASCII: its digits are translated first."""


class Effort:
    """The work still allowed for a batch.

    Args:
        left: microseconds.
        a_record: how much of it one record may take.
    """

    __slots__ = ("a_record", "left")

    def __init__(self, left: float = A_BATCH, a_record: float = A_RECORD) -> None:
        self.left = left
        self.a_record = a_record


UNBOUNDED: Final = Effort(inf, inf)
"""For what was accepted before."""


class Share:
    """What the record at hand may take of it."""

    __slots__ = ("_effort", "_left")

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._left = effort.a_record

    def read(self, kind: str, text: str) -> None:
        """Pay for reading one value.

        Raises InvalidRecord where too little is left.
        """
        if self._left < inf:
            self.pay(estimate(kind, text))

    def search(self, needles: int, texts: int, characters: int) -> None:
        """Pay for searching texts for values.

        Raises InvalidRecord where too little is left.
        """
        self.pay(needles * (50 * texts + characters) / 1000)

    def hide(self, text: str) -> None:
        """Pay for hiding values in a text that may hold one.

        Raises InvalidRecord where too little is left.
        """
        self.pay(30 + len(text) / 16)

    def pay(self, cost: float) -> None:
        """Take a cost in microseconds from the budget.

        Raises InvalidRecord where too little is left.
        """
        if cost > self._left or cost > self._effort.left:  # not done, so not paid: the neighbours have what is left
            raise InvalidRecord((("", "too-large"),))
        self._left -= cost
        self._effort.left -= cost


def estimate(kind: str, text: str) -> float:
    """Microseconds that reading a value of this kind takes."""
    cost = _COSTS.get(kind, _OTHER)
    read = text[: cost.longest]
    found = cost.begin + cost.character * len(read) + cost.beyond * (len(text) - len(read))
    if cost.digit:
        found += cost.digit * sum(map(str.isdecimal, read))
    if cost.plus:
        found += cost.plus * (read.count("+") + read.count("\uff0b"))
    if cost.several:
        found += cost.several * sum(map(text.count, BETWEEN_PERSONS))
    if kind == "phone":
        found += cost.plus * read.count("00") * 2 / 3 + (0 if read.isascii() else _OTHER_SCRIPT * len(read))
    return found
