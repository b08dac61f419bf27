"""WSGI middleware that limits the concurrent work of a worker.

A request over a limit is refused at once, and a large one that could not begin to compute within 0.6 s. Only the
proxy queues.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from masking_service.computing import computing
from masking_service.http.app import OVERLOADED

STORE_THREADS: Final = 16
"""Threads of twenty that may use the store; the others answer masks and probes if it hangs (R6)."""
LARGE: Final = 16 * 1024
"""Bytes of a body that takes a millisecond or more to compute: about forty records."""
LARGE_THREADS: Final = 8
"""Threads that may answer large requests. They compute one after the other, so more would only wait."""
OTHERS_THREADS: Final = 4
"""Further threads, each for a caller without one: the large requests of one caller do not keep out other callers."""

_GUARDED: Final = "/v1/"
_MASK: Final = "/v1/mask"


class Bounds:
    """Limits an application to `STORE_THREADS` store requests, `LARGE_THREADS` large ones, and one large computation.

    Args:
        application: what it calls. It answers 503 `overloaded` where the environment says `OVERLOADED`.
        max_body_bytes: how much of a refused request's body is read: as much as a body may have.
        store_threads: how many requests may use the store at the same time.
        large_threads: how many of all requests may be large, beside the first ones of other callers.
    """

    def __init__(
        self,
        application: WSGIApplication,
        max_body_bytes: int,
        store_threads: int = STORE_THREADS,
        large_threads: int = LARGE_THREADS,
    ) -> None:
        self._application = application
        self._max_body_bytes = max_body_bytes
        self._free = threading.BoundedSemaphore(store_threads)
        self._large_threads = large_threads
        self._large = Counter[int]()
        self._guard = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        large = _length(environ) >= LARGE
        with ExitStack() as held:
            if path.startswith(_GUARDED) and path != _MASK:
                if not self._free.acquire(blocking=False):
                    return self._refuse(environ, start_response)
                held.callback(self._free.release)
            caller = _caller(environ)
            # One computes at a time; while it waits for the store, the next one does.
            if large and not (held.enter_context(self._place(caller)) and held.enter_context(computing(caller))):
                return self._refuse(environ, start_response)
            return self._application(environ, start_response)

    @contextmanager
    def _place(self, caller: int) -> Iterator[bool]:
        """Take a place for a large request. Yields whether there was one."""
        with self._guard:
            places = self._large_threads + (0 if self._large[caller] else OTHERS_THREADS)
            if free := self._large.total() < places:
                self._large[caller] += 1
        try:
            yield free
        finally:
            if free:
                with self._guard:
                    self._large[caller] -= 1
                    self._large += Counter()  # without the callers who have none

    def _refuse(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 503. The body is read first: gunicorn would read it in pieces of 1 KiB, and may give up meanwhile."""
        environ["wsgi.input"].read(min(_length(environ), self._max_body_bytes))
        environ[OVERLOADED] = True
        return self._application(environ, start_response)


def _caller(environ: WSGIEnvironment) -> int:
    """Tell callers apart by credential, however its scheme is spelt; without one, by address."""
    credential = environ.get("HTTP_AUTHORIZATION", "").split()[-1:]
    return hash(credential[0] if credential else environ.get("REMOTE_ADDR", ""))


def _length(environ: WSGIEnvironment) -> int:
    """Bytes of the body; one that comes in chunks counts as large."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        return int(length)
    return LARGE if "HTTP_TRANSFER_ENCODING" in environ else 0
