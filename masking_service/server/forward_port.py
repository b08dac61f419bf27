"""Answers intake hosts, in each worker of the opening tier: mutually authenticated HTTPS at a port of its own.

All workers listen at the same address; the kernel spreads connections over them. A host shows the certificate with
which it was enrolled, and a revoked one is refused at its next request.
"""

import socket
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import msgspec

from keys.certificates import to_der
from keys.errors import IntegrityError
from masking_service.computing import computing
from masking_service.observability.logs import error_place, log
from masking_service.runtime.clock import clock
from masking_service.runtime.wiring import Parts
from masking_service.service.tiers.forwarding import MAX_BYTES, PATH, NotSettled, Resubmission, pinned_context
from masking_service.service.tiers.resubmit import Resubmit

TIMEOUT_SECONDS: Final = 10.0
"""Seconds that a connection may be idle, and a handshake may take."""
MAX_CONNECTIONS: Final = 64
_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final[msgspec.msgpack.Decoder[Resubmission]] = msgspec.msgpack.Decoder(Resubmission)


class ForwardPort(ThreadingHTTPServer):
    """The port for intake hosts."""

    daemon_threads = True
    allow_reuse_port = True

    def __init__(self, address: tuple[str, int], parts: Parts) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)
        self.parts = parts
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._thread = threading.Thread(target=self.serve_forever, name="forward port", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Release the address."""
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, unless there are too many."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing of a connection that breaks: the other side sees it."""

    def context(self) -> ssl.SSLContext:
        """Return the context of a new connection: the hosts that are enrolled now may connect."""
        keyring = self.parts.keyring
        hosts = keyring.keyset.hosts.values()
        return pinned_context(
            ssl.PROTOCOL_TLS_SERVER, keyring.opening_tls, [host.certificate for host in hosts if not host.revoked]
        )

    def host_of(self, certificate: bytes | None) -> str | None:
        """Return the name of the enrolled host with this certificate (DER)."""
        for host in self.parts.keyring.keyset.hosts.values():
            if not host.revoked and to_der(host.certificate) == certificate:
                return host.name
        return None


class _Handler(BaseHTTPRequestHandler):
    server: ForwardPort
    protocol_version = "HTTP/1.1"
    timeout = TIMEOUT_SECONDS
    disable_nagle_algorithm = True

    def setup(self) -> None:
        self.request.settimeout(TIMEOUT_SECONDS)
        self.request = self.server.context().wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        with suppress(OSError):
            self.request.close()

    def do_POST(self) -> None:
        host = self.server.host_of(self.request.getpeercert(binary_form=True))
        length = self.headers.get("Content-Length", "")
        if host is None or self.path != PATH or not (length.isascii() and length.isdecimal() and len(length) < 9):
            self._answer(403, b"")
            return
        if int(length) > MAX_BYTES:
            self._answer(413, b"")
            return
        try:
            asked = _decoder.decode(self.rfile.read(int(length)))
            with computing(hash(asked.authorization)) as begun:
                resubmit = self.server.parts.acting.of(Resubmit)
                answered = resubmit(host, asked, clock()) if begun else NotSettled()
        except (msgspec.DecodeError, ValueError):
            self._answer(400, b"")
        except Exception as error:  # whatever it is, the host hears that nothing was settled
            if isinstance(error, IntegrityError):
                self.server.parts.alerts.raise_alert("integrity")
            log.error("failed", error=type(error).__name__, where=error_place(error), reason="")
            self._answer(503, b"")
        else:
            self._answer(200, _encode(answered))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/msgpack")
        self.send_header("Content-Length", str(len(body)))
        if status != 200:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log no request."""
