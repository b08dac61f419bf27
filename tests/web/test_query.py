"""Queries and numbers: what is misspelt, unknown or given twice is refused, because it would silently do nothing."""

from __future__ import annotations

import pytest

from tests.web.api import Api, record, refusal
from tests.web.people import COURIER, DESK, PRINTER


@pytest.mark.parametrize(
    ("who", "path", "pointer"),
    [
        (DESK, "/v1/cases?status=opne", "query:status"),
        (DESK, "/v1/cases?status=", "query:status"),
        (DESK, "/v1/cases?status=open&status=pending", "query:status"),
        (DESK, "/v1/cases?statsu=open", "query:statsu"),
        (COURIER, "/v1/waybills/SF1234567890?profile=", "query:profile"),
        (COURIER, "/v1/waybills/SF1234567890?profil=courier", "query:profil"),
        (None, "/readyz?for=maks", "query:for"),
    ],
)
def test_a_query_that_is_none_is_refused_with_its_place(api: Api, who: str | None, path: str, pointer: str) -> None:
    answered = api.get(who, path)
    assert refusal(answered) == (422, "invalid-request")
    assert [fault["pointer"] for fault in answered.get_json()["errors"]] == [pointer]


def test_whole_seconds_may_be_written_with_a_fraction_of_nothing(api: Api) -> None:
    opened = api.open_case("D-1", "SF1234567890", expires_in=60.0)
    assert opened["status"] == "open"


@pytest.mark.parametrize("seconds", [60.5, 1e300, -60.0])
def test_other_numbers_are_no_seconds(api: Api, seconds: float) -> None:
    body = {"case": "D-1", "purpose": "dispute", "waybills": ["SF1234567890"], "reason": "x", "expires_in": seconds}
    answered = api.post(DESK, "/v1/cases", body)
    assert refusal(answered) == (422, "invalid-request")
    assert [fault["pointer"] for fault in answered.get_json()["errors"]] == ["/expires_in"]


def test_a_site_has_no_line_feed_behind_it(api: Api) -> None:
    answered = api.post(PRINTER, "/v1/tokenize", {"records": [record()], "custody": {"site": "021001\n"}})
    assert refusal(answered) == (422, "invalid-request")


def test_the_address_of_many_views_has_one_method(api: Api) -> None:
    answered = api.call(COURIER, "DELETE", "/v1/waybills/view")
    assert answered.status_code == 405
    assert set(answered.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
