"""What pages say without a browser: the ticket of a case, and the language of a request."""

from __future__ import annotations

import pytest
from flask import Flask, request

from masking_console.app import compile_templates
from masking_console.guards import SESSION_COOKIE
from masking_console.preferences import Preferences
from tests.console.conftest import Work
from tests.web.api import NUMBER, record


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("confirmed", "confirmed by the ticket system"),
        ("unconfirmed", "not confirmed by the ticket system"),
        (None, ""),
    ],
)
def test_a_case_says_whether_its_ticket_confirmed_it(app: Flask, state: str | None, said: str) -> None:
    with app.test_request_context():
        shown = str(app.jinja_env.get_template("_macros.html").module.ticket(state))  # type: ignore[attr-defined]  # a macro of the template

    assert shown.strip().removesuffix("</span>").rpartition(">")[2] == said


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "en"), ("zh-CN", "zh"), ("zh;q=0", "en"), ("zh;q=0.2, en;q=0.4", "en"), ("fr, zh;q=0.1", "zh")],
)
def test_the_language_is_the_preferred_one(app: Flask, accepted: str, language: str) -> None:
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert Preferences.read(request).language == language


def test_every_template_is_compiled_before_the_first_request(app: Flask) -> None:
    compile_templates(app)

    assert app.jinja_env.cache is not None
    assert len(app.jinja_env.cache) == len(app.jinja_env.list_templates())


@pytest.mark.parametrize("role", ["auditor", "privacy-officer", "supervisor", "service-desk"])
def test_whoever_reads_cases_sees_the_page_of_one(work: Work, role: str) -> None:
    """Also a person whose roles have no profile, and who sees numbers only."""
    work.api.tokenize(record())
    work.api.open_case("D-2", NUMBER, who=work.api.mint("service-desk", "p-1"))

    answered = work.browser(role).get("/cases/D-2")

    assert (answered.status_code, NUMBER in answered.text) == (200, True)
    assert ("欧阳**" in answered.text) is (role != "auditor")


def test_a_token_that_the_service_refuses_ends_the_session(work: Work) -> None:
    browser, sessions = work.browser("auditor"), work.app.extensions["desk"].sessions
    cookie = browser.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    sessions.change(cookie.value, access_token="no token")

    answered = browser.get("/audit")

    assert (answered.status_code, answered.headers["Location"]) == (303, "/sign-in?next=%2Faudit")
    assert sessions.find(cookie.value) is None
