"""Grade and deadlines of incidents, by the countries' files."""

from __future__ import annotations

import string
from contextlib import suppress
from importlib import resources
from typing import Any

import msgspec
import pytest

from masking_service.masking.strict_yaml import read_yaml
from masking_service.masking.timestamps import rfc3339, unix_time
from masking_service.service.incidents.duties import Country, Duty, countries, duties_of, form_of, grade_of
from masking_service.service.incidents.state import IncidentRecord, PackFile
from tests.every import every

FOUND = "2026-11-29T02:00:00Z"
"""Ten in the morning in China, eleven in Korea and Japan."""
DIGEST = "0123456789abcdef" * 4


def incident(code: str, **known: Any) -> IncidentRecord:
    known = {"persons": None, "flags": frozenset(), **known}
    return IncidentRecord("I-1", "sold list", (code,), unix_time(FOUND), 0, "staff/p", **known)


def deadline(code: str, duty: str, **known: Any) -> str:
    """The deadline of a duty: a time, `at once`, `later`, or `none` where nothing is due."""
    return next((told(one) for one in duties_of(incident(code, **known)) if one.id == duty), "none")


def told(duty: Duty) -> str:
    return rfc3339(duty.deadline) if duty.deadline else "at once" if duty.begins else "later"


@every(
    ("code", "persons", "grade"),
    [
        ("cn", 0, "ordinary"),
        ("cn", 999_999, "ordinary"),
        ("cn", 1_000_000, "major"),
        ("cn", 9_999_999, "major"),
        ("cn", 10_000_000, "serious"),
        ("cn", 99_999_999, "serious"),
        ("cn", 100_000_000, "especially serious"),
        ("kr", 999, "to be told to the persons"),
        ("kr", 1_000, "to be reported"),
        ("jp", 1_000, "by kind of data only"),
        ("jp", 1_001, "to be reported"),
        ("sg", 499, "by harm only"),
        ("sg", 500, "of significant scale"),
        ("in", 1, "every breach is reported"),
    ],
)
def test_the_grade_follows_from_the_number_of_persons(code: str, persons: int, grade: str) -> None:
    found = grade_of(countries()[code], incident(code, persons=persons))

    assert found is not None
    assert found.name["en"] == grade


CRITICAL, SENSITIVE, MALICIOUS, OUTSIDE, RISK = (
    frozenset({flag}) for flag in ("critical", "sensitive", "malicious", "outside", "high_risk")
)


@every(
    ("code", "duty", "known", "expected"),
    [
        ("cn", "first-report", {"persons": 1_000_000}, "2026-11-29T06:00:00Z"),
        ("cn", "first-report", {"persons": 1_000_000, "flags": CRITICAL}, "2026-11-29T03:00:00Z"),
        ("cn", "first-report", {}, "2026-11-29T06:00:00Z"),
        ("cn", "first-report", {"persons": 10, "possible": 2_000_000}, "2026-11-29T06:00:00Z"),
        ("cn", "first-report", {"persons": 999_999}, "none"),
        ("cn", "persons", {"persons": 1}, "at once"),
        ("cn", "summary", {"persons": 1_000_000}, "later"),
        ("cn", "summary", {"persons": 1_000_000, "closed_at": unix_time(FOUND)}, "2026-12-29T15:59:59Z"),
        ("kr", "authority", {"persons": 1_000}, "2026-12-02T02:00:00Z"),
        ("kr", "authority", {"persons": 999}, "none"),
        ("kr", "authority", {"persons": 1, "flags": OUTSIDE}, "2026-12-02T02:00:00Z"),
        ("kr", "persons", {"persons": 1}, "2026-12-02T02:00:00Z"),
        ("jp", "prompt-report", {"persons": 1_001}, "2026-12-03T14:59:59Z"),
        ("jp", "prompt-report", {"persons": 1_000}, "none"),
        ("jp", "full-report", {"persons": 1_001}, "2026-12-28T14:59:59Z"),
        ("jp", "full-report", {"persons": 1, "flags": MALICIOUS}, "2027-01-27T14:59:59Z"),
        ("sg", "authority", {"persons": 500}, "2026-12-02T15:59:59Z"),
        ("sg", "authority", {"persons": 499}, "none"),
        ("sg", "authority", {"persons": 1, "flags": RISK}, "2026-12-02T15:59:59Z"),
        ("sg", "persons", {"persons": 500}, "none"),
        ("in", "board", {"persons": 1}, "2026-12-02T02:00:00Z"),
        ("in", "cert", {"persons": 1}, "2026-11-29T08:00:00Z"),
        ("eu", "authority", {"persons": 1}, "2026-12-02T02:00:00Z"),
        ("eu", "persons", {"persons": 1, "flags": SENSITIVE}, "at once"),
        ("eu", "persons", {"persons": 1}, "none"),
    ],
)
def test_each_duty_has_its_deadline(code: str, duty: str, known: dict[str, Any], expected: str) -> None:
    assert deadline(code, duty, **known) == expected


ALL = {
    "cn": {
        "cn/persons": "at once",
        "cn/postal": "at once",
        "cn/first-report": "2026-11-29T06:00:00Z",
        "cn/summary": "later",
    },
    "eu": {"eu/authority": "2026-12-02T02:00:00Z"},
    "in": {"in/persons": "at once", "in/cert": "2026-11-29T08:00:00Z", "in/board": "2026-12-02T02:00:00Z"},
    "jp": {
        "jp/persons": "at once",
        "jp/prompt-report": "2026-12-03T14:59:59Z",
        "jp/full-report": "2026-12-28T14:59:59Z",
    },
    "kr": {"kr/authority": "2026-12-02T02:00:00Z", "kr/persons": "2026-12-02T02:00:00Z"},
    "sg": {"sg/authority": "2026-12-02T15:59:59Z"},
}
"""What is due where no number is known, in its order."""
OF_NONE: dict[str, list[str]] = {
    "cn": ["cn/persons", "cn/postal"],
    "eu": ["eu/authority"],
    "in": ["in/persons", "in/cert", "in/board"],
    "jp": [],
    "kr": ["kr/persons"],
    "sg": [],
}
"""What is still due where it is known that no person is concerned."""


@every("code", countries())
def test_all_is_due_while_no_number_is_known_and_of_none_what_has_no_bound(code: str) -> None:
    found = [{one.key: told(one) for one in duties_of(incident(code, persons=persons))} for persons in (None, 0)]

    assert found == [ALL[code], {key: ALL[code][key] for key in OF_NONE[code]}]
    assert [[*each] for each in found] == [[*ALL[code]], OF_NONE[code]]


def test_a_day_ends_at_midnight_of_the_country() -> None:
    """It is the 30th in Singapore already, so the first of three days is the 1st."""
    late = IncidentRecord("I-1", "sold list", ("sg",), unix_time("2026-11-29T16:00:00Z"), 0, "staff/p", persons=500)

    assert rfc3339(duties_of(late)[0].deadline) == "2026-12-03T15:59:59Z"


def test_a_law_that_is_not_in_force_yet_does_not_bind() -> None:
    binding = {one.id: one.binding for one in duties_of(incident("in", persons=1))}

    assert binding == {"cert": True, "board": False, "persons": False}


@pytest.mark.parametrize(("day", "binds"), [("2027-05-12", False), ("2027-05-13", True), ("2027-05-14", True)])
def test_a_law_binds_from_the_day_on_which_it_comes_into_force(day: str, binds: bool) -> None:
    found = unix_time(f"{day}T12:00:00Z")
    one = IncidentRecord("I-1", "sold list", ("in",), found, found, "staff/p", persons=1)

    assert {duty.id: duty.binding for duty in duties_of(one)} == {"cert": True, "board": binds, "persons": binds}


def test_what_is_due_at_once_comes_first_and_what_waits_for_the_end_last() -> None:
    order = [one.id for one in duties_of(incident("cn", persons=1_000_000))]

    assert order == ["persons", "postal", "first-report", "summary"]


def test_the_first_alert_is_half_of_the_term_and_at_most_a_day_before_the_deadline() -> None:
    (report,) = [one for one in duties_of(incident("cn", persons=1_000_000)) if one.id == "first-report"]
    (authority,) = [one for one in duties_of(incident("kr", persons=1_000)) if one.id == "authority"]

    assert (report.deadline - report.alert_at, authority.deadline - authority.alert_at) == (2 * 3_600, 86_400)


def test_a_reported_duty_has_no_alert() -> None:
    reported = incident("cn", persons=1_000_000, reported={"cn/first-report": 1})

    assert {one.alert_at for one in duties_of(reported) if one.id == "first-report"} == {0}


@pytest.mark.parametrize("code", countries())
@pytest.mark.parametrize("persons", [None, 2_000_000])
def test_every_form_is_filled_with_what_is_known_and_says_what_is_not(code: str, persons: int | None) -> None:
    one = incident(code, persons=persons, what="a list for sale | on a market", files=(PackFile("a.md", DIGEST),))

    text = form_of(code, one)

    assert [name for _, name, _, _ in string.Formatter().parse(text) if name] == []
    assert (countries()[code].unknown in text, "2,000,000" in text) == (True, persons is not None)
    assert "a list for sale / on a market" in text
    assert "a.md SHA-256 0123456789abcdef…" in text


@every("code", countries())
def test_every_duty_names_a_source_and_both_languages(code: str) -> None:
    country = countries()[code]

    for duty in country.duties.values():
        assert country.sources[duty.source].text
        assert {*duty.to} == {*duty.what} == {"en", "zh"}
    assert [grade.persons for grade in country.grades] == sorted((one.persons for one in country.grades), reverse=True)
    assert country.grades[-1].persons == 0


@every("code", ["cn", "eu", "in", "jp", "kr", "sg"])
def test_a_countrys_file_has_no_member_that_nothing_reads(code: str) -> None:
    """A misspelt one, such as a term, would count as left out."""
    file = resources.files("masking_service.service.incidents").joinpath("countries", f"{code}.yaml").read_text("utf-8")
    places: list[tuple[str | int, ...]] = [()]
    read = read_yaml(file)
    for name in ("sources", "duties"):
        places += [(name, one) for one in read[name]]
    places += [("grades", at) for at in range(len(read["grades"]))]

    taken = []
    for place in places:
        changed = inner = read_yaml(file)
        for step in place:
            inner = inner[step]
        inner["hourss"] = 4
        with suppress(msgspec.ValidationError):
            msgspec.convert(changed, Country, strict=True)
            taken.append(place)

    assert taken == []
