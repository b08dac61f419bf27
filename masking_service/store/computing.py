"""Lets one thread at a time run a long computation; the next one starts while that thread waits for the store.

Two threads that compute at once take as long as one after the other, and both take the interpreter from every request
that needs it for an instant. Small requests and the main thread do not use this lock, so they meet one rival at most.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LOCK_SECONDS: Final = 0.1
"""For the lock. A batch of 500 computes for about 15 ms. A thread that has waited this long goes on without the lock,
so that a request made to be expensive does not hold up the others."""
SWITCH_SECONDS: Final = 0.0002
"""After which the thread that computes lets another one have the interpreter, mostly for an instant. Only one thread
computes for long, so this costs almost nothing."""

_lock = threading.Lock()
_thread = threading.local()


@contextmanager
def computing() -> Iterator[None]:
    """Run a long computation in this thread, while holding the lock."""
    _acquire()
    try:
        yield
    finally:
        _release()


@contextmanager
def waiting() -> Iterator[None]:
    """Wait for something other than the interpreter, without the lock."""
    if not _release():
        yield
        return
    try:
        yield
    finally:
        _acquire()


def _acquire() -> None:
    _thread.held = _lock.acquire(timeout=LOCK_SECONDS)
    if _thread.held:
        _thread.usual = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)


def _release() -> bool:
    """Release the lock, and return whether this thread held it."""
    if not getattr(_thread, "held", False):
        return False
    _thread.held = False
    sys.setswitchinterval(_thread.usual)
    _lock.release()
    return True
