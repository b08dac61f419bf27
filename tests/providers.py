"""Providers of privacy numbers on this machine: one that follows docs/calls.md, and hostile ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from keys.messages import MessageKey
from tests.ticket_systems import served

KEY = b"c" * 64
DIAL = "700123456789012"

Json = dict[str, Any]
Reply = Callable[[BaseHTTPRequestHandler, Json], None]


def signed(handler: BaseHTTPRequestHandler, answer: Json, nonce: str, *, status: int = 200, key: bytes = KEY) -> None:
    """Send an answer, signed over the nonce."""
    body = json.dumps(answer).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Masking-Signature", "v1=" + MessageKey(key).sign(nonce.encode(), body))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def answering(answer: Reply) -> Iterator[str]:
    """A server that answers each request as `answer(handler, request)` does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            except OSError:  # the service has hung up
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url.replace("/check", "/calls")


@dataclass
class Provider:
    """A provider that follows docs/calls.md.

    `bound` are its bindings by reference. `lose` replies are lost after what was asked is done; `refuses` is the word
    with which it refuses.
    """

    url: str = ""
    bound: dict[str, Json] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    lose: int = 0
    refuses: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, handler: BaseHTTPRequestHandler, request: Json) -> None:
        with self.lock:
            self.asked.append(request)
            answer = self._act(request)
            lost, self.lose = self.lose > 0, max(self.lose - 1, 0)
        if lost:
            handler.close_connection = True
            return
        signed(handler, {"nonce": request["nonce"], **answer}, request["nonce"])

    def _act(self, request: Json) -> Json:
        if request["act"] == "unbind":
            self.ended.append(request["id"])
            return {}
        if self.refuses:
            return {"refused": self.refuses}
        found = self.bound.setdefault(
            request["ref"], {"dial": str(int(DIAL) + len(self.bound)), "id": f"b-{len(self.bound)}", "extension": None}
        )
        return dict(found)


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider at work."""
    found = Provider()
    with answering(found.answer) as url:
        found.url = url
        yield found
