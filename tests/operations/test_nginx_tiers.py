"""examples/nginx-tiers.conf in a real nginx: label systems reach the tier that stores, everyone else the other one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.processes import wait_for
from tests.proxy import PLAIN, ROOT, SHIPPED, Proxy
from tests.servers import HOST

pytestmark = [pytest.mark.timeout(60), pytest.mark.needs("nginx")]


@contextmanager
def answering(name: bytes) -> Iterator[int]:
    """A server that says its name; its port."""

    class Named(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", str(len(name)))
            self.end_headers()
            self.wfile.write(name)

        do_POST = do_GET  # noqa: N815 - the names are the base class's
        do_DELETE = do_GET  # noqa: N815 - as above

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((HOST, 0), Named)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The proxy of both tiers, as the handbook puts its configuration together."""
    first, _, _ = SHIPPED["masking.conf"].read_text().partition("\nupstream")
    together = tmp_path / "tiers.conf"
    together.write_text(f"{first}\n{(ROOT / 'examples' / 'nginx-tiers.conf').read_text()}")
    with answering(b"opening") as opening, answering(b"intake") as intake:
        here = {**PLAIN, "10.0.0.5:8080": f"{HOST}:{opening}", "10.0.1.11:8080": f"{HOST}:{intake}"}
        here |= {"    server 10.0.1.12:8080 max_conns=40 max_fails=1 fail_timeout=2s;\n": ""}
        proxy = Proxy(tmp_path / "nginx", 0, here, {**SHIPPED, "masking.conf": together})
        try:
            wait_for(lambda: said_by(proxy.port, "GET", "/healthz") != b"", "nginx listens")
            proxy.check()
            yield proxy.port
        finally:
            proxy.stop()


def said_by(port: int, method: str, path: str) -> bytes:
    """Which tier answers; empty where nothing listens."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request(method, path, b"{}" if method == "POST" else None)
        return connection.getresponse().read()
    except OSError:
        return b""
    finally:
        connection.close()


def test_masking_and_storing_go_to_intake_hosts_and_all_else_to_the_opening_tier(port: int) -> None:
    stored = [said_by(port, "POST", path) for path in ("/v1/mask", "/v1/tokenize", "/v1/mask?x=1", "/v1/%6dask")]
    others = [
        said_by(port, "POST", "/v1/detokenize"),
        said_by(port, "POST", "/v1/mask/more"),
        said_by(port, "GET", "/v1/waybills/SF1234567890"),
        said_by(port, "DELETE", "/v1/waybills/SF1234567890"),
        said_by(port, "GET", "/v1/me"),
    ]

    assert (stored, others) == ([b"intake"] * 4, [b"opening"] * 5)
