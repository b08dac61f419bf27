"""Many clients in one thread: requests that leave at a rate, each on a connection of its own, whatever comes back."""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

MAX_CONCURRENT = 800
"""Connections: a process may often have no more than a thousand files open. While they wait, the rest comes later."""


@dataclass
class Sent:
    """One request: what is left to send of it, and what came back after how many seconds."""

    left: memoryview
    since: float
    answer: bytearray = field(default_factory=bytearray)
    seconds: float = 0.0

    @property
    def status(self) -> int:
        """0 where nothing came back."""
        return int(self.answer[9:12] or b"0")

    @property
    def head(self) -> bytes:
        return bytes(self.answer).partition(b"\r\n\r\n")[0]


def post(path: str, key: str, body: bytes) -> bytes:
    """The bytes of a request that is the only one on its connection."""
    return _head("POST", path, key, f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n") + body


def get(path: str, key: str) -> bytes:
    """As `post`."""
    return _head("GET", path, key, "")


def _head(method: str, path: str, key: str, more: str) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n{more}\r\n"
    ).encode()


def send(port: int, requests: Sequence[bytes], *, rate: float = inf, count: int = 0) -> list[Sent]:
    """Send requests, so many a second, all at once if not said; come back when every connection has ended.

    There are `count` of them, the given ones in turn; each one once if not said.
    """
    count = count or len(requests)
    every: list[Sent] = []
    waiting: set[socket.socket] = set()
    with selectors.DefaultSelector() as selector:
        start = time.monotonic()
        while len(every) < count or waiting:
            while (
                len(every) < count and len(waiting) < MAX_CONCURRENT and len(every) / rate <= time.monotonic() - start
            ):
                every.append(Sent(memoryview(requests[len(every) % len(requests)]), time.monotonic()))
                waiting.add(fresh := socket.socket())
                fresh.setblocking(False)
                fresh.connect_ex(("127.0.0.1", port))
                selector.register(fresh, selectors.EVENT_WRITE, every[-1])
            for key, _ in selector.select(0.01):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                try:
                    ended = _go_on(connection, key.data, selector)
                except BlockingIOError:
                    continue
                except OSError:
                    ended = True
                if ended:
                    key.data.seconds = time.monotonic() - key.data.since
                    selector.unregister(connection)
                    waiting.discard(connection)
                    connection.close()
    return every


def _go_on(connection: socket.socket, one: Sent, selector: selectors.BaseSelector) -> bool:
    """Send or receive a piece; whether that was the last."""
    if one.left:
        one.left = one.left[connection.send(one.left) :]
        if not one.left:
            selector.modify(connection, selectors.EVENT_READ, one)
        return False
    piece = connection.recv(1 << 18)
    one.answer += piece
    return not piece
