"""Metrics are answered to what comes to their own port, whatever the request says of it."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from masking_service.observability.metrics_port import MetricsPort


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"the service"]


def answered(
    port: int, came_to: socket.socket, path: str = "/metrics", host: str = "service.example"
) -> tuple[bytes, str]:
    environ = create_environ(path, base_url=f"http://{host}", environ_base={"gunicorn.socket": came_to})
    found, status, _ = run_wsgi_app(MetricsPort(application, lambda: (b"figures 1", "text/plain"), port), environ)
    return b"".join(found), status


def test_their_own_port_has_metrics_and_nothing_else(listening: socket.socket) -> None:
    port = listening.getsockname()[1]

    assert answered(port, listening) == (b"figures 1", "200 OK")
    assert answered(port, listening, "/v1/me") == (b"", "404 Not Found")


def test_another_port_is_the_service_whatever_the_host_header_says(listening: socket.socket) -> None:
    port = listening.getsockname()[1] + 1

    assert answered(port, listening, host=f"service.example:{port}") == (b"the service", "200 OK")
    assert answered(0, listening, host="service.example:0") == (b"the service", "200 OK")


def test_a_unix_socket_is_the_service_whatever_the_host_header_says(tmp_path: Path) -> None:
    with ExitStack() as opened:
        bound = opened.enter_context(socket.socket(socket.AF_UNIX))
        bound.bind(str(tmp_path / "s"))

        assert answered(9080, bound, host="service.example:9080") == (b"the service", "200 OK")
