"""What never reaches the application: requests that are no sound HTTP are 400 problems, and none of them is logged."""

import gzip
import json
import re
import socket

import pytest

from tests.e2e.processes import Running

pytestmark = pytest.mark.xdist_group("e2e/service")  # one process starts the service that they share
PLANTED = b"13955550001"
POST = b"POST /v1/mask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

UNREADABLE = {
    "a long address": b"GET /v1/waybills/" + PLANTED * 500 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no request line": PLANTED + b"\r\n\r\n",
    "a request line of two words": b"GET /" + PLANTED + b"\r\n\r\n",
    "another protocol": b"GET /" + PLANTED + b" FTP/1.1\r\n\r\n",
    "a version from nowhere": b"GET /" + PLANTED + b" HTTP/9.9\r\n\r\n",
    "a method in small letters": b"get /" + PLANTED + b" HTTP/1.1\r\n\r\n",
    "too many headers": b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %b\r\n" % (at, PLANTED) for at in range(60)) + b"\r\n",
    "a long header": b"GET / HTTP/1.1\r\nX: " + PLANTED * 1_000 + b"\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\n" + PLANTED + b"\r\n\r\n",
    "a header with a space in its name": b"GET / HTTP/1.1\r\nX " + PLANTED + b": 1\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nX: 1\r\n " + PLANTED + b"\r\n\r\n",
    "an odd transfer encoding": POST + b"Transfer-Encoding: " + PLANTED + b"\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and a transfer encoding": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is none": POST + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -2\r\n\r\n{}",
}


@pytest.mark.parametrize("request_bytes", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_sound_http_is_a_problem_of_400(service: Running, request_bytes: bytes) -> None:
    status, headers, content = service.raw(request_bytes)

    assert status == 400
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(content)["code"] == "bad-request"
    assert PLANTED not in content
    assert (headers["Cache-Control"], headers["Content-Language"]) == ("no-store", "en")
    assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])


def test_nothing_of_such_a_request_is_logged(service: Running) -> None:
    for request_bytes in UNREADABLE.values():
        service.raw(request_bytes)

    assert PLANTED.decode() not in service.log
    assert "Traceback" not in service.log


def authorised(service: Running) -> bytes:
    return POST + b"Authorization: Bearer %b\r\n" % service.credentials["label-printer"].encode()


def test_a_body_in_chunks_is_taken(service: Running) -> None:
    chunks = (b"5\r\n" + b'{"rec' + b"\r\n", b"a\r\n" + b'ords":[{}]' + b"\r\n", b"1\r\n}\r\n0\r\n\r\n")

    status, _, content = service.raw(authorised(service) + b"Transfer-Encoding: chunked\r\n\r\n", *chunks)

    assert (status, len(json.loads(content)["results"])) == (200, 1)


def test_a_body_in_chunks_has_the_same_limit(service: Running) -> None:
    chunk = b"%x\r\n%b\r\n" % (2**16, b" " * 2**16)

    status, _, content = service.raw(
        authorised(service) + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", *[chunk] * 33, b"0\r\n\r\n"
    )

    assert (status, json.loads(content)["code"]) == (413, "too-large")


def test_a_body_in_chunks_that_are_packed_is_not_unpacked(service: Running) -> None:
    packed = gzip.compress(b'{"records":[{}]}')
    chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed)

    status, _, content = service.raw(authorised(service) + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk)

    assert (status, json.loads(content)["code"]) == (400, "invalid-json")


@pytest.mark.parametrize("chunk", [b"zz\r\n{}\r\n0\r\n\r\n", b"-2\r\n{}\r\n0\r\n\r\n", b"2\r\n{}xx0\r\n\r\n"])
def test_a_body_in_broken_chunks_is_refused(service: Running, chunk: bytes) -> None:
    status, headers, _ = service.raw(authorised(service) + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)

    assert status == 400
    assert headers["Content-Type"] == "application/problem+json"


def test_a_body_that_is_too_long_by_its_length_is_refused(service: Running) -> None:
    size = 2 * 1024 * 1024 + 1

    status, _, content = service.raw(
        authorised(service) + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % size, b" " * size
    )

    assert (status, json.loads(content)["code"]) == (413, "too-large")


def test_what_is_refused_before_it_is_read_keeps_its_request_id(service: Running) -> None:
    head = authorised(service) + b"X-Request-Id: mine\r\nContent-Length: 9999999\r\n\r\n"

    status, headers, content = service.raw(head)

    assert (status, json.loads(content)["code"]) == (413, "too-large")
    assert headers["X-Request-Id"] == "mine"


def test_an_expected_body_is_asked_for(service: Running) -> None:
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(authorised(service) + b"Expect: 100-continue\r\nContent-Length: 16\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"records":[{}]}')
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_that_come_together_are_answered_one_after_another(service: Running) -> None:
    first = authorised(service) + b"Content-Length: 16\r\n\r\n" + b'{"records":[{}]}'
    chunked = authorised(service) + b"Transfer-Encoding: chunked\r\n\r\n10\r\n" + b'{"records":[{}]}\r\n0\r\n\r\n'
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        connection.sendall(first + chunked + first + last)
        answers = b"".join(iter(lambda: connection.recv(10_000), b""))

    assert answers.count(b"HTTP/1.1 200 OK") == 4
    assert answers.endswith(b'{"status":"alive"}')


@pytest.mark.parametrize("host", [b"a b", b"[::1", b"x/../y", b"\xff", b""])
def test_an_odd_host_does_no_harm(service: Running, host: bytes) -> None:
    assert service.raw(b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")[0] in (200, 400)


def test_an_expectation_is_met_or_refused_as_the_contract_has_it(service: Running) -> None:
    status, _, _ = service.raw(authorised(service) + b"Expect: " + PLANTED + b"\r\nContent-Length: 2\r\n\r\n{}")

    assert status in (400, 422)


def test_a_forwarded_address_is_not_believed_and_not_logged(service: Running) -> None:
    status, _, _ = service.raw(
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: " + PLANTED + b"\r\nConnection: close\r\n\r\n"
    )

    assert status == 200
    assert PLANTED.decode() not in service.log


@pytest.mark.parametrize(
    "header", [b"SCRIPT_NAME: /x", b"Script-Name: /x", b"X-Script-Name: /x", b"PATH_INFO: /healthz"]
)
def test_no_header_moves_the_address(service: Running, header: bytes) -> None:
    status, _, _ = service.raw(b"GET /x/healthz HTTP/1.1\r\nHost: x\r\n" + header + b"\r\nConnection: close\r\n\r\n")

    assert status == 404
