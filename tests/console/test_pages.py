"""What pages say without a browser: the ticket of a case, and the language of a request."""

from __future__ import annotations

import pytest
from flask import Flask, request

from masking_console.app import compile_templates
from masking_console.preferences import Preferences
from tests.console.conftest import Work


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


def test_a_body_has_256_kib_at_most(work: Work) -> None:
    browser = work.browser("service-desk")
    answers = [
        browser.post("/sign", data=b" " * length, content_type="application/json").status_code
        for length in (262_144, 262_145)
    ]

    assert answers == [400, 413]
