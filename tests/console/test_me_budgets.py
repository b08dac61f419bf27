"""Which budgets the page of a person shows: those of what they may do here."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g

from masking_console.screens import me

BUDGETS = [{"counts": counts} for counts in ("fields", "searches", "calls")]


@pytest.mark.parametrize(
    ("search", "calls", "shown"),
    [
        ({"phone": True, "last4": False}, True, ["fields", "searches", "calls"]),
        ({"phone": False, "last4": False}, True, ["fields", "calls"]),
        ({"phone": False, "last4": True}, False, ["fields", "searches"]),
        ({"phone": False, "last4": False}, False, ["fields"]),
    ],
)
def test_budgets_of_calls_and_searches_are_shown_where_there_are_any(
    app: Flask, monkeypatch: pytest.MonkeyPatch, search: dict[str, bool], calls: bool, shown: list[str]
) -> None:
    rendered: list[tuple[str, Any]] = []

    def render(name: str, **given: Any) -> str:
        rendered.append((name, given))
        return ""

    monkeypatch.setattr(me, "render_template", render)

    with app.test_request_context("/me"):
        g.me = {"search": search, "calls": calls}
        g.person = SimpleNamespace(get=lambda *path: {("me", "budgets"): {"budgets": BUDGETS}}[path])
        me.page()

    [(name, given)] = rendered
    assert (name, [one["counts"] for one in given["budgets"]]) == ("me.html", shown)
