"""How much work a batch may be, so that values made to cost take no worker's time from everybody else.

Nearly every value takes a quick way that is not counted at all. What is read by a whole grammar is, by estimates in
microseconds that err towards too much; a label with two foreign phones and a long remark comes to 900. It reads no
clock: the same batch is accepted everywhere, or nowhere.
"""

from __future__ import annotations

from math import inf
from typing import Final

from masking_service.domain.errors import InvalidRecord

A_BATCH: Final = 1_000_000
"""A second, for which a thousand labels with foreign phones and remarks have room."""
A_RECORD: Final = 60_000
"""A sixteenth of it, so that one record hardly harms its neighbours, and fifty stored ones can be viewed together."""

_COSTS: Final = {"phone": (20, 7, 256), "name": (20, 4, 256), "address": (10, 3, 512), "text": (10, 1, 300)}
"""By kind: to begin with, a character, and how many characters are read before the value is hidden whole."""
_A_PLUS: Final = 60
"""Behind each plus a number may stand in the form of any country."""


class Effort:
    """What is left of the work that may be done for a batch.

    Args:
        left: microseconds.
    """

    __slots__ = ("left",)

    def __init__(self, left: float = A_BATCH) -> None:
        self.left = left


UNBOUNDED: Final = Effort(inf)
"""For what was accepted before."""


class Share:
    """What the record at hand may take of it."""

    __slots__ = ("_effort", "_left")

    def __init__(self, effort: Effort) -> None:
        self._effort = effort
        self._left: float = inf if effort.left == inf else A_RECORD

    def read(self, kind: str, text: str) -> None:
        """Pay for reading one value. Raises InvalidRecord where too little is left."""
        begin, character, longest = _COSTS.get(kind, (1, 0, 0))
        size = len(text)
        cost = begin + character * min(size, longest) + size // 4
        if kind == "phone":
            cost += _A_PLUS * (text.count("+") + text.count("\uff0b"))
        self._pay(cost)

    def search(self, needles: int, texts: int, characters: int) -> None:
        """Pay for looking for so many values in so many texts. Raises InvalidRecord where too little is left."""
        self._pay(needles * (50 * texts + characters) // 1000)

    def _pay(self, cost: int) -> None:
        self._left -= cost
        self._effort.left -= cost
        if self._left < 0 or self._effort.left < 0:
            raise InvalidRecord((("", "too-large"),))
