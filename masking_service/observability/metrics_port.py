"""WSGI middleware that gives metrics a port of their own, which no proxy passes on.

The application itself has no such path then, so there is no spelling of it that a proxy would have to refuse.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/metrics"


def metrics_port(environment: Mapping[str, str], name: str) -> int:
    """Return the port of the address in a variable; 0 if it is not set. Raises ValueError: it is not HOST:PORT."""
    address = environment.get(name, "")
    if not address:
        return 0
    parts = urlsplit(f"//{address}")
    if not parts.hostname or not parts.port or parts.netloc != address:
        raise ValueError(f"{name} must be an address and a port, such as 127.0.0.1:9080")
    return parts.port


def addresses(environment: Mapping[str, str], name: str, default: str, metrics: str) -> list[str]:
    """Return where gunicorn listens: at the address in variable `name`, and at that in `metrics` if it is set."""
    return [environment.get(name) or default, *filter(None, [environment.get(metrics)])]


class MetricsPort:
    """Answers `GET /metrics` at one port, and 404 to all else there; passes on what comes to other ports.

    Args:
        application: what answers at the other ports.
        exposition: the metrics as Prometheus reads them, and their media type.
        port: the port of the metrics.
    """

    def __init__(self, application: WSGIApplication, exposition: Callable[[], tuple[bytes, str]], port: int) -> None:
        self._application = application
        self._exposition = exposition
        self._port = port

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if not self._port or _port_of(environ) != self._port:
            return self._application(environ, start_response)
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            start_response("404 Not Found", [("Content-Length", "0"), ("Cache-Control", "no-store")])
            return []
        content, media = self._exposition()
        headers = [("Content-Type", media), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
        start_response("200 OK", headers)
        return [content]


def _port_of(environ: WSGIEnvironment) -> int:
    """Return the port that a request came to; 0 for a Unix socket.

    The socket says so. SERVER_PORT does not: for a Unix socket, gunicorn takes it from the caller's Host header.
    """
    name = environ["gunicorn.socket"].getsockname()
    return int(name[1]) if isinstance(name, tuple) else 0
