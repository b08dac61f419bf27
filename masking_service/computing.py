"""Lets one thread at a time compute for long; the next one starts while it waits for the store.

Two threads that compute at once take as long as one after the other, and both delay every request that needs the
interpreter only for an instant. Small requests and the main thread do not use this lock, so they compete with one such
thread at most. Callers get the lock in rotation, and a long computation gives way to those of other callers, so that
one caller's requests cannot starve another's.
"""

import sys
import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Final

MAX_WAIT_SECONDS: Final = 0.6
"""Seconds a thread waits for the lock; then it refuses the call.

So the last answer comes within a second under overload. A batch of 500 computes for about 15 ms alone, and for up to
0.3 s beside many small requests.
"""
LOCK_SECONDS: Final = 0.1
"""Seconds a thread waits to take the lock back after the store answered; then it continues without it."""
SLICE_SECONDS: Final = 0.02
"""Seconds a thread computes before it gives way. A batch of usual records is done by then."""
MAX_SECONDS: Final = 3.5
"""Seconds that a computation which gives way may take: an answer has 5 s, with storing and sending."""
SWITCH_SECONDS: Final = 0.0002
"""Seconds between switches of threads in Python. Only one thread computes for long, so it costs little."""


class _Waiter:
    """A thread that waits for the lock."""

    __slots__ = ("caller", "granted")

    def __init__(self, caller: Hashable) -> None:
        self.caller = caller
        self.granted = threading.Event()


class _Lock:
    """A lock that its holder passes on to the caller who had it longest ago."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiters: list[_Waiter] = []
        self._last_grants: dict[Hashable, int] = {}
        """When the lock was last granted to each caller that waits or has just had it."""
        self._grants = 0

    def acquire(self, caller: Hashable, timeout: float, *, first: bool = False) -> bool:
        """Return whether the lock was got in time; `first` puts the thread before others of its caller."""
        with self._guard:
            if not self._held:
                self._grant(caller)
                return True
            waiter = _Waiter(caller)
            self._waiters.insert(0 if first else len(self._waiters), waiter)
        if waiter.granted.wait(timeout):
            return True
        with self._guard:
            if waiter.granted.is_set():  # just now
                return True
            self._waiters.remove(waiter)
            return False

    def release(self) -> None:
        with self._guard:
            if not self._waiters:
                self._held = False
                self._last_grants.clear()
                return
            waiter = min(self._waiters, key=lambda one: self._last_grants.get(one.caller, 0))
            self._waiters.remove(waiter)
            self._grant(waiter.caller)
            waiter.granted.set()

    def others_wait(self, caller: Hashable) -> bool:
        return any(one.caller != caller for one in self._waiters)

    def _grant(self, caller: Hashable) -> None:
        self._held = True
        self._grants += 1
        self._last_grants[caller] = self._grants


_lock = _Lock()
_thread = threading.local()


@contextmanager
def computing(caller: Hashable = None) -> Iterator[bool]:
    """Run a long computation of a caller in this thread, while holding the lock.

    Yields whether the thread got the lock.
    """
    _thread.caller = caller
    _thread.ends = monotonic() + MAX_SECONDS
    _acquire(MAX_WAIT_SECONDS)
    try:
        yield _thread.held
    finally:
        _release()
        _thread.ends = inf


@contextmanager
def waiting() -> Iterator[None]:
    """Wait for something other than the interpreter, without the lock."""
    if not _release():
        yield
        return
    try:
        yield
    finally:
        _acquire(LOCK_SECONDS, first=True)  # it has little left to compute


def give_way() -> bool:
    """Let other callers that wait compute first, if this thread holds the lock and has computed for a slice.

    Returns whether it may go on. It may not where the lock did not come back in time, or it has computed for too long.
    """
    if not getattr(_thread, "held", False):
        return monotonic() <= getattr(_thread, "ends", inf)
    if monotonic() < _thread.until:
        return True
    if monotonic() > _thread.ends:
        return False
    if _lock.others_wait(_thread.caller):
        _release()
        _acquire(_thread.ends - monotonic(), first=True)
        return bool(_thread.held)
    _thread.until = monotonic() + SLICE_SECONDS
    return True


def _acquire(seconds: float, *, first: bool = False) -> None:
    _thread.held = _lock.acquire(_thread.caller, seconds, first=first)
    if _thread.held:
        _thread.until = monotonic() + SLICE_SECONDS
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
