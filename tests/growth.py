"""Whether work grows faster than the input that it is about."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import TypeVar

_Text = TypeVar("_Text", str, bytes)
ALLOWED = 2.5
"""How much longer twice the input may take."""
NOISE_SECONDS = 0.02
"""What takes less is not compared: a value of bounded length takes no more, however its time grows."""
ROUNDS = 2
MAX_ROUNDS = 8
LONG = 100
"""Characters or bytes: each round takes one away, which a shorter text would notice."""
MAX_ROUNDS_OF_LONG = 24
PAUSE_SECONDS = 0.1
"""Before each further round: a shared machine changes its pace for a second or so."""


def grows(work: Callable[[_Text], object], unit: _Text, length: int) -> bool:
    """Return whether twice the text takes more than `ALLOWED` times as long.

    The least time of the processor in several rounds counts, because everything else on the machine only adds to it.
    No text comes twice: a result that was kept takes no time.

    Args:
        work: takes a text, or bytes.
        unit: is repeated in it.
        length: of the shorter text, in characters or bytes.
    """
    once = twice = inf
    for done in range(MAX_ROUNDS if length < LONG else MAX_ROUNDS_OF_LONG):
        if done >= MAX_ROUNDS:
            time.sleep(PAUSE_SECONDS)
        twice = min(twice, _seconds(work, (unit * length * 2)[: 2 * length - done]))
        if twice <= NOISE_SECONDS:
            return False
        once = min(once, _seconds(work, (unit * length)[: length - done]))
        if done + 1 >= ROUNDS and twice <= ALLOWED * once:
            return False
    return True


def _seconds(work: Callable[[_Text], object], text: _Text) -> float:
    begun = time.process_time()
    work(text)
    return time.process_time() - begun


def between(ends: tuple[str, str], read: Callable[[str], object]) -> Callable[[str], object]:
    """Return what reads a text between two others."""
    return lambda text: read(text.join(ends))
