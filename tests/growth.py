"""Whether work grows faster than the input that it is about."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from statistics import median
from typing import TypeVar

_Text = TypeVar("_Text", str, bytes)
ALLOWED = 2.5
"""How much longer twice the input may take."""
NOISE_SECONDS = 0.02
"""What takes less is not compared: a value of bounded length takes no more, however its time grows."""
MAX_ROUNDS = 8


def grows(work: Callable[[_Text], object], unit: _Text, length: int) -> bool:
    """Return whether twice the text takes more than `ALLOWED` times as long.

    The least times of the processor in some rounds count, because everything else on the machine only adds to them. The
    shorter text is measured twice before it counts, as a moment in which it took longer must not hide growth. A machine
    that changes its pace between two rounds makes them incomparable; then the usual ratio within a round does.
    No text comes twice: a result that was kept takes no time.

    Args:
        work: takes a text, or bytes.
        unit: is repeated in it.
        length: of the shorter text, in characters or bytes.
    """
    once = twice = inf
    ratios = []
    for done in range(MAX_ROUNDS):
        of_twice = _seconds(work, (unit * length * 2)[: 2 * length - done])
        twice = min(twice, of_twice)
        if twice <= NOISE_SECONDS:
            return False
        of_once = min(_seconds(work, (unit * length)[: length - less]) for less in ((done + 1,) if done else (0, 1)))
        once = min(once, of_once)
        ratios.append(of_twice / of_once)
        if twice <= ALLOWED * once:
            return False
    return median(ratios) > ALLOWED


def _seconds(work: Callable[[_Text], object], text: _Text) -> float:
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


def between(ends: tuple[str, str], read: Callable[[str], object]) -> Callable[[str], object]:
    """Return what reads a text between two others."""
    return lambda text: read(text.join(ends))
