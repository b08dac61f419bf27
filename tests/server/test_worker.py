"""What the worker answers to a request that gunicorn cannot parse."""

import io
import json
import socket

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidChunkSize, InvalidRequestLine, ParseException

from masking_service.server.worker import Worker

PLANTED = "13955550001"


def answered(request: object, error: Exception) -> bytes:
    """All bytes that come back where this error was met."""
    worker = Worker(1, 1, [], None, 30, Config(), None)
    client, server = socket.socketpair()
    try:
        worker.handle_error(request, server, ("127.0.0.1", 1), error)
        server.close()
        return client.recv(10_000)
    finally:
        client.close()
        worker.tmp.close()


def test_it_is_a_problem_that_repeats_nothing() -> None:
    head, _, content = answered(None, InvalidRequestLine(PLANTED)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n")
    assert b"\r\nContent-Length: %d\r\n" % len(content) in head
    assert json.loads(content)["code"] == "bad-request"
    assert b"\r\nContent-Language: en\r\n" in head
    assert PLANTED.encode() not in head + content


@pytest.mark.parametrize(
    ("request_", "error"), [(None, RuntimeError()), (object(), InvalidChunkSize(b"zz")), (object(), ParseException())]
)
def test_the_connection_ends_without_a_second_answer_behind_one_of_the_application(
    request_: object, error: Exception
) -> None:
    assert answered(request_, error) == b""


def test_a_client_that_has_gone_does_no_harm() -> None:
    worker = Worker(1, 1, [], None, 30, Config(), None)
    client, server = socket.socketpair()
    client.close()
    server.shutdown(socket.SHUT_RDWR)

    worker.handle_error(None, server, ("127.0.0.1", 1), ParseException())

    worker.tmp.close()
    server.close()


def test_only_the_kind_and_the_place_of_the_error_are_logged(logged: io.BytesIO) -> None:
    answered(None, InvalidRequestLine(PLANTED))

    line = json.loads(logged.getvalue())
    assert (line["event"], line["error"]) == ("refused", "InvalidRequestLine")
    assert PLANTED not in json.dumps(line)
