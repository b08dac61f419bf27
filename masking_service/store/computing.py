"""Lets one thread at a time run a long computation; the next one starts while that thread waits for the store.

Two threads that compute at once take as long as one after the other, and both take the interpreter from every request
that needs it for an instant. Small requests and the main thread do not use this lock, so they compete with one such
thread at most.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

MAX_WAIT_SECONDS: Final = 0.6
"""How long a thread waits for the lock before it computes. A thread that waits longer refuses instead, so that under
overload the last answer comes within a second. A batch of 500 computes for about 15 ms alone, and for up to 0.3 s
beside many small requests."""
LOCK_SECONDS: Final = 0.1
"""How long a thread waits for the lock again after it waited for the store. Then it goes on without the lock, because
little is left to compute."""
SWITCH_SECONDS: Final = 0.0002
"""How long a thread computes before Python lets another one run, mostly for an instant. Only one thread computes for
long, so this costs almost nothing."""

_lock = threading.Lock()
_thread = threading.local()


@contextmanager
def computing() -> Iterator[bool]:
    """Run a long computation in this thread, while holding the lock. Yields whether the thread got the lock."""
    _acquire(MAX_WAIT_SECONDS)
    try:
        yield _thread.held
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
        _acquire(LOCK_SECONDS)


def _acquire(seconds: float) -> None:
    _thread.held = _lock.acquire(timeout=seconds)
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
