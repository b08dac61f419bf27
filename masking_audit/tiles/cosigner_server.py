"""Serves a cosigner over HTTP on the loopback address; a proxy in front may publish it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from keys.errors import KeysError
from masking_audit.tiles.cosigner import Cosigner, Reply
from masking_audit.tiles.notes import MAX_NOTE_BYTES, NoteError

TIMEOUT_SECONDS: Final = 10.0
MAX_BODY_BYTES: Final = MAX_NOTE_BYTES
MAX_REQUESTS: Final = 16
"""Requests under way at once; more wait."""


class CosignerServer(ThreadingHTTPServer):
    """Listens at a port of 127.0.0.1 (0 for any free one); `serve_forever` answers."""

    daemon_threads = True

    def __init__(self, cosigner: Cosigner, port: int) -> None:
        super().__init__(("127.0.0.1", port), _CosignHandler)
        self.cosigner = cosigner
        self.places = threading.BoundedSemaphore(MAX_REQUESTS)

    @property
    def url(self) -> str:
        """The URL prefix for both submission and monitoring."""
        return f"http://127.0.0.1:{self.server_port}"


class _CosignHandler(BaseHTTPRequestHandler):
    server: CosignerServer
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            self._answer(Reply(404), close=True)
        elif not (length.isascii() and length.isdecimal()):
            self._answer(Reply(411), close=True)
        elif len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
            self._answer(Reply(413), close=True)
        else:
            body = self.rfile.read(int(length))
            with self.server.places:
                try:
                    reply = self.server.cosigner.add_checkpoint(body)
                except (OSError, NoteError, KeysError) as error:
                    self.log_error("%s", error)
                    reply = Reply(500)
            self._answer(reply)

    def do_GET(self) -> None:
        origin_hash, _, name = self.path.removeprefix("/").partition("/")
        self._answer(self.server.cosigner.checkpoint(origin_hash) if name == "checkpoint" else Reply(404))

    def _answer(self, reply: Reply, *, close: bool = False) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)
