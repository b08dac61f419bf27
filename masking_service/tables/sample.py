"""Chooses sample cells of a column and judges them, 50 at a time."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

FIRST_ROWS: Final = 1000
"""Rows that are read before the first answer, and cells of each column that are all sampled."""
ONE_IN: Final = 100
CLOSER: Final = 100
"""Cells behind a personal-looking one that are all sampled."""
JUDGED: Final = 50
"""Sampled cells that are judged together."""
_REPEATED: Final = 1000
"""Different cells after which an equal one tells nothing new, such as a filler."""


class Sample:
    """Chooses cells of one column to look at, and judges what they look like.

    Args:
        share: of the cells judged together, what has to look personal.
        distinct: whether a repeated cell counts once.
    """

    def __init__(self, share: float, *, distinct: bool) -> None:
        self._share = share
        self._distinct = distinct
        self._seen: dict[str, None] = {}
        self._count = 0
        self._closer = 0
        self._recent: deque[str | None] = deque(maxlen=JUDGED)
        self._likely: Counter[str] = Counter()

    def takes(self, cell: str) -> bool:
        """Return whether a cell that is not blank is sampled."""
        if cell in self._seen or not any(map(str.isalnum, cell)):
            return False
        if self._distinct:
            if len(self._seen) == _REPEATED:
                del self._seen[next(iter(self._seen))]
            self._seen[cell] = None
        self._count += 1
        self._closer -= 1
        return self._count <= FIRST_ROWS or self._closer >= 0 or not self._count % ONE_IN

    def add(self, kind: str | None) -> None:
        """Count a sampled cell: what it looks like, or None."""
        if kind is not None:
            self._closer = CLOSER
        self._recent.append(kind)
        if len(self._recent) == JUDGED:
            self._judge()

    @property
    def empty(self) -> bool:
        return not self._recent

    def likely(self) -> Counter[str]:
        """Return what the column looks like: the kinds, and the most cells of each that were judged together."""
        if self._count < JUDGED:
            self._likely.clear()
            self._judge()
        return self._likely

    def _judge(self) -> None:
        counts = Counter(kind for kind in self._recent if kind is not None)
        if counts and counts.total() >= self._share * len(self._recent):
            self._likely |= counts
