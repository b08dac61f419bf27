"""When it is written down that a person did something."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g

from masking_console import admission
from masking_console.sessions import Session, Sessions
from tests.store.stores import NOW


@pytest.mark.parametrize(
    ("path", "ago", "written"),
    [("/me", 19, []), ("/me", 20, [{"seen_at": NOW}]), ("/cases?poll=1", 20, [])],
    ids=["a moment ago", "20 seconds ago", "by the page itself"],
)
def test_an_action_is_noted_once_in_20_seconds(
    app: Flask, monkeypatch: pytest.MonkeyPatch, path: str, ago: int, written: list[dict[str, int]]
) -> None:
    session, changes = Session(sub="li", began_at=NOW - 60, seen_at=NOW - ago), []

    def change(_: Sessions, session_id: str, **changed: Any) -> Session:
        assert session_id == "an id"
        changes.append(changed)
        return session

    monkeypatch.setattr(Sessions, "change", change)
    monkeypatch.setattr("time.time", lambda: NOW + 0.5)
    with app.test_request_context(path):
        g.session_id = "an id"

        assert admission._seen(session) is session
    assert changes == written
