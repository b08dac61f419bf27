"""Queries and numbers: what is misspelt, unknown or given twice is refused, because it would silently do nothing."""

from __future__ import annotations

import pytest

from tests.every import every
from tests.web.api import NUMBER, Api, record, refusal
from tests.web.people import AUDITOR, COURIER, DESK, PRINTER, PRIVACY, SUPERVISOR


@every(
    ("who", "path", "pointer"),
    [
        (DESK, "/v1/cases?status=opne", "query:status"),
        (DESK, "/v1/cases?status=", "query:status"),
        (DESK, "/v1/cases?status=open&status=pending", "query:status"),
        (DESK, "/v1/cases?statsu=open", "query:statsu"),
        (COURIER, "/v1/waybills/SF1234567890?profile=", "query:profile"),
        (COURIER, "/v1/waybills/SF1234567890?profil=courier", "query:profil"),
        (COURIER, "/v1/waybills/SF1234567890?profile=courier&profile=courier", "query:profile"),
        (SUPERVISOR, "/v1/cases?state=open", "query:state"),
        (SUPERVISOR, "/v1/cases?status=open&status=open", "query:status"),
        (SUPERVISOR, "/v1/cases?status=lost", "query:status"),
        (SUPERVISOR, "/v1/cases?waybill=?", "query:waybill"),
        (SUPERVISOR, "/v1/cases?waybill=13812345678", "query:waybill"),
        (SUPERVISOR, "/v1/cases?opened_by=li", "query:opened_by"),
        (AUDITOR, "/v1/audit?limit=0", "query:limit"),
        (AUDITOR, "/v1/audit?limit=1001", "query:limit"),
        (AUDITOR, "/v1/audit?limit=-1", "query:limit"),
        (AUDITOR, "/v1/audit?limit=1.5", "query:limit"),
        (AUDITOR, "/v1/audit?limit=", "query:limit"),
        (AUDITOR, "/v1/audit?limit=null", "query:limit"),
        (AUDITOR, "/v1/audit?limit=%EF%BC%91", "query:limit"),
        (AUDITOR, "/v1/audit?limit=%C2%B2", "query:limit"),
        pytest.param(AUDITOR, f"/v1/audit?limit={'9' * 5000}", "query:limit", id="a limit of 5000 digits"),
        (AUDITOR, "/v1/audit?limit=9999999999999999999999", "query:limit"),
        (AUDITOR, "/v1/audit?limit=1&limit=2", "query:limit"),
        (AUDITOR, "/v1/audit?after=", "query:after"),
        (AUDITOR, "/v1/audit?after=x", "query:after"),
        (AUDITOR, "/v1/audit?after=0000000000000000-0", "query:after"),
        (AUDITOR, "/v1/audit?after=0000000000000000-1%0A", "query:after"),
        (AUDITOR, "/v1/audit?after=0000000000000000-9999999999999999999", "query:after"),
        (AUDITOR, "/v1/audit?after=0000000000000000-%C2%B2", "query:after"),
        (AUDITOR, "/v1/audit?after=0000000000000000-1", "query:after"),
        (AUDITOR, "/v1/audit/summary?by=action&after=0000000000000000-1", "query:after"),
        (SUPERVISOR, "/v1/cases?after=D-unknown", "query:after"),
        (SUPERVISOR, "/v1/cases?after=%20", "query:after"),
        (SUPERVISOR, "/v1/cases?purpose=dispuet", "query:purpose"),
        (AUDITOR, "/v1/audit?outcome=relaesed", "query:outcome"),
        (AUDITOR, "/v1/audit?action=detokenise", "query:action"),
        (AUDITOR, "/v1/audit?principal=officer-7", "query:principal"),
        (AUDITOR, "/v1/audit?case=D%201", "query:case"),
        (AUDITOR, "/v1/audit/summary?by=actor", "query:by"),
        (AUDITOR, "/v1/audit/summary?by=action&per=week", "query:per"),
        (AUDITOR, "/v1/audit?before=x", "query:before"),
        (AUDITOR, "/v1/audit?from=yesterday", "query:from"),
        (AUDITOR, "/v1/audit?from=176407200%C2%B2", "query:from"),
        pytest.param(AUDITOR, f"/v1/audit?from={'9' * 5000}", "query:from", id="a time of 5000 digits"),
        (AUDITOR, "/v1/audit?to=2026-11-24T08:00:00", "query:to"),
        (AUDITOR, "/v1/audit?to=0001-01-01", "query:to"),
        (AUDITOR, "/v1/audit?order=up", "query:order"),
        (AUDITOR, "/v1/audit?waybill=x", "query:waybill"),
        (AUDITOR, "/v1/audit?waybill=138-1234-5678", "query:waybill"),
        (AUDITOR, "/v1/audit?waybill=110101199003074610", "query:waybill"),
        (None, "/readyz?for=maks", "query:for"),
        (DESK, "/v1/me?limit=1", "query:limit"),
        (SUPERVISOR, "/v1/principals/frozen?limit=1", "query:limit"),
    ],
)
def test_a_query_that_is_none_is_refused_with_its_place(api: Api, who: str | None, path: str, pointer: str) -> None:
    answered = api.get(who, path)
    assert refusal(answered) == (422, "invalid-request")
    assert [fault["pointer"] for fault in answered.get_json()["errors"]] == [pointer]
    assert "138" not in answered.text


def test_a_call_without_parameters_is_refused_with_one_and_does_nothing(fresh: Api) -> None:
    (before,) = fresh.tokenize(record())
    answers = [
        fresh.call(PRIVACY, "DELETE", f"/v1/waybills/{NUMBER}?dry_run=1"),
        fresh.post(PRINTER, "/v1/mask?profile=courier", {"records": [record()]}),
    ]

    places = [(refusal(one), one.get_json()["errors"][0]["pointer"]) for one in answers]
    assert places == [((422, "invalid-request"), "query:dry_run"), ((422, "invalid-request"), "query:profile")]
    (after,) = fresh.tokenize(record())
    assert after["tokens"] == before["tokens"]


def test_whole_seconds_may_be_written_with_a_fraction_of_nothing(api: Api) -> None:
    opened = api.open_case("D-1", "SF1234567890", expires_in=60.0)
    assert opened["status"] == "open"


@pytest.mark.parametrize("seconds", [60.5, 1e300, -60.0])
def test_other_numbers_are_no_seconds(api: Api, seconds: float) -> None:
    body = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "x", "expires_in": seconds}
    answered = api.post(DESK, "/v1/cases", body)
    assert refusal(answered) == (422, "invalid-request")
    assert [fault["pointer"] for fault in answered.get_json()["errors"]] == ["/expires_in"]


def test_the_address_of_many_views_has_one_method(api: Api) -> None:
    answered = api.call(COURIER, "DELETE", "/v1/waybills/view")
    assert answered.status_code == 405
    assert set(answered.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


@pytest.mark.parametrize("method", ["OPTIONS", "PATCH"])
@pytest.mark.parametrize("path", ["/v1/decoys", "/v1/waybills/SF1234567890", "/v1/cases", "/v1/me/keys"])
def test_methods_are_named_in_one_order(api: Api, path: str, method: str) -> None:
    named = api.call(DESK, method, path).headers["Allow"].split(", ")

    assert named == sorted(named)
    assert {"GET", "HEAD", "OPTIONS"} <= set(named)
