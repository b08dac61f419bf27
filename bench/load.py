"""A bounded load over kept-open connections to 127.0.0.1, by one thread that costs as little as it can.

Client, server and store share the same cores, so what the client takes the server does not get: every request is bytes
before the first one is sent, and of an answer no more is read than its status, its end, and whether an
item failed.
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
_CLOSE = re.compile(rb"(?i)\r\nconnection: *close")
_LAST_CHUNK = b"0\r\n\r\n"
_FAILED_ITEM = b'"error":'
TIMEOUT_SECONDS = 60.0
BUFFER_BYTES = 64 * 1024
APART_SECONDS = 0.005
"""Delay between two new connections. Without it, one worker of two accepts nearly all of a burst."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, what the figures call it, and how many seconds after the beginning it is due."""

    content: bytes
    kind: str = ""
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """To which kind of request, with which status, and how many seconds after it was sent (paced: after it was due)."""

    kind: str
    status: int
    seconds: float


@dataclass(frozen=True)
class Measured:
    """What a load took: requests, seconds, and of those the seconds in which the client had a processor."""

    requests: int
    seconds: float
    client_seconds: float
    latencies: tuple[float, ...]


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of the sorted values stay within."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(path: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """A POST of `body`, or a GET where there is none, as it goes over the wire."""
    method = "GET" if body is None else "POST"
    sent = {"Host": "127.0.0.1", **headers} | ({} if body is None else {"Content-Length": str(len(body))})
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")


def run(
    port: int,
    path: str,
    bodies: Sequence[bytes],
    *,
    connections: int,
    headers: dict[str, str],
    resend: bool = False,
) -> Measured:
    """POST every body once, each as soon as a connection is free.

    Args:
        port: of the server.
        path: where to.
        bodies: of the requests.
        connections: how many are open at the same time.
        headers: of each request.
        resend: send again what was refused with 503 until it is answered; the time of all counts.

    Raises:
        RuntimeError: an answer was not 200, or said that an item failed; with `resend`, all of them were refused.
    """
    waiting = {str(at): request(path, headers, body) for at, body in enumerate(bodies)}
    cost, seconds, latencies = time.process_time(), 0.0, list[float]()
    while waiting:
        requests = [Request(content, kind) for kind, content in waiting.items()]
        took, answers = drive(port, requests, connections=connections)
        seconds += took
        wrong = [answer.status for answer in answers if answer.status != 200]
        if wrong and (not resend or set(wrong) != {503} or len(wrong) == len(answers)):
            raise RuntimeError(f"{path} answered {wrong[0]}")
        latencies += [answer.seconds for answer in answers if answer.status == 200]
        waiting = {answer.kind: waiting[answer.kind] for answer in answers if answer.status != 200}
    return Measured(len(bodies), seconds, time.process_time() - cost, tuple(sorted(latencies)))


def drive(
    port: int, requests: Sequence[Request], *, connections: int, paced: bool = False
) -> tuple[float, list[Answer]]:
    """Send all requests and wait for all answers.

    Args:
        port: of the server.
        requests: in the order in which they are due.
        connections: how many may be open at the same time.
        paced: send each request when it is due, whether or not earlier ones were answered; a request that waits here
            for a connection counts as waiting. Otherwise each is sent as soon as a connection is free.

    Returns:
        Seconds until the last answer, and the answers, refusals among them. Status 0 is a connection that ended,
        207 an answer in which an item failed.
    """
    with _Links(port, connections) as links:
        if not paced:
            links.open_all()
        return _drive(links, requests, paced)


def _drive(links: _Links, requests: Sequence[Request], paced: bool) -> tuple[float, list[Answer]]:
    answers: list[Answer] = []
    waiting = deque(requests)
    began = time.perf_counter()
    while len(answers) < len(requests):
        now = time.perf_counter() - began
        while waiting and (not paced or waiting[0].due <= now) and (link := links.take()):
            link.send(waiting.popleft())
        sleep = TIMEOUT_SECONDS
        if paced and waiting and links.can_take:
            sleep = max(0.0, waiting[0].due - (time.perf_counter() - began))
        events = links.poll(sleep)
        if not events and sleep == TIMEOUT_SECONDS:
            raise RuntimeError("nothing was answered for a minute")
        for link in events:
            status = link.receive()
            if status is None:
                continue
            done, until = link.request, time.perf_counter()
            if done is not None:
                answers.append(Answer(done.kind, status, until - began - done.due if paced else until - link.sent))
            links.put_back(link) if status and not link.ends else links.close(link)
    return time.perf_counter() - began, answers


class _Link:
    """One connection, and what has come of the answer to what was sent on it."""

    __slots__ = ("buffer", "ends", "got", "needed", "request", "sent", "socket", "start")

    def __init__(self, port: int) -> None:
        self.buffer = bytearray(BUFFER_BYTES)
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request: Request | None = None
        self.got = self.needed = self.start = 0
        self.ends = False

    def send(self, wanted: Request) -> None:
        self.request, self.got, self.needed, self.start = wanted, 0, 0, 0
        self.sent = time.perf_counter()
        with suppress(BrokenPipeError, ConnectionResetError):  # its end is noticed where answers are
            self.socket.sendall(wanted.content)

    def receive(self) -> int | None:
        """The status, once the answer is whole; 0 where the connection has ended."""
        if self.got == len(self.buffer):
            self.buffer += bytes(len(self.buffer))
        try:
            count = self.socket.recv_into(memoryview(self.buffer)[self.got :])
        except ConnectionResetError:
            count = 0
        if not count:
            return 0
        self.got += count
        if not self.start:
            end = self.buffer.find(b"\r\n\r\n", 0, self.got)
            if end < 0:
                return None
            self.start = end + 4
            self.ends = bool(_CLOSE.search(self.buffer, 0, self.start))
            length = _LENGTH.search(self.buffer, 0, self.start)
            self.needed = self.start + int(length[1]) if length else 0
            if not length and not _CHUNKED.search(self.buffer, 0, self.start):
                raise RuntimeError("an answer does not say where it ends")
        whole = self.got >= self.needed if self.needed else self.buffer.endswith(_LAST_CHUNK, 0, self.got)
        if not whole:
            return None
        status = int(self.buffer[9:12])
        return 207 if status == 200 and self.buffer.find(_FAILED_ITEM, self.start, self.got) >= 0 else status


class _Links:
    """Connections that are kept open.

    They are opened when a request needs them: a connection without a request takes a thread of gunicorn for seconds.
    """

    def __init__(self, port: int, limit: int) -> None:
        self._port, self._limit = port, limit
        self._poll = select.epoll()
        self._links: dict[int, _Link] = {}
        self._free: deque[_Link] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for link in self._links.values():
            link.socket.close()
        self._poll.close()

    @property
    def can_take(self) -> bool:
        """Whether a connection is free, or may be opened."""
        return bool(self._free) or len(self._links) < self._limit

    def open_all(self) -> None:
        """Open as many connections as are allowed, some time apart."""
        while len(self._links) < self._limit:
            self._free.append(self._open())
            time.sleep(APART_SECONDS)

    def take(self) -> _Link | None:
        """Return a free connection, the one that was free for the longest time; None if all are in use."""
        if self._free:
            return self._free.popleft()
        return self._open() if self.can_take else None

    def poll(self, seconds: float) -> list[_Link]:
        """Wait for connections that can be read."""
        return [self._links[number] for number, _ in self._poll.poll(seconds)]

    def put_back(self, link: _Link) -> None:
        """Let the next request use a connection."""
        link.request = None
        self._free.append(link)

    def close(self, link: _Link) -> None:
        """Close a connection that the server closes: after seconds without a request, or after many requests."""
        del self._links[link.socket.fileno()]
        self._poll.unregister(link.socket)
        link.socket.close()
        if link.request is None:
            self._free.remove(link)

    def _open(self) -> _Link:
        link = _Link(self._port)
        self._links[link.socket.fileno()] = link
        self._poll.register(link.socket, select.EPOLLIN)
        return link
