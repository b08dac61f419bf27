"""A substitute before the real service: it answers the first requests as a test says, and hands on all that follow.

It is there for what the real service cannot be brought to do at will: refusals in a certain order, answers that are
cut off or never come, redirects.
"""

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

from tests.certificates import Certificate
from tests.http_servers import Handler, running

HANDED_ON = ("Authorization", "Content-Type", "X-Request-Id")


@dataclass(frozen=True)
class Says:
    """An answer of the substitute itself."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


CUT = "cut"
"""The real service answers, and half of it arrives."""
STUCK = "stuck"
"""The real service answers, half of it arrives, and the connection stays open."""
SILENT = "silent"
"""Nothing arrives."""


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass
class StandIn:
    """`answers` come first, one a request; `port` is the real service's. `asked` is every request."""

    url: str
    port: int = 0
    answers: deque[Says | str] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def hand_on(self, asked: Asked) -> Says:
        """What the real service answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {name: asked.headers[name] for name in HANDED_ON}
            connection.request("POST", asked.path, asked.body, headers)
            answered = connection.getresponse()
            return Says(answered.status, {}, answered.read())
        finally:
            connection.close()


@contextmanager
def standing_in(port: int = 0, *answers: Says | str, certificate: Certificate | None = None) -> Iterator[StandIn]:
    """A substitute that runs until the end of the block; with a certificate it speaks TLS."""

    class Standing(Handler):
        def answer(self) -> None:
            asked = Asked(self.path, dict(self.headers), self.read(), time.monotonic())
            stand_in.asked.append(asked)
            stand_in.meanwhile()
            self.close_connection = True
            answer = stand_in.answers.popleft() if stand_in.answers else None
            if answer == SILENT:
                stand_in.closing.wait()
                return
            said = answer if isinstance(answer, Says) else stand_in.hand_on(asked)
            self.send_response(said.status)
            for name, value in {**said.headers, "Content-Length": str(len(said.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body[: len(said.body) // 2] if answer in (CUT, STUCK) else said.body)
            if answer == STUCK:
                stand_in.closing.wait()

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Standing), certificate) as url:
        stand_in = StandIn(url, port, deque(answers))
        try:
            yield stand_in
        finally:
            stand_in.closing.set()
