"""Clocks of the service and its store that can be set."""

import time
from pathlib import Path

from tests.chaos.power import built

DAY = 86_400


class Clock:
    """The clocks of the service and of the store's server.

    Args:
        folder: where the library is built, and where it is written down how far the clocks are off.

    Attributes:
        service, store: the environment in which a process has this clock.
    """

    def __init__(self, folder: Path) -> None:
        library = str(built(Path(__file__).with_name("clock.c"), folder))
        self._shifts = folder / "service-clock", folder / "store-clock"
        self.service, self.store = ({"LD_PRELOAD": library, "CLOCK_SHIFT": str(shift)} for shift in self._shifts)
        self.set(0)
        self._ahead = self._behind = 0

    def set(self, seconds: int, *, store: bool = True) -> None:
        """Shift both clocks, or the service's alone."""
        for shift in self._shifts if store else self._shifts[:1]:
            with shift.open("r+b" if shift.exists() else "wb") as file:
                file.write(seconds.to_bytes(8, "little", signed=True))

    def before_midnight(self, *, back: bool = False) -> None:
        """Set both clocks to a second before a new day.

        The next one, or one before all that they have shown.
        """
        now = int(time.time())
        if back:
            self._behind += 1
        else:
            self._ahead += 1
        day = now // DAY + (-self._behind if back else self._ahead)
        self.set(day * DAY - 1 - now)
