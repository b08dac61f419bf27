"""Numbers in addresses and forms: what is none is never an error of the desk."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from masking_console.asked import whole_number
from tests.console.conftest import Work
from tests.every import every
from tests.web.api import NUMBER, record

ODD = {
    "empty": "",
    "superscript": "²",
    "full-width": "１２",
    "Devanagari": "१",
    "circled": "③",
    "negative": "-1",
    "signed": "+1",
    "fraction": "1.5",
    "exponent": "1e3",
    "underscore": "1_0",
    "spaces": " 1 ",
    "zero": "0",
    "word": "two",
    "long": "9" * 3000,
    "too long for a number": "9" * 5000,
    "zeroes": "0" * 3000 + "1",
}
"""What a person, or a program, may put where a number from 1 is meant."""
SOME_ODD = {name: ODD[name] for name in ("superscript", "negative", "too long for a number")}
"""For pages, which all read a number by `whole_number`."""


@every("text", ODD.values())
def test_what_is_no_number_of_the_range_is_none(text: str) -> None:
    assert whole_number(text, 1, 500) is None


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("007", 7), ("500", 500), ("501", None)])
def test_a_number_of_the_range_is_read(text: str, number: int | None) -> None:
    assert whole_number(text, 1, 500) == number


@pytest.fixture
def case(work: Work) -> str:
    """A case of twelve waybills, of which the first is stored."""
    work.api.tokenize(record())
    return str(work.api.open_case("D-1", NUMBER, *(f"SF{n:010}" for n in range(11)), officer="dev/p-1")["case"])


@pytest.mark.parametrize("number", SOME_ODD.values(), ids=SOME_ODD)
def test_an_odd_number_of_a_waybill_unfolds_the_first(work: Work, case: str, number: str) -> None:
    answered = work.browser("dispute-officer").get(f"/cases/{case}?waybill={quote(number)}")

    assert answered.status_code == 200
    assert unfolded(answered.text) == NUMBER


@pytest.mark.parametrize(("wanted", "number"), [("SF0000000007", "SF0000000007"), ("0010", "SF0000000010")])
def test_a_waybill_is_unfolded_by_its_number_or_its_end(work: Work, case: str, wanted: str, number: str) -> None:
    answered = work.browser("dispute-officer").get(f"/cases/{case}?waybill={wanted}")

    assert unfolded(answered.text) == number


def unfolded(page: str) -> str:
    """The number of the waybill that a page unfolds."""
    return str(re.findall(r'id="waybill-title"[^>]*>(.*?)<', page)[0])


@pytest.mark.parametrize("hours", SOME_ODD.values(), ids=SOME_ODD)
def test_an_odd_end_of_a_new_case_is_a_day(work: Work, hours: str) -> None:
    form = {"case": "D-2", "purpose": "dispute", "waybills": NUMBER, "reason": "Other", "hours": hours}
    answered = work.browser("service-desk").post("/cases/new", data=form)

    assert (answered.status_code, answered.headers["Location"]) == (303, "/cases/D-2")


@every("max_age", ODD.values())
def test_an_odd_age_is_not_asked_of_the_issuer(work: Work, max_age: str) -> None:
    answered = work.app.test_client().post(
        "/sign-in", data={"max_age": max_age}, headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answered.status_code == 303
    assert ("max_age" in answered.headers["Location"]) is (max_age == "0")


QUERIES = [
    ("dispute-officer", "/cases", "status"),
    ("dispute-officer", "/cases", "after"),
    ("dispute-officer", "/cases", "q"),
    ("dispute-officer", "/cases/D-1/label/SF1234567890", "size"),
    ("privacy-officer", "/waybills", "waybill"),
    ("privacy-officer", "/waybills/SF1234567890/letter", "language"),
    ("auditor", "/audit", "after"),
    ("auditor", "/audit", "from"),
    ("auditor", "/audit", "to"),
    ("auditor", "/audit", "outcome"),
]
TEXTS = [*ODD.values(), "0001-01-01T00:00", "9999-12-31T23:59", "2026-01-01T00:00+08:00", "..", "\0", "\u200b", "😀"]


@pytest.mark.parametrize(("role", "path", "name"), QUERIES)
def test_no_text_in_an_address_is_an_error_of_the_desk(work: Work, case: str, role: str, path: str, name: str) -> None:
    browser = work.browser(role)
    assert case in path or not path.startswith("/cases/")

    failed = [text for text in TEXTS if browser.get(path, query_string={name: text}).status_code >= 500]

    assert failed == []


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "9999-12-31"])
def test_a_time_that_does_not_exist_is_named_and_not_dropped(work: Work, name: str, text: str) -> None:
    answered = work.browser("auditor").get("/audit", query_string={name: text})

    assert answered.status_code == 422
    assert "A date and a time, such as 2026-11-30T08:00" in answered.text
