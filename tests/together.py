"""Calls at the same moment, or again and again, each in a thread of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event, Thread
from typing import TypeVar

MANY = 16
PAUSE = 0.02

Answer = TypeVar("Answer")


def together(calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Make all calls at once, each in a thread of its own; their answers in order."""
    start = Barrier(len(calls))

    def one(call: Callable[[], Answer]) -> Answer:
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [*threads.map(one, calls)]


@contextmanager
def repeating(*works: Callable[[], object], pause: float = PAUSE) -> Iterator[None]:
    """Do each of these again and again until the end of the block, in a thread of its own.

    Args:
        works: what to do.
        pause: seconds between two times: without one, the load takes both processors from what is tested.
    """
    stop = Event()

    def repeat(work: Callable[[], object]) -> None:
        while not stop.is_set():
            work()
            stop.wait(pause)

    threads = [Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def in_threads(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """Call `work` with 0 to `count - 1` at once."""
    return together([partial(work, number) for number in range(count)])
