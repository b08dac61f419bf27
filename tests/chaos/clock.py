"""A clock for the service of the tests that can be set while it runs."""

from __future__ import annotations

import time
from pathlib import Path

from tests.chaos.power import built

DAY = 86_400


class Clock:
    """What the service takes for the time of day.

    Args:
        folder: where the library is built, and where it is written down how far the clock is off.

    Attributes:
        settings: the environment in which a process has this clock.
    """

    def __init__(self, folder: Path) -> None:
        self._shift = folder / "clock"
        self.set(0)
        library = built(Path(__file__).with_name("clock.c"), folder)
        self.settings = {"LD_PRELOAD": str(library), "CLOCK_SHIFT": str(self._shift)}
        self._ahead = self._behind = 0

    def set(self, seconds: int) -> None:
        """Let it be off by so much."""
        with self._shift.open("r+b" if self._shift.exists() else "wb") as file:
            file.write(seconds.to_bytes(8, "little", signed=True))

    def before_midnight(self, *, back: bool = False) -> None:
        """Set it to a second before the next day that it has not shown yet, or before one behind all that it has."""
        now = int(time.time())
        if back:
            self._behind += 1
        else:
            self._ahead += 1
        day = now // DAY + (-self._behind if back else self._ahead)
        self.set(day * DAY - 1 - now)
