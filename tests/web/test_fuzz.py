"""Whatever is sent, the answer keeps to the contract: a known status, and a whole problem for every refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.api import Api, record
from tests.web.people import COURIER, DESK, OFFICER, PRINTER, PRIVACY, SUPERVISOR

ANSWERED = {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
"""Those of R8, but for 503: nothing is down here."""
ONE_SERVICE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(["13812345678", "张三", "SF1234567890", "138****5678", "wbt1" + "A" * 23, "$a$b$1$$", "021001"])
)
MEMBERS = (
    "records schema profile replace on_conflict custody site if_unavailable waybills items purpose case token "
    "waybill_no field officer reason expires_in sender recipient name phone address remark"
)
PATHS = (
    "/v1/mask /v1/tokenize /v1/waybills/view /v1/waybills/SF1234567890 /v1/detokenize /v1/cases /v1/cases/D-1 "
    "/v1/cases/D-1/close /v1/principals/frozen /v1/principals/dev%2Fu-9/freeze /v1/principals/%ff/thaw "
    "/v1/principals/%2e%2e%2f/freeze /v1//mask /v1/waybills/%00%ff%ff%ff%ff%ff /v1/cases/%2e%2e /v1 /v1/"
)
HEADERS = (
    "X-Request-Id Content-Encoding Accept Host If-Match Range Cookie X-Forwarded-For X-Forwarded-Proto "
    "X-HTTP-Method-Override Forwarded Content-Range Origin Expect"
)
members = st.sampled_from(MEMBERS.split()) | st.text(max_size=8)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(members, inner, max_size=5), max_leaves=20
)
people = st.sampled_from([PRINTER, COURIER, DESK, OFFICER, SUPERVISOR, PRIVACY, None])
methods = st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE"])
paths = st.sampled_from(PATHS.split())
header_text = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
headers = st.dictionaries(st.sampled_from(HEADERS.split()), header_text, max_size=3)


def keeps_to_the_contract(api: Api, who: str | None, method: str, path: str, **request: Any) -> None:
    answered = api.call(who, method, path, **request)

    assert answered.status_code in ANSWERED, answered.text
    assert answered.headers["X-Request-Id"]
    if answered.status_code >= 400 and method != "HEAD":
        problem = answered.get_json()
        assert answered.content_type == "application/problem+json"
        assert {"type", "title", "status", "code", "detail"} <= problem.keys()
        assert problem["status"] == answered.status_code
        assert {"type", "title", "status", "code", "detail", "errors", "window", "retry_at"} >= problem.keys()


@ONE_SERVICE
@given(who=people, method=methods, path=paths, data=st.binary(max_size=60), headers=headers)
def test_random_bytes(api: Api, who: str | None, method: str, path: str, data: bytes, headers: dict[str, str]) -> None:
    keeps_to_the_contract(api, who, method, path, data=data, headers=headers)


@ONE_SERVICE
@given(who=people, path=paths, body=values)
def test_random_json(api: Api, who: str | None, path: str, body: Any) -> None:
    keeps_to_the_contract(api, who, "POST", path, data=json.dumps(body).encode())


SHAPES: list[tuple[str, str, dict[str, Any], str]] = [
    (PRINTER, "/v1/mask", {}, "records"),
    (PRINTER, "/v1/tokenize", {}, "records"),
    (COURIER, "/v1/waybills/view", {}, "waybills"),
    (OFFICER, "/v1/waybills/view", {}, "waybills"),
    (OFFICER, "/v1/detokenize", {"purpose": "dispute", "case": "D-1"}, "items"),
    (DESK, "/v1/cases", {"case": "D-2", "purpose": "dispute", "reason": "x"}, "waybills"),
]


@pytest.mark.parametrize(("who", "path", "body", "member"), SHAPES, ids=[f"{shape[0]} {shape[1]}" for shape in SHAPES])
@ONE_SERVICE
@given(items=st.lists(values, max_size=4))
def test_random_items(api: Api, who: str, path: str, body: dict[str, Any], member: str, items: list[Any]) -> None:
    api.post(DESK, "/v1/cases", {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "x"})

    keeps_to_the_contract(api, who, "POST", path, data=json.dumps({**body, member: items}).encode())


@ONE_SERVICE
@given(
    change=st.dictionaries(st.sampled_from(["sender", "recipient", "remark", "waybill_no", "x"]), values, max_size=3)
)
def test_random_records_are_answered_one_by_one(api: Api, change: dict[str, Any]) -> None:
    for path in ("/v1/mask", "/v1/tokenize"):
        body = {"records": [record("SF1111111111"), record() | change, record("SF2222222222")], "on_conflict": "revise"}
        if path == "/v1/mask":
            del body["on_conflict"]
        answered = api.post(PRINTER, path, data=json.dumps(body).encode())
        results = answered.get_json()["results"]
        assert answered.status_code == 200
        assert ["record" in result for result in (results[0], results[2])] == [True, True]


@ONE_SERVICE
@given(query=st.text(max_size=30), who=people)
def test_random_queries(api: Api, query: str, who: str | None) -> None:
    for path in ("/v1/waybills/SF1234567890", "/v1/cases"):
        keeps_to_the_contract(api, who, "GET", f"{path}?{query.replace('#', '')}")


@ONE_SERVICE
@given(credential=header_text)
def test_random_credentials_are_refused(api: Api, credential: str) -> None:
    answered = api.post(None, "/v1/mask", {"records": []}, headers={"Authorization": credential})

    assert answered.status_code == 401
