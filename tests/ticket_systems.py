"""Ticket systems on this machine: the example's sidecar, and hostile ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from examples.case_check import sidecar
from examples.case_check.sidecar import Ticket

KEY = b"k" * 64


@dataclass
class TicketSystem:
    """Tickets by case number, which a test may change; `asked` are the questions."""

    url: str = ""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fails: bool = False

    def lookup(self, case: str) -> Ticket | None:
        self.asked.append(case)
        if self.fails:
            raise ConnectionError
        return self.tickets.get(case)


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/check"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def ticket_system() -> Iterator[TicketSystem]:
    """A ticket system behind the example's sidecar."""
    system = TicketSystem()
    with served(sidecar.create_server(system.lookup, KEY, 0)) as url:
        system.url = url
        yield system


Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """A server that answers each question as `answer(handler, question)` does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        do_GET = do_POST  # noqa: N815 -- the server calls it so

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


def reply(
    handler: BaseHTTPRequestHandler, ticket: Mapping[str, Any], nonce: str, *, status: int = 200, key: bytes = KEY
) -> None:
    """Send a ticket, signed over the nonce."""
    body = json.dumps(ticket).encode()
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header(sidecar.SIGNATURE, sidecar.sign(key, nonce.encode(), body))
    handler.end_headers()
    handler.wfile.write(body)
