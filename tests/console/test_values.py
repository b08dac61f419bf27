"""What is said where a value would be, if it cannot be opened: in its place, or as a page of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g

from masking_console.screens import values
from masking_console.service import Refusal, ServiceUnavailableError

ASKED = {"waybill": "SF1234567890", "purpose": "dispute", "rows": {"/sender/phone": "1", "/sender/name": "2"}}
IN_PLACE, ELSEWHERE = Refusal(403, "case-not-open"), Refusal(403, "frozen")
AWAY = ServiceUnavailableError()
FRAGMENT, PAGE = None, {"case": {"case": "D-1"}}


@pytest.mark.parametrize(
    ("error", "page", "place"),
    [
        (IN_PLACE, FRAGMENT, {"refusal": IN_PLACE}),
        (IN_PLACE, PAGE, {"refusal": IN_PLACE}),
        (ELSEWHERE, FRAGMENT, None),
        (ELSEWHERE, PAGE, None),
        (AWAY, FRAGMENT, {"unavailable": True}),
        (AWAY, PAGE, None),
    ],
)
def test_a_refusal_is_said_in_the_first_place_or_as_a_page_of_its_own(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: Any, page: Any, place: dict[str, Any] | None
) -> None:
    told: list[Any] = []

    def render(template: str, **given: Any) -> str:
        told.append((template, given))
        return ""

    monkeypatch.setattr(values, "render_template", render)
    with app.test_request_context("/cases/D-1/call"):
        if place is None:
            with pytest.raises(type(error)):
                values._refused(error, ASKED, page)
        else:
            values._refused(error, ASKED, page)

    shown = {"asked": ASKED, "places": {"/sender/phone": place}, "call": True}
    template = ("case_value.html", shown) if page is FRAGMENT else ("case.html", shown | PAGE)
    assert told == ([template] if place else [])


def test_a_number_to_dial_is_shown_with_the_time_of_its_end(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    made = {"call": "c", "dial": "+8617012345678", "extension": "42", "expires_at": "2026-12-01T10:00:00Z"}

    def post(path: str, body: Any) -> Any:
        told.append((path, body))
        return made

    monkeypatch.setattr(values, "_page_without_scripts", lambda _: None)
    monkeypatch.setattr(values, "render_template", lambda _, **given: told.append(given["places"]))
    form = {"waybill": "SF1234567890", "purpose": "dispute", "field-1": "/sender/phone"}
    with app.test_request_context("/cases/D-1/call", method="POST", data=form):
        g.person = SimpleNamespace(post=post)
        values.call("D-1")

    at = told[1]["/sender/phone"].pop("at")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(at)) < timedelta(minutes=1)
    assert told == [
        ("calls", {"case": "D-1", "waybill_no": "SF1234567890", "field": "/sender/phone"}),
        {"/sender/phone": {"dialled": made | {"until": "18:00:00"}}},
    ]
