"""Counts how often each key was used in this process, by the key's name."""

import threading
from collections import Counter


class Uses:
    """Thread-safe counters of key uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, uses: int) -> None:
        """Add to the uses of the key `name`."""
        with self._lock:
            self._counts[name] += uses

    def take(self) -> dict[str, int]:
        """Return and reset the counts since the last call."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
        return counted
