"""Circuit breaker.

Refuses calls to a server that does not answer, so that they need not wait.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from masking_service.store.errors import StoreUnavailable

FAILURES_TO_OPEN: Final = 3
OPEN_SECONDS: Final = 0.5
"""How long calls are refused before one call tries the server again."""


class Breaker:
    """Opens after a few failures in a row.

    Then one caller at a time may try, and a success closes it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0
        self._cause = ""
        self._detail = ""

    @property
    def failing(self) -> bool:
        """Whether the last exchange failed."""
        return self._failures > 0

    @property
    def open(self) -> bool:
        """Whether calls are refused, except one that tries."""
        return self._failures >= FAILURES_TO_OPEN

    def check(self) -> None:
        """Raise StoreUnavailable while the circuit is open."""
        if self._failures < FAILURES_TO_OPEN:
            return
        with self._lock:
            now = self._clock()
            if self._failures >= FAILURES_TO_OPEN and now < self._retry_at:
                raise StoreUnavailable("open-circuit", self._cause, self._detail)
            self._retry_at = now + OPEN_SECONDS

    def succeeded(self) -> None:
        """Close the circuit: an exchange was complete."""
        self._failures = 0

    def failed(self, cause: str, detail: str = "") -> None:
        """Count a failed exchange, with its reason of `reasons.WORDS`, and its detail."""
        with self._lock:
            self._cause, self._detail = cause, detail
            self._failures += 1
            self._retry_at = self._clock() + OPEN_SECONDS
