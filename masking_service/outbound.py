"""Asks another company's system over HTTP: one attempt, within a time, and only a few at once.

Redirects are not followed, proxies of the environment are not used, and an answer
has a greatest size. A slow answer is cut off, so that it holds no thread.
"""

import hmac
import socket
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import inf
from time import monotonic
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

import msgspec

from keys.messages import MessageKey
from masking_service.computing import waiting
from masking_service.tls_faults import tls_reason

REQUEST_NONCE_BYTES: Final = 16
"""Random bytes of a nonce by which another system tells a request that it had before."""
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
"""Host names of this machine."""


def split_url(url: str) -> SplitResult:
    """Split a URL. Raises ValueError: it is none, or its port is not a number from 1 to 65535."""
    parts = urlsplit(url)
    if parts.port == 0:
        raise ValueError("Port out of range 1-65535")
    return parts


def is_secure(parts: SplitResult) -> bool:
    """Return whether a URL is https, or http to this machine."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


class OutboundError(Exception):
    """There was no complete answer in time; the text is the reason where TLS failed, and empty otherwise."""


class OutboundBusy(OutboundError):
    """The limit of simultaneous exchanges is reached."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A complete answer. `headers` are by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class SignedAnswer(msgspec.Struct, frozen=True):
    """A signed answer, which repeats the nonce of its question."""

    nonce: str


_Answer = TypeVar("_Answer", bound=SignedAnswer)


def read_signed_answer(answer: HttpAnswer, key: MessageKey, nonce: str, shape: type[_Answer]) -> _Answer:
    """Return an answer that is signed over the nonce, so that it answers this question and no other.

    Raises:
        ValueError: it is none.
    """
    if answer.status != 200 or not key.has_signed(answer.headers, nonce, answer.body):
        raise ValueError("not a signed answer")
    read = msgspec.json.decode(answer.body, type=shape)
    if not hmac.compare_digest(read.nonce.encode(), nonce.encode()):
        raise ValueError("the answer to another question")
    return read


class Outbound:
    """One system at one URL.

    Args:
        url: https, or http to this machine in development.
        name: of its threads.
        seconds: for a whole exchange.
        at_once: exchanges of this process at the same time.
        wait: seconds, of these, to wait for one of them to end; 0 refuses at once.
        max_bytes: of an answer's body.
    """

    def __init__(
        self, url: str, *, name: str, seconds: float, at_once: int, wait: float, max_bytes: int = 64 * 1024
    ) -> None:
        self._parts = urlsplit(url)
        self._seconds = seconds
        self._wait = wait
        self._max_bytes = max_bytes
        self._free = threading.BoundedSemaphore(at_once)
        self._threads = ThreadPoolExecutor(at_once, name)

    def ask(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        method: str = "POST",
        path: str = "",
        query: str = "",
        until: float = inf,
    ) -> HttpAnswer:
        """Send one request.

        Args:
            body, headers: are sent; `headers` may replace the defaults.
            path: follows the URL's own.
            query: replaces the URL's own, where it is given.
            until: a moment of the monotonic clock by which the answer is needed, if that is sooner than usual.

        Raises:
            OutboundError: there was no complete answer in time.
        """
        deadline = min(until, monotonic() + self._seconds)
        target = (self._parts.path.rstrip("/") + path) or "/" if path else self._parts.path or "/"
        query = query or self._parts.query
        sent = {"Content-Type": "application/json", "Connection": "close", **headers}
        with waiting():  # else a slow answer would keep every large request from computing
            if not self._free.acquire(timeout=self._wait):
                raise OutboundBusy
            connection = self._connection()
            asked = self._threads.submit(
                self._send, connection, method, target + (f"?{query}" if query else ""), body, sent, deadline
            )
            asked.add_done_callback(lambda _: self._free.release())
            try:
                return asked.result(max(0.0, deadline - monotonic()))
            except (OSError, HTTPException, ValueError, TooLate) as error:
                raise OutboundError(tls_reason(error)) from None
            finally:
                if not asked.cancel() and not asked.done():
                    _abort(connection)  # else a slow answer would hold the thread

    def _connection(self) -> HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return HTTPSConnection(host, port, timeout=self._seconds, context=ssl.create_default_context())
        return HTTPConnection(host, port, timeout=self._seconds)

    def _send(
        self,
        connection: HTTPConnection,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
        deadline: float,
    ) -> HttpAnswer:
        try:
            connection.connect()
            if monotonic() > deadline:
                raise TimeoutError
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            content = response.read(self._max_bytes + 1)
            if len(content) > self._max_bytes:
                raise ValueError("too large")
            return HttpAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)
        finally:
            connection.close()


def _abort(connection: HTTPConnection) -> None:
    """End an exchange that another thread waits for."""
    sock: socket.socket | None = connection.sock
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
