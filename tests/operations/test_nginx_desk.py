"""deploy/nginx-desk.conf in a real nginx in front of the real desk: TLS, headers, and no path in a log."""

import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest

from tests.certificates import Authority
from tests.e2e.processes import DESK, Running, wait_for
from tests.proxy import ROOT, SPELLINGS, Proxy
from tests.servers import HOST, Node, free_ports, single

pytestmark = pytest.mark.needs("nginx")
NAME = "desk.example"
SECRETS = {"SESSION_KEY": "ab" * 32, "CLIENT_SECRET": "secret"}


class Front:
    """nginx with the configuration that is shipped, and the desk behind it."""

    def __init__(self, folder: Path, store: Node) -> None:
        behind, self.plain_port, self.metrics = free_ports(3)
        settings = {
            "BIND": f"{HOST}:{behind}",
            "METRICS_BIND": f"{HOST}:{self.metrics}",
            "URL": f"https://{NAME}",
            "SERVICE_URL": "https://masking.example",
            "REDIS_URL": store.url,
            "ISSUER": "https://login.example",
            "CLIENT_ID": "desk",
        }
        for name, content in SECRETS.items():
            file = folder / name
            file.touch(mode=0o600)
            file.write_text(content)
            settings[name] = str(file)
        named = {f"MASKING_CONSOLE_{name}": value for name, value in settings.items()}
        self.desk = Running(DESK, folder, named, behind)
        authority = Authority(folder)
        own = authority.vouch_for(NAME)
        self._context = ssl.create_default_context(cafile=authority.file)
        self._context.check_hostname = False  # the test's certificates name an address
        places = {
            "listen 80;": f"listen {HOST}:{self.plain_port};",
            "/etc/masking/desk-tls.crt": str(own.certificate),
            "/etc/masking/desk-tls.key": str(own.key),
        }
        self.nginx = Proxy(folder / "nginx", behind, places, {"masking.conf": ROOT / "deploy" / "nginx-desk.conf"})
        wait_for(lambda: self._ready(), "nginx and the desk are ready", 30)

    def get(self, path: str) -> HTTPResponse:
        connection = HTTPSConnection(HOST, self.nginx.port, timeout=10, context=self._context)
        connection.request("GET", path, headers={"Host": NAME})
        return connection.getresponse()

    def stop(self) -> None:
        self.nginx.stop()
        self.desk.stop()

    def _ready(self) -> bool:
        self.nginx.check()
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with single(tmp_path_factory.mktemp("store")) as store:
        front = Front(tmp_path_factory.mktemp("front"), store)
        yield front
        front.stop()


def test_a_page_comes_with_the_headers_of_the_desk_and_of_the_proxy(front: Front) -> None:
    answer = front.get("/healthz")

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_plain_http_leads_to_https(front: Front) -> None:
    connection = HTTPConnection(HOST, front.plain_port, timeout=10)
    connection.request("GET", "/cases", headers={"Host": "evil.example"})
    answer = connection.getresponse()

    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/cases")


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_spelling_of_the_metrics_path_finds_them_through_the_proxy(front: Front, path: str) -> None:
    answer = front.get(path)

    assert b"masking_console" not in answer.read()
    assert answer.status in (303, 400, 404)


def test_metrics_have_a_port_of_their_own_where_nothing_else_answers(front: Front) -> None:
    answers = {path: front.desk.call(None, "GET", path, port=front.metrics) for path in ("/metrics", "/healthz", "/")}

    assert {path: status for path, (status, _, _) in answers.items()} == {"/metrics": 200, "/healthz": 404, "/": 404}
    assert b"masking_console_request_seconds" in answers["/metrics"][2]


def test_no_log_holds_a_path(front: Front) -> None:
    front.get("/waybills/SF1234567890")

    assert b"SF1234567890" not in front.nginx.written()
    assert "SF1234567890" not in front.desk.log
