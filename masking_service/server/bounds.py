"""WSGI middleware that limits the concurrent work of a worker.

No request waits for a free thread: a request over the limit is refused at once. Only the proxy queues.
"""

import threading
from collections.abc import Iterable
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from masking_service.store.computing import computing
from masking_service.web.app import OVERLOADED

THREADS: Final = 20
"""Threads of a worker. Each serves one request at a time; most of them wait for the store."""
STORE_THREADS: Final = 16
"""Threads that may use the store. The others answer masks and probes, even while the store hangs (R6)."""
LARGE: Final = 16 * 1024
"""Bytes of a body that takes a millisecond or more to compute: about forty records."""

_GUARDED: Final = "/v1/"
_MASK: Final = "/v1/mask"


class Bounds:
    """Limits an application to `STORE_THREADS` store requests and one large computation.

    Args:
        application: what it calls. It answers 503 `overloaded` where the environment says `OVERLOADED`.
        store_threads: how many requests may use the store at the same time.
    """

    def __init__(self, application: WSGIApplication, store_threads: int = STORE_THREADS) -> None:
        self._application = application
        self._free = threading.BoundedSemaphore(store_threads)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path == _MASK or not path.startswith(_GUARDED):
            return self._answer(environ, start_response)
        if not self._free.acquire(blocking=False):
            environ[OVERLOADED] = True
            return self._application(environ, start_response)
        try:
            return self._answer(environ, start_response)
        finally:
            self._free.release()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request. One large request computes at a time; while it waits for the store, the next one does."""
        if _length(environ) < LARGE:
            return self._application(environ, start_response)
        with computing():
            return self._application(environ, start_response)


def _length(environ: WSGIEnvironment) -> int:
    """Bytes of the body; one that comes in chunks counts as large."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        return int(length)
    return LARGE if "HTTP_TRANSFER_ENCODING" in environ else 0
