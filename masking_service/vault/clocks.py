"""How far this machine's clock is from the store's. Records expire at a time of the one, by the clock of the other.

A clock that is behind the store's by a retention would have every record expire while it is written, and its tokens
would be acknowledged all the same.
"""

from collections.abc import Callable
from time import monotonic, time
from typing import Final

MOST_SECONDS: Final = 3600
"""Clocks that anybody looks after are less than a second apart; the shortest retention is a day."""


class Clocks:
    """What was last seen of the store's clock, and held against this machine's from then on.

    Args:
        now, passed: this machine's time of day, and how much time has passed, which nobody can set.
    """

    def __init__(self, now: Callable[[], float] = time, passed: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._passed = passed
        self._ahead: float | None = None  # of how much time has passed

    def saw(self, store: float) -> None:
        """The store's clock says this, in Unix seconds."""
        self._ahead = store - self._passed()

    @property
    def agree(self) -> bool:
        """Whether they are near each other now, as far as anything was seen."""
        return self._ahead is None or abs(self._now() - self._passed() - self._ahead) <= MOST_SECONDS
