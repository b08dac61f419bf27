"""How far this machine's clock is from the store's. Records expire at a time of the one, by the clock of the other.

A clock that is behind the store's by a retention would have every record expire while it is written, and its tokens
would be acknowledged all the same.
"""

from collections.abc import Callable, Iterable
from time import monotonic, time
from typing import Final

from masking_service.store.errors import StoreUnavailable

MOST_SECONDS: Final = 3600
"""Clocks that anybody looks after are less than a second apart; the shortest retention is a day."""


class Clocks:
    """What was last seen of the clocks of the store's servers, and held against this machine's from then on.

    Args:
        now, passed: this machine's time of day, and how much time has passed, which nobody can set.
    """

    def __init__(self, now: Callable[[], float] = time, passed: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._passed = passed
        self._ahead: tuple[float, ...] = ()  # of how much time has passed

    def saw(self, servers: Iterable[float]) -> None:
        """The clocks of all servers that were looked at together say this, in Unix seconds."""
        passed = self._passed()
        self._ahead = tuple(said - passed for said in servers)

    @property
    def agree(self) -> bool:
        """Whether all of them are near this machine's now, as far as anything was seen."""
        return self._near(self._now())

    def check(self, now: float) -> None:
        """See that it is about `now`, in Unix seconds, by all of them.

        A request keeps the time at which it began, and reckons from it until when a record stands; this machine's clock
        may have been set right since.

        Raises:
            StoreUnavailable: what is reckoned so could expire while it is acknowledged.
        """
        if not self._near(now):
            raise StoreUnavailable("clock")

    def _near(self, now: float) -> bool:
        here = now - self._passed()
        return all(abs(here - ahead) <= MOST_SECONDS for ahead in self._ahead)
