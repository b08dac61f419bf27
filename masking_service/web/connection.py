"""One client's connection: what it has sent so far, and what it has not taken yet. No thread ever waits for it."""

import select
import socket
import time
from typing import Any, Final

from gunicorn.http.message import Request

from masking_service.server.limits import LARGEST_HEAD
from masking_service.web.framing import Chunks, Inbox, Length, framing
from masking_service.web.problems import Problem
from masking_service.web.refusals import CONTINUE, refusal

_HEAD_END: Final = b"\r\n\r\n"
_LEAST_READ: Final = 16 * 1024
_MOST_READ: Final = 256 * 1024


class Left(Exception):
    """The client has closed its connection."""


class Connection:
    """A connection and the request on it. It does what can be done at once, and says what it waits for.

    Attributes:
        sock: the client's socket, never blocking.
        client, server: the addresses of both ends.
        request: the request's head, as gunicorn parsed it; None before it is whole.
        size: bytes of the request's body.
        outgoing: what the client has not taken yet of its answer.
        answered: whether there was an answer on it.
        closing: whether that answer is the last one.
        leaving: whether it has been sent, and what still comes is thrown away.
        deadline: when patience with the client ends.
        polled: the event of which the poller tells; 0 for none.
        counted: the bytes of it that its worker has counted.
    """

    def __init__(self, sock: socket.socket, client: Any, server: Any) -> None:
        self.sock = sock
        self.client = client
        self.server = server
        self.answered = False
        self.closing = False
        self.leaving = False
        self.deadline = 0.0
        self.polled = 0
        self.counted = 0
        self.outgoing: list[memoryview] = []
        self._inbox = Inbox()
        self._begin(b"")

    def _begin(self, data: bytes) -> None:
        self._inbox.data = bytearray()  # gunicorn's reader of chunks is in a cycle, and would keep them for long
        self._inbox = Inbox(data)
        self._framing: Length | Chunks = Length(0)
        self._looked_at = 0
        self._head = 0
        self.request: Any = None

    @property
    def held(self) -> int:
        """How many bytes it keeps."""
        return len(self._inbox.data) + sum(map(len, self.outgoing))

    @property
    def begun(self) -> bool:
        """Whether a part of a request is there."""
        return bool(self._inbox.data)

    @property
    def size(self) -> int:
        return self._framing.size

    @property
    def address(self) -> str:
        """Where the client is; all on a unix socket are in one place."""
        return str(self.client[0]) if isinstance(self.client, tuple) else ""

    @property
    def alone(self) -> bool:
        """Whether nothing stands behind the request yet."""
        return len(self._inbox.data) <= self._head + self._framing.size

    def header(self, name: str) -> str:
        """A header of the request, by its name in capitals; empty where it has none."""
        headers = self.request.headers if self.request is not None else ()
        return next((value for given, value in headers if given == name), "")

    def receive(self) -> None:
        """Take what has come.

        Raises:
            Left: nothing will come any more.
            OSError: the connection is broken.
        """
        try:
            data = self.sock.recv(min(_MOST_READ, max(_LEAST_READ, self._framing.missing)))
        except BlockingIOError:
            return
        if not data:
            raise Left
        if self.leaving:
            return
        self._inbox.data += data
        if self.request is not None:
            self._framing.follow(data)

    def whole(self, cfg: Any, most: int) -> bool:
        """Whether the request is there as a whole.

        Args:
            cfg: gunicorn's settings.
            most: bytes of a body.

        Raises:
            Problem: it is not HTTP, or too large.
        """
        if self.request is None and not self._parse(cfg):
            return False
        if self._framing.size > most:
            raise Problem("too-large")  # a new one: what is raised keeps all that led to it, this connection included
        if self._framing.missing and self.request._expected_100_continue:  # noqa: SLF001  # gunicorn's own way
            self.sock.send(CONTINUE)
        self.request._expected_100_continue = False  # noqa: SLF001  # or it would be said again before the answer
        return not self._framing.missing

    def _parse(self, cfg: Any) -> bool:
        data = self._inbox.data
        end = data.find(_HEAD_END, max(0, self._looked_at - len(_HEAD_END)))
        self._looked_at = len(data)
        if (len(data) if end < 0 else end) > LARGEST_HEAD:
            raise Problem("bad-request")
        if end < 0:
            return False
        try:
            self.request = _Request(cfg, self._inbox, self.client)
        except Exception as fault:
            raise Problem("bad-request") from fault
        self._head = end + len(_HEAD_END)
        self._framing = framing(self.request)
        self._framing.follow(bytes(data[self._head :]))
        return True

    def refuse(self, problem: Problem, *, fault: str = "") -> None:
        """Make a problem the answer. It is the last one where the rest of the request is not known to be read."""
        given_id = self.header("X-REQUEST-ID")
        headers_only = self.request is not None and self.request.method == "HEAD"
        self.closing = not self._skip()
        if self.closing:
            self._begin(b"")
        answer = refusal(problem, given_id, close=self.closing, headers_only=headers_only, fault=fault)
        self.outgoing = [memoryview(answer)]
        self.answered = True

    def _skip(self) -> bool:
        """Go on behind a whole request that nobody read; whether its end is known for sure."""
        if self.request is None or self.request.should_close():
            return False
        if self._framing.missing or not isinstance(self._framing, Length):
            return False
        self._begin(bytes(self._inbox.data[self._head + self._framing.size :]))
        return True

    def finish(self, answer: list[bytes], *, keep: bool) -> None:
        """Note the answer to the request, and go on behind it.

        Args:
            answer: its bytes, in pieces.
            keep: whether another request may follow.
        """
        self.outgoing = [memoryview(piece) for piece in answer if piece]
        self.answered = True
        self.closing = not (keep and self._read_rest())
        self._begin(b"" if self.closing else self._inbox.rest())

    def _read_rest(self) -> bool:
        """Read what the application left of the body: gunicorn's parser alone says where the next request begins."""
        try:
            while self.request.body.read(_MOST_READ):
                pass
        except Exception:
            return False
        return not self.request.body.failed

    def close(self) -> None:
        """Part with the client."""
        self.sock.close()
        self._begin(b"")

    def send(self, patience: float) -> bool:
        """Send what the client takes; whether that was all.

        Args:
            patience: seconds that may be waited.

        Raises:
            OSError: the connection is broken.
        """
        end = time.monotonic() + patience
        while self.outgoing:
            try:
                self._took(self.sock.sendmsg(self.outgoing))
            except BlockingIOError:
                left = end - time.monotonic()
                if left <= 0 or not _writable(self.sock, left):
                    return False
        return True

    def _took(self, size: int) -> None:
        while size and size >= len(self.outgoing[0]):
            size -= len(self.outgoing.pop(0))
        if size:
            self.outgoing[0] = self.outgoing[0][size:]


class _Request(Request):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's parser. Nothing forwarded is believed, so it need not see from whom a request comes."""

    def _peer_is_trusted_proxy(self) -> bool:
        return False


def _writable(sock: socket.socket, seconds: float) -> bool:
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    return bool(poll.poll(seconds * 1000))
