"""deploy/nginx.conf in a real nginx in front of the real service: what it hands on, refuses, and never writes down."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import jwt
import pytest

from masking_service.access.issuers import LONGEST_TOKEN
from tests.access.tokens import KEY, public_pem
from tests.certificates import Authority
from tests.e2e.processes import Running, run, wait_for
from tests.operations.handbook import NGINX, ROOT
from tests.servers import HOST, Node, debian, durable, free_ports
from tests.web.api import record
from tests.web.test_leaks import NUMBER, PLANTED, TRACES

pytestmark = pytest.mark.timeout(120)
NAME = "masking.example"
ISSUER = "https://login.example/realms/express"
ISSUERS = f"""issuers:
  staff:
    issuer: {ISSUER}
    audience: waybill-masking
    algorithm: ES256
    keys: staff.pem
    tenants: [default]
    roles: [service-desk]
"""
Answer = tuple[int, dict[str, str], bytes]


class Front:
    """nginx with the configuration that is shipped, and the service behind it."""

    def __init__(self, folder: Path, store: Node) -> None:
        self.folder = folder
        self.store = store
        policy = (ROOT / "policy.yaml").read_text().replace("issuers: {}\n", ISSUERS)
        (folder / "policy.yaml").write_text(policy)
        (folder / "staff.pem").write_bytes(public_pem(KEY))
        settings = {
            "MASKING_STATE_DIR": str(folder / "state"),
            "MASKING_REDIS_URL": store.url,
            "MASKING_POLICY": str(folder / "policy.yaml"),
        }
        assert run("keys", "init", **settings).returncode == 0
        self.key = run("clients", "add", "printer", "--role", "label-printer", **settings).stdout.strip()
        behind, self.port = free_ports(2)
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
        bound = {"MASKING_BIND": f"{HOST}:{behind}", "MASKING_WORKERS": "1"}
        self.service = Running(command, folder, settings | bound, behind)
        authority = Authority(folder)
        own = authority.vouch_for(NAME)
        self._context = ssl.create_default_context(cafile=authority.file)
        places = {
            "/etc/nginx/conf.d/*.conf": f"{folder}/masking.conf",
            "/etc/masking/tls.crt": str(own.certificate),
            "/etc/masking/tls.key": str(own.key),
            "/var/log/nginx": f"{folder}/log",
            "/var/lib/nginx": f"{folder}/lib",
            "127.0.0.1:8080": f"{HOST}:{behind}",
            "listen 443": f"listen {HOST}:{self.port}",
        }
        for name in ("log", "lib"):
            (folder / name).mkdir()
        for name, text in (("masking.conf", (ROOT / "deploy" / "nginx.conf").read_text()), ("nginx.conf", NGINX)):
            for theirs, ours in places.items():
                text = text.replace(theirs, ours)
            (folder / name).write_text(text)
        command = [str(debian("nginx")), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-g", "daemon off;"]
        self.nginx = subprocess.Popen(command, stderr=(folder / "log" / "start").open("wb"))
        wait_for(lambda: self.status("/readyz") == 200, "nginx and the service are ready", 30)
        for name in ("body", "proxy"):  # from now on, whatever nginx would put on the disk is an error 500
            (folder / "lib" / name).rmdir()

    def call(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPSConnection(HOST, self.port, timeout=10, context=self._context)
        plain = socket.create_connection((HOST, self.port), timeout=10)
        connection.sock = self._context.wrap_socket(plain, server_hostname=NAME)
        try:
            sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Host": NAME}
            connection.request("GET" if body is None else "POST", path, body, sent | headers)
            answered = connection.getresponse()
            return answered.status, dict(answered.getheaders()), answered.read()
        finally:
            connection.close()

    def raw(self, head: bytes) -> Answer:
        """What comes back to a head that no client library would send."""
        with socket.create_connection((HOST, self.port), timeout=10) as plain:
            connection = self._context.wrap_socket(plain, server_hostname=NAME)
            connection.sendall(head)
            answered = HTTPResponse(connection)
            answered.begin()
            return answered.status, dict(answered.getheaders()), answered.read()

    def status(self, path: str) -> int:
        assert self.nginx.poll() is None, (self.folder / "log" / "start").read_text()
        try:
            return self.call(path)[0]
        except OSError:
            return 0

    def written(self) -> bytes:
        """All that nginx wrote into any file."""
        return b"".join(file.read_bytes() for file in (self.folder / "log").iterdir())

    def stop(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(10)
        self.service.stop()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    store = Node(tmp_path_factory.mktemp("store"), durable()).start()
    front = Front(tmp_path_factory.mktemp("front"), store)
    yield front
    front.stop()
    if store.running.poll() is None:
        store.stop()
    store.client.close()


def batch(padding: int = 0) -> bytes:
    return json.dumps({"records": [record(NUMBER, **PLANTED) | {"note": "x" * padding}]}).encode()


def test_a_request_id_goes_there_and_comes_back(front: Front) -> None:
    status, headers, _ = front.call("/v1/mask", batch(), **{"X-Request-Id": "label-7.2"})

    assert (status, headers["X-Request-Id"]) == (200, "label-7.2")
    assert '"request_id":"label-7.2"' in front.service.log


def test_without_one_the_service_s_own_comes_back(front: Front) -> None:
    assert len(front.call("/v1/mask", batch())[1]["X-Request-Id"]) == 32


@pytest.mark.parametrize(("padding", "status"), [(1_900_000, 200), (2_500_000, 413), (3_500_000, 413)])
def test_a_body_up_to_the_limit_passes_and_a_larger_one_is_refused_in_the_contract_s_form(
    front: Front, padding: int, status: int
) -> None:
    answered, headers, content = front.call("/v1/mask", batch(padding))

    assert answered == status
    assert status == 200 or (headers["Content-Type"], json.loads(content)["code"]) == (
        "application/problem+json",
        "too-large",
    )


def longest_token() -> str:
    """A desk's JWT of as many characters as the service takes."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "waybill-masking", "sub": "u-3", "iat": now, "exp": now + 600}
    claims |= {"tenant": "default", "roles": ["service-desk"]}
    tokens = (jwt.encode(claims | {"groups": "x" * size}, KEY, "ES256") for size in range(LONGEST_TOKEN, 0, -1))
    return next(token for token in tokens if len(token) <= LONGEST_TOKEN)


def test_the_longest_token_that_the_service_takes_passes(front: Front) -> None:
    token = longest_token()
    status, _, content = front.call("/v1/cases", Authorization=f"Bearer {token}")

    assert len(token) > LONGEST_TOKEN - 4
    assert (status, json.loads(content)) == (200, {"cases": []})


def test_a_head_that_the_service_takes_no_more_is_refused_by_itself(front: Front) -> None:
    status, headers, content = front.call("/v1/mask", batch(), **{f"X-{at}": "x" * 8_500 for at in range(4)})

    assert (status, json.loads(content)["code"]) == (400, "bad-request")
    assert headers["X-Request-Id"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /v1/cases HTTP/1.1\r\n\r\n",
        b"GET /%s HTTP/1.1\r\nHost: masking.example\r\n\r\n" % (b"x" * 17_000),
        b"GET /v1/cases HTTP/1.1\r\nHost: masking.example\r\nX-A: %s\r\n\r\n" % (b"x" * 17_000),
    ],
    ids=["no host", "a long address", "a long field"],
)
def test_a_head_that_nginx_refuses_is_refused_in_the_contract_s_form(front: Front, head: bytes) -> None:
    status, headers, content = front.raw(head)

    assert (status, json.loads(content)["code"]) == (400, "bad-request")
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("application/problem+json", "no-store")


def test_what_is_watched_from_inside_is_not_there_outside(front: Front) -> None:
    assert front.status("/metrics") == 404


def test_a_503_of_the_service_is_handed_on_as_it_is(front: Front) -> None:
    front.store.stop()
    try:
        wait_for(lambda: front.call("/v1/tokenize", batch())[0] == 503, "its store is gone")
        _, headers, content = front.call("/v1/tokenize", batch())
    finally:
        front.store.start()

    assert (headers["Retry-After"], json.loads(content)["code"]) == ("1", "unavailable")
    assert headers["X-Request-Id"] in front.service.log


def test_a_large_batch_passes_without_a_place_on_the_disk(front: Front) -> None:
    assert front.call("/v1/mask", batch(1_500_000))[0] == 200


def test_nothing_that_passed_is_in_a_log(front: Front) -> None:
    """Behind all that the tests above sent, and paths with a waybill number."""
    front.call(f"/v1/waybills/{NUMBER}")
    front.call(f"/v1/waybills/{NUMBER}?profile={NUMBER}")

    assert [trace for trace in (*TRACES, NUMBER.encode(), front.key.encode()) if trace in front.written()] == []
    assert b" 200 " in front.written()


def test_a_service_that_is_gone_is_a_503_of_the_contract(front: Front) -> None:
    """Last of this file: it does not come back."""
    front.service.stop()
    status, headers, content = front.call(f"/v1/waybills/{NUMBER}")

    assert (status, json.loads(content)["code"], headers["Retry-After"]) == (503, "unavailable", "1")
    assert headers["Content-Type"] == "application/problem+json"
    assert NUMBER.encode() not in front.written()
