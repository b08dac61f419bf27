"""The threaded gunicorn worker, with problem documents for invalid HTTP.

gunicorn has no setting for that answer (https://github.com/benoitc/gunicorn/issues/993). Its own is an HTML page that
repeats the request, with statuses that the contract does not have. Nothing else of the worker is changed.
"""

import random
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from masking_service.http.problems import PROBLEM_JSON, Problem, encode_problem
from masking_service.observability.logs import error_place, log

BAD_REQUEST: Final = Problem("bad-request")


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The worker of gunicorn.conf.py."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer 400 to what is not HTTP; only log an error behind an answer. gunicorn closes the connection."""
        del addr
        request_id = f"{random.getrandbits(128):032x}"  # as the application makes one
        log.warning("refused", request_id=request_id, error=type(exc).__name__, where=error_place(exc))
        if req is None and isinstance(exc, ParseException):
            with suppress(OSError):
                client.sendall(_answer(request_id))


def _answer(request_id: str) -> bytes:
    content = encode_problem(BAD_REQUEST)
    head = (
        f"HTTP/1.1 {BAD_REQUEST.status} {HTTPStatus(BAD_REQUEST.status).phrase}",
        "Connection: close",
        f"Content-Type: {PROBLEM_JSON}",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Content-Language: en",
        f"X-Request-Id: {request_id}",
        "X-Content-Type-Options: nosniff",
    )
    return "\r\n".join(head).encode("ascii") + b"\r\n\r\n" + content
