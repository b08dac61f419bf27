"""What is logged of a request that fails inside the service, and of one that is refused because of overload."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from keys.errors import ProviderError
from masking_service.http.app import OVERLOADED
from masking_service.store.errors import StoreUnavailable
from tests.web.api import Api, record, refusal
from tests.web.people import PRINTER


def lines(logged: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (StoreUnavailable("timeout"), "unavailable", "timeout"),
        (ProviderError("https://bao: cannot be reached"), "unavailable", "https://bao: cannot be reached"),
        (RuntimeError("13955550001"), "internal", ""),
    ],
)
def test_a_failure_is_a_503_and_a_line_with_its_kind_place_and_reason(
    api: Api, logged: io.BytesIO, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, reason: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(api.parts.acting.authenticator, "authenticate", fail)
    answered = api.post(PRINTER, "/v1/mask", {"records": [record()]})

    (failed,) = [line for line in lines(logged) if line["event"] == "failed"]
    assert refusal(answered) == (503, code)
    assert (failed["error"], failed["request_id"]) == (type(error).__name__, answered.headers["X-Request-Id"])
    assert "test_refusal_log:" in failed["where"]
    assert failed["reason"] == reason
    assert "13955550001" not in logged.getvalue().decode()


def test_a_request_over_the_bound_is_refused_before_its_credential_is_read(api: Api, logged: io.BytesIO) -> None:
    answered = api.app.test_client().post("/v1/tokenize", environ_overrides={OVERLOADED: True})

    assert refusal(answered) == (503, "overloaded")
    assert (answered.headers["Retry-After"], answered.headers["Cache-Control"]) == ("1", "no-store")
    assert [line["event"] for line in lines(logged)] == ["request"]
