"""HTTP servers on this machine, which answer as a test says."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any

from keys.messages import MessageKey
from tests.certificates import Certificate

Json = dict[str, Any]


class Handler(BaseHTTPRequestHandler):
    """Answers every method alike, with whole bodies, and logs nothing."""

    def answer(self) -> None:
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
        self.answer()

    def read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def send(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


Answer = Callable[[Handler, Json], None]


@contextmanager
def running(server: HTTPServer, certificate: Certificate | None = None) -> Iterator[str]:
    """Run a server until the end of the block, with a certificate over TLS; yield its URL without a path."""
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], certificate: Certificate | None = None) -> Iterator[str]:
    """Serve with a handler until the end of the block; see `running`."""
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler), certificate) as url:
        yield url


@contextmanager
def answering(answer: Answer, path: str) -> Iterator[str]:
    """Answer each request with JSON as `answer(handler, request)` does; yield the URL with a path."""

    class Answering(Handler):
        def answer(self) -> None:
            try:
                answer(self, json.loads(self.read() or b"{}"))
            except OSError:  # the service has hung up
                self.close_connection = True

    with served(Answering) as url:
        yield url + path


def signed(handler: Handler, answer: Mapping[str, Any], nonce: str, *, key: bytes, status: int = 200) -> None:
    """Send an answer, signed over the nonce."""
    body = json.dumps(answer).encode()
    handler.send(status, body, {"Masking-Signature": "v1=" + MessageKey(key).sign(nonce.encode(), body)})
