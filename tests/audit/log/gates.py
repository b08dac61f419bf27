"""Stores whose scripts wait, fail or are slow, and threads that wait for them."""

import threading
import time
from collections.abc import Callable, Sequence

from masking_service.audit.log import AuditLog
from masking_service.store.client import Reply, Store
from masking_service.store.pipeline import Script
from tests.audit.logs import entry, log_on, number_of
from tests.store.stores import NOW


class Gate(Store):
    """A store whose scripts can wait or fail."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.trust()
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.fault: BaseException | None = None
        self.scripts = 0

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        self.scripts += 1
        self.reached.set()
        assert self.opened.wait(10)
        if self.fault is not None:
            raise self.fault
        return super().script(script, keys, args)


class Slow(Gate):
    """Takes as long for a script as a disk."""

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        time.sleep(0.005)
        return super().script(script, keys, args)


class Interrupting:
    """A turn that never comes, because of Ctrl-C."""

    def acquire(self, **_: float) -> None:
        raise KeyboardInterrupt

    def release(self) -> None:
        raise AssertionError("the turn of a thread that left")


class LetGoLate:
    """A lock whose first holder waits for `go`."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._first = True
        self.go = threading.Event()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        first, self._first = self._first, False
        self._lock.release()
        if first:
            assert self.go.wait(10)


class Held:
    """A log whose first commit waits at a gate, and threads that append behind it.

    Attributes:
        ids: the ids of the entries, as the threads end.
        threads: the one whose entry is being committed, and those that have yet to start.
    """

    def __init__(self, valkey: str, count: int, clock: Callable[[], int] = lambda: NOW) -> None:
        self.gate = Gate(valkey)
        self.log = log_on(self.gate, clock=clock)
        self.ids: list[str] = []
        self.threads = [threading.Thread(target=self.append, args=[at], daemon=True) for at in range(count)]
        self.threads[0].start()
        self.gate.reached.wait(10)

    def append(self, at: int) -> None:
        self.ids.append(self.log.append(entry(at=at)))

    def start_others(self) -> None:
        """Start the other threads, and return when all of them wait."""
        start_waiting(self.log, self.threads[1:])

    def let_go(self) -> None:
        """Open the gate, and wait for all threads."""
        self.gate.opened.set()
        for thread in self.threads:
            thread.join(10)


def committed_together(valkey: str, count: int) -> tuple[list[str], Gate]:
    """Append entries during the commit of the first one."""
    held = Held(valkey, count)
    held.start_others()
    held.let_go()
    return sorted(held.ids, key=number_of), held.gate


def start_waiting(log: AuditLog, threads: Sequence[threading.Thread]) -> None:
    """Start threads that append while a commit runs, and return when all of them wait for it."""
    for waiting, thread in enumerate(threads, 1):
        thread.start()
        while len(log._queue) < waiting:
            time.sleep(0.001)
