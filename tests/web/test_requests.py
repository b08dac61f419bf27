"""What holds for every request: its shape, its id, its encoding, and how it is refused."""

from __future__ import annotations

import re
from itertools import count

import pytest
from werkzeug.test import TestResponse

from tests.every import every
from tests.web.api import NUMBER, SITE, Api, Json, content, record, refusal, token
from tests.web.people import COURIER, DESK, OFFICER, PRINTER, PRIVACY

CASE: Json = {"case": "D-1", "purpose": "dispute", "waybills": [NUMBER], "reason": "x"}


@every(
    ("who", "path", "body", "pointer"),
    [
        (PRINTER, "/v1/mask", {}, "/records"),
        (PRINTER, "/v1/mask", [], ""),
        (PRINTER, "/v1/mask", None, ""),
        (PRINTER, "/v1/mask", {"records": [], "profle": "label"}, "/profle"),
        (PRINTER, "/v1/mask", {"records": {}}, "/records"),
        (PRINTER, "/v1/mask", {"records": None}, "/records"),
        (PRINTER, "/v1/mask", {"records": [], "profile": 7}, "/profile"),
        (PRINTER, "/v1/mask", {"records": [], "profile": ""}, "/profile"),
        (PRINTER, "/v1/mask", {"records": [], "schema": 7}, "/schema"),
        (PRINTER, "/v1/mask", {"records": [], "replace": "token"}, "/replace"),
        (PRINTER, "/v1/tokenize", {"records": [], "replace": "none"}, "/replace"),
        (PRINTER, "/v1/tokenize", {"records": [], "on_conflict": True}, "/on_conflict"),
        (PRINTER, "/v1/tokenize", {"records": [], "if_unavailable": "ignore"}, "/if_unavailable"),
        (PRINTER, "/v1/tokenize", {"records": [], "custody": "021001"}, "/custody"),
        (PRINTER, "/v1/tokenize", {"records": [], "custody": {}}, "/custody/site"),
        (PRINTER, "/v1/tokenize", {"records": [], "custody": {"site": "a b"}}, "/custody/site"),
        (PRINTER, "/v1/tokenize", {"records": [], "custody": {"site": "021001\n"}}, "/custody/site"),
        (
            PRINTER,
            "/v1/tokenize",
            {"records": [], "custody": {"site": SITE, "courier": "client/c"}},
            "/custody/courier",
        ),
        (COURIER, "/v1/waybills/view", {"waybills": NUMBER}, "/waybills"),
        (OFFICER, "/v1/detokenize", {"purpose": "dispute"}, "/items"),
        (OFFICER, "/v1/detokenize", {"items": [], "purpose": ["dispute"]}, "/purpose"),
        (OFFICER, "/v1/detokenize", {"items": [], "case": 7}, "/case"),
        (OFFICER, "/v1/detokenize", {"items": {}, "purpose": "dispute"}, "/items"),
        (DESK, "/v1/cases", CASE | {"force": True}, "/force"),
        (DESK, "/v1/cases", CASE | {"waybills": NUMBER}, "/waybills"),
    ],
)
def test_a_body_of_another_shape_is_refused_by_its_place(
    api: Api, who: str, path: str, body: object, pointer: str
) -> None:
    answered = api.post(who, path, body, data=b"null" if body is None else None)

    assert refusal(answered) == (422, "invalid-request")
    assert [error["pointer"] for error in answered.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize("encoding", ["gzip", "identity, gzip", "br", "deflate, gzip", "x"])
def test_an_encoded_body_is_refused(api: Api, encoding: str) -> None:
    answered = api.post(PRINTER, "/v1/mask", {"records": []}, headers={"Content-Encoding": encoding})

    assert refusal(answered) == (415, "unsupported-media-type")


@pytest.mark.parametrize("encoding", ["identity", " Identity ", ""])
def test_a_body_that_says_it_has_no_encoding_is_read(api: Api, encoding: str) -> None:
    assert api.post(PRINTER, "/v1/mask", {"records": []}, headers={"Content-Encoding": encoding}).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        (None, 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/problem+json", 415),
        ("application/jsonp", 415),
    ],
)
def test_a_body_is_json_by_its_type(api: Api, content_type: str | None, status: int) -> None:
    answered = api.post(PRINTER, "/v1/mask", data=b'{"records":[]}', content_type=content_type)

    assert answered.status_code == status


@pytest.mark.parametrize("given", ["a", "A-z_0.9", "x" * 64, "7f3c"])
def test_a_request_id_is_taken_and_returned(api: Api, given: str) -> None:
    assert api.get(None, "/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "张三", "a/b", "a\tb", "13812345678", "req-13812345678"])
def test_another_request_id_is_replaced(api: Api, given: str) -> None:
    answered = api.get(None, "/healthz", headers={"X-Request-Id": given.encode().decode("latin-1")})

    assert re.fullmatch(r"[0-9a-f]{32}", answered.headers["X-Request-Id"])


def test_every_request_gets_an_id_of_its_own(api: Api) -> None:
    assert len({api.get(None, "/healthz").headers["X-Request-Id"] for _ in range(9)}) == 9


def one_of_each(api: Api) -> dict[int, TestResponse]:
    """A refusal of every status that the service has."""
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    opened: Json = {"purpose": "dispute", "case": "D-1"}
    api.opened(*[{"waybill_no": NUMBER, "field": "/sender/phone"}] * 20)
    answers = [
        api.post(PRINTER, "/v1/mask", data=b"{"),
        api.post(OFFICER, "/v1/detokenize", {"items": []}),
        api.post(None, "/v1/mask", {"records": []}),
        api.post(COURIER, "/v1/mask", {"records": []}),
        api.get(OFFICER, "/v1/waybills/SF0000000000"),
        api.get(PRINTER, "/v1/mask"),
        api.post(DESK, "/v1/cases", CASE),
        api.post(PRINTER, "/v1/mask", data=b" " * (2 * 1024 * 1024 + 1)),
        api.post(PRINTER, "/v1/mask", data=b"{}", content_type="text/plain"),
        api.post(PRINTER, "/v1/mask", {}),
        api.post(OFFICER, "/v1/detokenize", {"items": [{"waybill_no": NUMBER, "field": "/sender/phone"}], **opened}),
    ]
    return {answer.status_code: answer for answer in answers}


def test_an_invalid_host_changes_no_answer(api: Api) -> None:
    assert api.get(None, "/healthz", headers={"Host": "a b"}).status_code == 200


def test_an_upgrade_is_refused(api: Api) -> None:
    upgrade = {"Connection": "upgrade", "Upgrade": "websocket"}
    assert refusal(api.get(None, "/healthz", headers=upgrade)) == (400, "bad-request")


def test_every_refusal_is_a_whole_problem_document(api: Api) -> None:
    answers = one_of_each(api)

    assert set(answers) == {400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
    for status, answered in answers.items():
        problem = answered.get_json()
        assert answered.content_type == "application/problem+json"
        assert problem["status"] == status
        assert problem["type"] == f"/problems/{problem['code']}"
        assert problem["title"]
        assert problem["detail"]


def test_nothing_that_is_answered_may_be_kept_on_the_way(api: Api) -> None:
    api.tokenize(record())
    answers = [
        *one_of_each(api).values(),
        api.post(PRINTER, "/v1/mask", {"records": [record()]}),
        api.post(PRINTER, "/v1/tokenize", {"records": [record()]}),
        api.get(OFFICER, f"/v1/waybills/{NUMBER}"),
        api.post(OFFICER, "/v1/waybills/view", {"waybills": [NUMBER]}),
        api.get(DESK, "/v1/cases"),
        api.get(DESK, "/v1/cases/D-1"),
        api.call(DESK, "OPTIONS", "/v1/cases"),
        api.detokenize(token("wbt")),
        api.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}"),
    ]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert {answer.headers["X-Content-Type-Options"] for answer in answers} == {"nosniff"}
    assert all(answer.headers["X-Request-Id"] for answer in answers)


def test_without_a_store_what_needs_it_is_503_and_masking_goes_on(storeless: Api) -> None:
    assert storeless.post(PRINTER, "/v1/mask", {"records": [record()]}).status_code == 200
    assert storeless.get(None, "/readyz?for=mask").status_code == 200
    assert storeless.get(None, "/readyz").status_code == 503
    for answered in (
        storeless.get(OFFICER, f"/v1/waybills/{NUMBER}"),
        storeless.detokenize(token("wbt")),
        storeless.get(DESK, "/v1/cases"),
        storeless.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}"),
    ):
        assert refusal(answered) == (503, "unavailable")


def test_what_a_store_that_is_not_ready_lacks_is_said(storeless: Api) -> None:
    assert [fault["check"] for fault in storeless.get(None, "/readyz").get_json()["faults"]] == ["store"]


@every("path", ["/v1/mask", "/v1/tokenize"])
def test_a_batch_for_which_there_is_no_time_is_answered_as_far_as_it_came(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    records = [record(f"SF{at:010}", remark=f"Attn: Mr. Smith, Flat {at}, 12 Baker Street") for at in range(90)]
    pauses = count()
    monkeypatch.setattr("masking_service.masking.records.record.AT_ONCE", 40)
    for room in ("mask", "tokenize"):
        monkeypatch.setattr(f"masking_service.service.waybills.{room}.give_way", lambda: next(pauses) < 50)

    answered = content(api.post(PRINTER, path, {"records": records}))

    failed = [one.get("error", {}).get("code") for one in answered["results"]]
    assert 0 < answered["failed"] < len(records)
    assert failed == sorted(failed, key=bool)
    assert {*failed} == {None, "too-large"}
