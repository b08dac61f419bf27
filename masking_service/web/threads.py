"""The threads of a worker: of those that have nothing to do, the one that had last is asked first.

What it needs is still in the caches then. And nobody here asks what became of the work: the standard library's executor
makes an object for that, with a lock of its own, which takes a twentieth of a small request.
"""

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from masking_service.observability.logs import fault_place, log

Work = Callable[[], Any]


class Threads:
    """So many threads. The end of the process waits for none of them.

    Args:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.RLock()  # `shutdown` may be called by a signal, in the middle of `submit`
        self._waiting: deque[Work] = deque()
        self._idle: list[SimpleQueue[Work | None]] = []
        self._ended = False
        for number in range(count):
            threading.Thread(target=self._run, name=f"answering-{number}", daemon=True).start()

    def submit(self, work: Work) -> None:
        """Have it done, in the order in which it came; what comes when all threads have ended is not."""
        with self._lock:
            if not self._idle:
                self._waiting.append(work)
                return
            idle = self._idle.pop()
        idle.put(work)

    def shutdown(self, *, wait: bool) -> None:
        """Called by gunicorn, which does not `wait`: let the threads end when they have done what was submitted."""
        del wait
        with self._lock:
            self._ended = True
            while self._idle:
                self._idle.pop().put(None)

    def _run(self) -> None:
        mine: SimpleQueue[Work | None] = SimpleQueue()
        while True:
            work: Work | None = None
            with self._lock:
                if self._waiting:
                    work = self._waiting.popleft()
                elif self._ended:
                    return
                else:
                    self._idle.append(mine)
            work = work or mine.get()
            if work is None:
                return
            try:
                work()
            except BaseException as fault:  # gunicorn passes SystemExit on, and a thread that ended is never replaced
                log.error("failed", fault=type(fault).__name__, where=fault_place(fault))
