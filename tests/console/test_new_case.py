"""What the form of a new case is made of: the ends that the policy allows, the officers, and the pasted lines."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g

from masking_console.screens import new_case
from masking_console.waybill_lines import HOURS, read_lines

PHONE = "13812345678"
FORM = {"waybills": f"SF1234567890\n{PHONE}"}
OPENS, OPENS_NONE = {"name": "", "purposes": ["dispute"]}, {"name": "", "purposes": []}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the template is told, and its name."""
    found: dict[str, Any] = {}

    def render(template: str, **given: Any) -> str:
        found.update(given, template=template)
        return ""

    monkeypatch.setattr(new_case, "render_template", render)
    return found


@pytest.mark.parametrize(
    ("longest", "hours"),
    [(7_199, [1]), (4 * 3_600 - 1, [3]), (4 * 3_600, [4]), (72 * 3_600, [4, 24, 72]), (999 * 3_600, [*HOURS])],
)
def test_the_ends_are_those_that_the_policy_allows_and_the_officers_those_who_open_values(
    app: Flask, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any], longest: int, hours: list[int]
) -> None:
    people = {"dev/li": OPENS, "dev/wang": OPENS, "dev/zhao": OPENS_NONE}
    monkeypatch.setattr(new_case, "colleagues", lambda: people)
    with app.test_request_context():
        g.me = {"principal": "dev/li", "cases": {"longest": longest}}
        new_case._shown(FORM, errors={"case": "taken"})

    assert told == {
        "template": "case_new.html",
        "form": FORM,
        "hours": hours,
        "officers": {"dev/wang": OPENS},
        "rows": read_lines(FORM["waybills"]),
        "errors": {"case": "taken"},
    }


@pytest.mark.parametrize(
    ("pasted", "clean"), [("SF1234567890\nhello", None), (PHONE, ""), (f"SF1234567890\t{PHONE}", "SF1234567890")]
)
def test_pasted_lines_are_replaced_only_where_one_looks_like_a_phone(
    app: Flask, told: dict[str, Any], pasted: str, clean: str | None
) -> None:
    with app.test_request_context("/cases/new/lines", method="POST", data={"waybills": pasted}):
        new_case.check()

    assert told == {"template": "case_lines.html", "rows": read_lines(pasted), "clean": clean}
