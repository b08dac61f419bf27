"""deploy/nginx.conf in a real nginx in front of the real service: what it forwards, refuses, and never logs."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import jwt
import pytest

from masking_service.http.problems import Problem
from masking_service.service.people.issuers import MAX_TOKEN_LENGTH
from tests.certificates import Authority
from tests.e2e.processes import GUNICORN, Running, command, wait_for
from tests.proxy import ROOT, SPELLINGS, Proxy
from tests.servers import HOST, Node, free_ports, single
from tests.service.people.tokens import KEY, public_pem
from tests.web.api import record
from tests.web.planted import NUMBER, PLANTED, TRACES

pytestmark = [pytest.mark.timeout(120), pytest.mark.needs("nginx")]
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
        self.store = store
        policy = (ROOT / "policy.yaml").read_text().replace("issuers: {}\n", ISSUERS)
        (folder / "policy.yaml").write_text(policy)
        (folder / "staff.pem").write_bytes(public_pem(KEY))
        settings = {
            "MASKING_STATE_DIR": str(folder / "state"),
            "MASKING_REDIS_URL": store.url,
            "MASKING_POLICY": str(folder / "policy.yaml"),
        }
        command("keys", "init", **settings)
        self.key = command("clients", "add", "printer", "--role", "label-printer", **settings)
        behind, self.metrics = free_ports(2)
        bound = {"MASKING_BIND": f"{HOST}:{behind}", "MASKING_METRICS_BIND": f"{HOST}:{self.metrics}"}
        bound |= {"MASKING_WORKERS": "1"}
        self.service = Running(GUNICORN, folder, settings | bound, behind)
        authority = Authority(folder)
        own = authority.vouch_for(NAME)
        self._context = ssl.create_default_context(cafile=authority.file)
        files = {"/etc/masking/tls.crt": str(own.certificate), "/etc/masking/tls.key": str(own.key)}
        self.nginx = Proxy(folder / "nginx", behind, {**files, "client_body_timeout 10s": "client_body_timeout 4s"})
        self.port = self.nginx.port
        wait_for(lambda: self.status("/readyz") == 200, "nginx and the service are ready", 30)
        for name in ("body", "proxy"):  # from now on, whatever nginx would put on the disk is an error 500
            (folder / "nginx" / "lib" / name).rmdir()

    def call(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPSConnection(HOST, self.port, timeout=10, context=self._context)
        connection.sock = self.connection()
        try:
            sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Host": NAME}
            connection.request("GET" if body is None else "POST", path, body, sent | headers)
            answered = connection.getresponse()
            return answered.status, dict(answered.getheaders()), answered.read()
        finally:
            connection.close()

    def raw(self, head: bytes, source: str = HOST) -> Answer:
        """What comes back to a head that no client library would send."""
        with self.connection(source) as connection:
            connection.sendall(head)
            answered = HTTPResponse(connection)
            answered.begin()
            return answered.status, dict(answered.getheaders()), answered.read()

    def connection(self, source: str = HOST) -> ssl.SSLSocket:
        """A connection on which nothing was sent yet, from an address of this machine."""
        plain = socket.create_connection((HOST, self.port), timeout=10, source_address=(source, 0))
        return self._context.wrap_socket(plain, server_hostname=NAME)

    def status(self, path: str) -> int:
        self.nginx.check()
        try:
            return self.call(path)[0]
        except OSError:
            return 0

    def stop(self) -> None:
        self.nginx.stop()
        self.service.stop()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with single(tmp_path_factory.mktemp("store")) as store:
        front = Front(tmp_path_factory.mktemp("front"), store)
        yield front
        front.stop()


def batch(padding: int = 0) -> bytes:
    return json.dumps({"records": [record(NUMBER, **PLANTED) | {"note": "x" * padding}]}).encode()


def test_a_request_id_goes_there_and_comes_back(front: Front) -> None:
    status, headers, _ = front.call("/v1/mask", batch(), **{"X-Request-Id": "label-7.2"})

    assert (status, headers["X-Request-Id"]) == (200, "label-7.2")
    assert '"request_id":"label-7.2"' in front.service.log


def test_without_one_the_service_s_own_comes_back(front: Front) -> None:
    assert len(front.call("/v1/mask", batch())[1]["X-Request-Id"]) == 32


@pytest.mark.parametrize(("padding", "status"), [(1_900_000, 200), (2_500_000, 413)])
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
    tokens = (jwt.encode(claims | {"groups": "x" * size}, KEY, "ES256") for size in range(MAX_TOKEN_LENGTH, 0, -1))
    return next(token for token in tokens if len(token) <= MAX_TOKEN_LENGTH)


def test_the_longest_token_that_the_service_takes_passes(front: Front) -> None:
    token = longest_token()
    status, _, content = front.call("/v1/cases", Authorization=f"Bearer {token}")

    assert len(token) > MAX_TOKEN_LENGTH - 4
    assert (status, json.loads(content)) == (200, {"cases": []})


def test_a_head_that_the_service_does_not_take_is_refused_as_a_problem(front: Front) -> None:
    status, headers, content = front.call("/v1/mask", batch(), **{f"X-{at}": "x" for at in range(60)})

    assert (status, json.loads(content)["code"]) == (400, "bad-request")
    assert headers["X-Request-Id"]


CASES = b"GET /v1/cases HTTP/1.1\r\nHost: masking.example\r\n"
REFUSED = {
    "no host": (b"GET /v1/cases HTTP/1.1\r\n\r\n", "bad-request"),
    "a long address": (b"GET /%s HTTP/1.1\r\nHost: masking.example\r\n\r\n" % (b"x" * 10_000), "bad-request"),
    "a long field": (CASES + b"X-A: %s\r\n\r\n" % (b"x" * 10_000), "bad-request"),
    "many long fields": (CASES + b"".join(b"X-%d: %s\r\n" % (at, b"x" * 8_500) for at in range(5)), "bad-request"),
    "no request line": (NUMBER.encode() + b"\r\n\r\n", "bad-request"),
    "another version": (b"GET /v1/cases HTTP/9.9\r\nHost: masking.example\r\n\r\n", "bad-request"),
    "another encoding": (CASES + b"Transfer-Encoding: gzip\r\n\r\n", "bad-request"),
    "two lengths": (CASES + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "bad-request"),
    "a broken chunk": (CASES + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "bad-request"),
    "a body that is too large": (CASES + b"Content-Length: 3000000\r\n\r\n", "too-large"),
    "another method": (b"TRACE /v1/cases HTTP/1.1\r\nHost: masking.example\r\n\r\n", "method-not-allowed"),
    "an internal address": (
        b"GET /refused-by-the-proxy/overloaded HTTP/1.1\r\nHost: masking.example\r\n\r\n",
        "not-found",
    ),
}


@pytest.mark.parametrize(("sent", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_nginx_refuses_is_a_problem_of_the_contract(front: Front, sent: bytes, code: str) -> None:
    assert_problem(front.raw(sent), code)


def test_a_connection_ends_when_the_rest_of_a_body_does_not_come(front: Front) -> None:
    with front.connection() as connection:
        connection.sendall(CASES + b"Content-Length: 100\r\n\r\n{")

        try:
            answered = connection.recv(100)
        except ConnectionResetError:  # it ended with something unread
            answered = b""
        assert answered == b""


def assert_problem(answer: Answer, code: str) -> None:
    """The answer is what the service itself would say."""
    status, headers, content = answer
    expected = Problem(code).body()
    assert (status, json.loads(content)) == (expected["status"], expected)
    assert (headers["Content-Type"], headers["Cache-Control"]) == ("application/problem+json", "no-store")
    assert headers["Content-Language"] == "en"
    assert len(headers["X-Request-Id"]) == 32
    assert headers.get("Retry-After") == ("1" if status == 503 else None)


@pytest.mark.parametrize("kind", ["an API key", "a JWT"])
def test_one_caller_gets_thirty_requests_at_the_same_time(front: Front, kind: str) -> None:
    credential = front.key if kind == "an API key" else "x" * 3_000 + front.key
    head = CASES + b"Authorization: Bearer %s\r\n" % credential.encode()
    with ExitStack() as stack:
        for _ in range(30):
            stack.enter_context(front.connection()).sendall(head + b"Content-Length: 100\r\n\r\n{")
        wait_for(lambda: front.raw(head + b"\r\n")[0] == 503, "thirty requests are there")
        refused = front.raw(head + b"\r\n")
        other = front.raw(CASES + b"Authorization: Bearer other\r\n\r\n")

    assert_problem(refused, "overloaded")
    assert other[0] == 401


@pytest.mark.parametrize(
    "spelt", ["bearer {}", "BEARER {}", "bEaReR  {}", "Bearer\t{}", "Bearer {} ", "\tBearer \t{}\t"]
)
def test_one_key_is_one_caller_however_its_scheme_is_spelt(front: Front, spelt: str) -> None:
    with ExitStack() as stack:
        for _ in range(30):
            head = CASES + b"Authorization: Bearer %s\r\nContent-Length: 100\r\n\r\n{" % front.key.encode()
            stack.enter_context(front.connection()).sendall(head)
        other = CASES + b"Authorization: %s\r\n\r\n" % spelt.format(front.key).encode()
        wait_for(lambda: front.raw(other)[0] == 503, "its thirty requests are there")


def test_an_address_that_invents_credentials_leaves_places_to_other_addresses(front: Front) -> None:
    def slow(number: int) -> bytes:
        return CASES + b"Authorization: Bearer invented-%d\r\nContent-Length: 100\r\n\r\n{" % number

    with ExitStack() as stack:
        for number in range(258):
            stack.enter_context(front.connection("127.0.0.2")).sendall(slow(number))
        wait_for(lambda: front.raw(CASES + b"\r\n", "127.0.0.2")[0] == 503, "its places are taken")
        refused = front.raw(CASES + b"\r\n", "127.0.0.2")
        answered, _, _ = front.call("/v1/mask", batch())

    assert_problem(refused, "overloaded")
    assert answered == 200


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_spelling_of_the_metrics_path_finds_them_through_the_proxy(front: Front, path: str) -> None:
    status, _, content = front.call(path)

    assert (status, b"masking_" in content) == (404, False)


@pytest.mark.parametrize("path", SPELLINGS)
def test_the_service_itself_has_no_metrics_at_its_own_port(front: Front, path: str) -> None:
    status, _, content = front.service.call(front.key, "GET", path)

    assert (status, b"masking_" in content) == (404, False)


def test_metrics_have_a_port_of_their_own_where_nothing_else_answers(front: Front) -> None:
    there = {
        path: front.service.call(front.key, "GET", path, port=front.metrics)
        for path in ("/metrics", "/metrics/", "/v1/me", "/healthz", "/")
    }
    posted = front.service.call(front.key, "POST", "/v1/mask", {"records": [record(NUMBER)]}, front.metrics)

    assert {path: status for path, (status, _, _) in there.items()} == {
        "/metrics": 200,
        "/metrics/": 404,
        "/v1/me": 404,
        "/healthz": 404,
        "/": 404,
    }
    assert b"masking_requests_total" in there["/metrics"][2]
    assert (posted[0], posted[2]) == (404, b"")


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

    assert [trace for trace in (*TRACES, NUMBER.encode(), front.key.encode()) if trace in front.nginx.written()] == []
    assert b" 200 " in front.nginx.written()


def test_a_service_that_is_gone_is_a_503_of_the_contract(front: Front) -> None:
    """Last of this file: it does not come back."""
    front.service.stop()

    assert_problem(front.call(f"/v1/waybills/{NUMBER}"), "unavailable")
    assert NUMBER.encode() not in front.nginx.written()
