"""How much more work twice the text is: the processor's time, of several runs the shortest."""

import time
from collections.abc import Callable
from typing import Final

ALLOWED: Final = 2.5
BASE: Final = 0.05
"""Seconds of any work that tell nothing."""


def seconds(read: Callable[[str], object], *texts: str) -> float:
    """The processor's time for reading the texts, of two runs the shortest."""
    best = float("inf")
    for _ in range(2):
        begin = time.process_time()
        for text in texts:
            read(text)
        best = min(best, time.process_time() - begin)
    return best
