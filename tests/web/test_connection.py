"""A connection that is refused is let go of, with all that it had sent: or every refusal would cost memory for good."""

from __future__ import annotations

import gc
import socket
import weakref

import pytest
from gunicorn.config import Config

from masking_service.server.limits import LARGEST_HEAD
from masking_service.web.connection import Connection
from masking_service.web.problems import Problem

MOST = 1_000


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "too-large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * LARGEST_HEAD, "bad-request"),
        (b"no HTTP\r\n\r\n", "bad-request"),
    ],
    ids=["a body that is too large", "a head that is too large", "what is no request"],
)
def test_nothing_is_kept_of_what_was_refused(sent: bytes, code: str) -> None:
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        connection = Connection(near, ("127.0.0.1", 1), ("127.0.0.1", 2))
        far.sendall(sent)
        for _ in range(0, len(sent), 16 * 1024):
            connection.receive()
        try:
            connection.whole(Config(), MOST)
        except Problem as problem:
            refused = problem.code
        kept = weakref.ref(connection)
        del connection
        gc.collect()

    assert (refused, kept()) == (code, None)


@pytest.mark.parametrize("end", ["refused", "closed"])
def test_chunks_are_let_go_of_before_the_collector_comes(end: str) -> None:
    near, far = socket.socketpair()
    with near, far:
        near.setblocking(False)
        connection = Connection(near, ("127.0.0.1", 1), ("127.0.0.1", 2))
        far.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 500)
        connection.receive()
        connection.whole(Config(), MOST)
        inbox = connection._inbox
        if end == "refused":
            connection.refuse(Problem("too-large"))
        else:
            connection.close()

    assert (len(inbox.data), connection.held > 0) == (0, end == "refused")
