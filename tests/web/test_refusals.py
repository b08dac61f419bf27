"""Answers that the application never sees have the same form as its own."""

from __future__ import annotations

import json

import pytest

from masking_service.web.refusals import BAD_REQUEST, OVERLOADED, refusal

NAMED = "13955550001"


def parts(answer: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, content = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), content


def test_overload_is_a_problem_that_says_when_to_come_back() -> None:
    status, headers, content = parts(refusal(OVERLOADED, "", close=False, headers_only=False, fault=""))

    assert status == "HTTP/1.1 503 Service Unavailable"
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Retry-After"] == "1"
    assert headers["Cache-Control"] == "no-store"
    assert json.loads(content)["code"] == "overloaded"


@pytest.mark.parametrize(("close", "said"), [(True, "close"), (False, "keep-alive")])
def test_it_says_whether_the_connection_goes_on(close: bool, said: str) -> None:
    _, headers, _ = parts(refusal(BAD_REQUEST, "", close=close, headers_only=False, fault=""))

    assert headers["Connection"] == said


def test_a_head_request_gets_the_length_and_no_content() -> None:
    whole = refusal(BAD_REQUEST, "same", close=True, headers_only=False, fault="")
    _, headers, content = parts(refusal(BAD_REQUEST, "same", close=True, headers_only=True, fault=""))

    assert content == b""
    assert int(headers["Content-Length"]) == len(parts(whole)[2])


def test_a_sound_id_is_returned() -> None:
    _, headers, _ = parts(refusal(OVERLOADED, "print-7", close=True, headers_only=False, fault=""))

    assert headers["X-Request-Id"] == "print-7"


@pytest.mark.parametrize("given", [NAMED, "a b", "x" * 65, "ü"])
def test_an_id_that_is_unsound_or_personal_is_replaced(given: str) -> None:
    answer = refusal(OVERLOADED, given, close=True, headers_only=False, fault="")

    assert given.encode() not in answer
    assert len(parts(answer)[1]["X-Request-Id"]) == 32
