"""Calls at the same moment, each in a thread of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

MANY = 16

Answer = TypeVar("Answer")


def together(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Make all calls at once, each in a thread of its own; their answers in order."""
    start = Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [*threads.map(one, calls)]


def in_threads(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """Call `work` with 0 to `count - 1` at once."""
    return together([partial(work, number) for number in range(count)])
