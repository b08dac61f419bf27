"""One thread at a time computes for long; while it waits for the store, the next one does.

Two that compute at once take as long as one after the other, and each takes the interpreter from the other, and both
from everybody who needs it for an instant. Small requests and the main thread know nothing of turns: they find one
rival at the most.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE_SECONDS: Final = 0.1
"""For a turn. A batch of 500 computes for some 15 ms; whoever has waited so much longer goes on without one, so that a
request made to cost does not hold up the others."""
SWITCH_SECONDS: Final = 0.0002
"""After which whoever has the turn makes room for another thread that wants the interpreter, mostly for an instant.
There is but one that computes for long, so that hardly anything is lost by it."""

_turn = threading.Lock()
_mine = threading.local()


@contextmanager
def computing() -> Iterator[None]:
    """Compute for long, in this thread, when it is its turn."""
    _take()
    try:
        yield
    finally:
        _give()


@contextmanager
def waiting() -> Iterator[None]:
    """Wait for something that is not the interpreter: whoever has the turn gives it away meanwhile."""
    if not _give():
        yield
        return
    try:
        yield
    finally:
        _take()


def _take() -> None:
    _mine.held = _turn.acquire(timeout=PATIENCE_SECONDS)
    if _mine.held:
        _mine.usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)


def _give() -> bool:
    """Whether this thread had it."""
    if not getattr(_mine, "held", False):
        return False
    _mine.held = False
    sys.setswitchinterval(_mine.usual)
    _turn.release()
    return True
