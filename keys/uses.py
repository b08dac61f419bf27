"""How often keys were used in this process: numbers by the name of a key, never a key."""

import threading
from collections import Counter


class Uses:
    """Counts uses until somebody takes the numbers away to add them up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, uses: int) -> None:
        """Count so many more uses of the key `name`."""
        with self._lock:
            self._counts[name] += uses

    def take(self) -> dict[str, int]:
        """What was counted since the last call."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
        return counted
