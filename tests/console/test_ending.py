"""A session that has ended stays ended, whatever request is under way."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from keys.development_issuer import new_private_pem
from masking_console.guards import SESSION_COOKIE
from masking_console.sessions import Sessions
from masking_service.dev.issuer import PEOPLE, DevelopmentIssuer, create_issuer
from tests.console.conftest import SECRET, URL, serve
from tests.console.test_sessions import session

PERSON = "officer-wang"
SECONDS = 10.0


class GatedIssuer(DevelopmentIssuer):
    """The development issuer, which answers a refresh when the test opens the gate."""

    def __init__(self) -> None:
        super().__init__(new_private_pem(), SECRET, f"{URL}/callback")
        self.asked = threading.Event()
        self.gate = threading.Event()

    def refresh(self, token: str) -> dict[str, Any] | None:
        self.asked.set()
        assert self.gate.wait(SECONDS)
        return super().refresh(token)


@pytest.fixture
def issuer() -> GatedIssuer:
    return GatedIssuer()


@pytest.fixture
def issuer_url(issuer: DevelopmentIssuer) -> Iterator[str]:
    for served in serve(create_issuer(issuer)):
        yield served.url


@pytest.fixture
def session_id(issuer: GatedIssuer, sessions: Sessions) -> str:
    """A session whose access token is about to end."""
    assert PERSON in PEOPLE
    asked = {"redirect_uri": f"{URL}/callback", "code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
    tokens = issuer.exchange(issuer.code(PERSON, asked), "", f"{URL}/callback")
    assert tokens is not None
    return sessions.begin(session(sid="s-1", refresh_token=tokens["refresh_token"], expires_at=int(time.time()) + 5))


def visit(app: Flask, session_id: str) -> TestResponse:
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    browser.set_cookie(SESSION_COOKIE, session_id)
    return browser.get("/cases")


def visit_while_refreshing(app: Flask, issuer: GatedIssuer, session_id: str, act: Callable[[], object]) -> TestResponse:
    """A visit during whose refresh something else happens."""
    with ThreadPoolExecutor(1) as pool:
        visited = pool.submit(visit, app, session_id)
        try:
            assert issuer.asked.wait(SECONDS)
            act()
        finally:
            issuer.gate.set()
        return visited.result(SECONDS)


ENDINGS: dict[str, tuple[Callable[[Sessions, str], object], int]] = {
    "a newer sign-in": (lambda sessions, _: sessions.begin(session(sid="s-2")), 401),
    "the issuer, by person": (lambda sessions, _: sessions.end_by_issuer(sub=PERSON), 401),
    "the issuer, by session": (lambda sessions, _: sessions.end_by_issuer(sid="s-1"), 401),
    "signing out": (lambda sessions, session_id: sessions.end(session_id), 303),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_refresh_in_flight_revives_no_ended_session(
    app: Flask, issuer: GatedIssuer, sessions: Sessions, session_id: str, ending: str
) -> None:
    end, status = ENDINGS[ending]

    answered = visit_while_refreshing(app, issuer, session_id, lambda: end(sessions, session_id))

    found = sessions.find(session_id)
    assert found is None or (found.ended and not found.access_token)
    assert (answered.status_code, visit(app, session_id).status_code) == (status, status)


def test_a_refresh_keeps_what_another_request_changed(
    app: Flask, issuer: GatedIssuer, sessions: Sessions, session_id: str
) -> None:
    seen_at = int(time.time()) + 3
    visit_while_refreshing(app, issuer, session_id, lambda: sessions.change(session_id, seen_at=seen_at))

    found = sessions.find(session_id)
    assert found is not None
    assert (found.seen_at, found.access_token not in ("", "secret-token")) == (seen_at, True)


def before_the_next_write(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once after a session was read and before its change is written."""
    random, due = secrets.token_bytes, [act]

    def act_first(length: int) -> bytes:
        while due:
            due.pop()()
        return random(length)

    monkeypatch.setattr("masking_console.sessions.secrets.token_bytes", act_first)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_change_that_was_about_to_be_written_revives_no_ended_session(
    monkeypatch: pytest.MonkeyPatch, sessions: Sessions, ending: str
) -> None:
    begun = sessions.begin(session(sid="s-1"))
    before_the_next_write(monkeypatch, lambda: ENDINGS[ending][0](sessions, begun))

    changed = sessions.change(begun, access_token="new")

    assert changed is None or (changed.ended and not changed.access_token)
    assert sessions.find(begun) == changed


def test_a_change_that_was_about_to_be_written_keeps_another(
    monkeypatch: pytest.MonkeyPatch, sessions: Sessions
) -> None:
    begun = sessions.begin(session(sid="s-1"))
    before_the_next_write(monkeypatch, lambda: sessions.change(begun, refresh_token="theirs"))

    sessions.change(begun, access_token="mine")

    found = sessions.find(begun)
    assert found is not None
    assert (found.access_token, found.refresh_token) == ("mine", "theirs")


def test_of_sign_ins_at_once_one_session_remains(sessions: Sessions) -> None:
    together = threading.Barrier(8)

    def begin(_: int) -> str:
        together.wait(SECONDS)
        return sessions.begin(session(sid="s-1"))

    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(begin, range(8)))

    found = [sessions.find(each) for each in begun]
    assert sorted(bool(each and each.ended) for each in found) == [False] + 7 * [True]
