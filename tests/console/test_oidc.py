"""ID tokens and logout tokens: what is wrong with one, and that nothing follows from it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient

from keys.development_issuer import new_private_pem
from masking_console.guards import SESSION_COOKIE
from masking_console.oidc import LOGOUT_EVENT
from masking_console.sessions import ENDED_BY_ISSUER, Session, Sessions
from masking_console.settings import DEVELOPMENT_ISSUER
from masking_service.access.issuers import DEVELOPMENT_ALGORITHM
from masking_service.dev.issuer import CLIENT_ID, KEY_ID, Issuer, create_issuer
from tests.console.conftest import SECRET, URL, serve
from tests.console.test_sign_in import sign_in

NUMBERS = itertools.count()


class ChangedIssuer(Issuer):
    """The development issuer, with changed claims in its ID tokens. A claim that is None is left out."""

    def __init__(self) -> None:
        self._pem = new_private_pem()
        self.changes: dict[str, Any] = {}
        super().__init__(self._pem, SECRET, f"{URL}/callback")

    def signed(self, claims: dict[str, Any], pem: bytes = b"", **header: Any) -> str:
        """A token of the claims that are not None."""
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, pem or self._pem, DEVELOPMENT_ALGORITHM, headers={"kid": KEY_ID} | header)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any] | None:
        tokens = super().exchange(code, verifier, redirect_uri)
        assert tokens is not None
        claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
        return tokens | {"id_token": self.signed(claims | self.changes)}


@pytest.fixture(scope="module")
def issuer() -> ChangedIssuer:
    return ChangedIssuer()


@pytest.fixture(scope="module")
def issuer_url(issuer: Issuer) -> Iterator[str]:
    for served in serve(create_issuer(issuer)):
        yield served.url


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({}, True),
        ({"nonce": "of another sign-in"}, False),
        ({"nonce": None}, False),
        ({"nonce": ""}, False),
        ({"aud": "another-client"}, False),
        ({"iss": "https://login.example.com"}, False),
        ({"exp": 1_700_000_000}, False),
        ({"exp": None}, False),
        ({"iat": None}, False),
        ({"sub": None}, False),
    ],
    ids=[
        "as issued",
        "another nonce",
        "no nonce",
        "empty nonce",
        "another audience",
        "another issuer",
        "expired",
        "no end",
        "no time of issue",
        "no subject",
    ],
)
def test_a_session_begins_with_a_sound_id_token_only(
    browser: FlaskClient, issuer: ChangedIssuer, changes: dict[str, Any], begins: bool
) -> None:
    issuer.changes = changes

    answered = sign_in(browser)

    assert (answered.status_code, browser.get_cookie(SESSION_COOKIE) is not None) == (200 if begins else 400, begins)


def logout_token(issuer: ChangedIssuer, **changes: Any) -> str:
    """A logout token as Back-Channel Logout 1.0 wants it, but for the changes."""
    claims = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": CLIENT_ID,
        "iat": int(time.time()),
        "jti": f"jti-{next(NUMBERS)}",
        "sub": "officer-wang",
        "events": {LOGOUT_EVENT: {}},
    }
    return issuer.signed(claims | changes, typ="logout+jwt")


def ended(sessions: Sessions, session_id: str) -> str:
    found = sessions.find(session_id)
    assert found is not None
    return found.ended


@pytest.fixture
def session_id(sessions: Sessions) -> str:
    now = int(time.time())
    return sessions.begin(Session(sub="officer-wang", sid="s-1", began_at=now, seen_at=now))


@pytest.mark.parametrize(
    "named",
    [{}, {"sub": None, "sid": "s-1"}, {"sid": "s-1"}],
    ids=["person", "session", "person and session"],
)
def test_a_logout_token_ends_what_it_names(
    browser: FlaskClient, issuer: ChangedIssuer, sessions: Sessions, session_id: str, named: dict[str, Any]
) -> None:
    answered = browser.post("/back-channel-logout", data={"logout_token": logout_token(issuer, **named)})

    assert (answered.status_code, ended(sessions, session_id)) == (200, ENDED_BY_ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"events": None},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/another": {}}},
        {"events": [LOGOUT_EVENT]},
        {"events": LOGOUT_EVENT},
        {"events": {LOGOUT_EVENT: None}},
        {"nonce": "n"},
        {"sub": None},
        {"sub": ["officer-wang"]},
        {"sub": None, "sid": ["s-1"]},
        {"aud": "another-client"},
        {"iss": "https://login.example.com"},
        {"jti": None},
        {"iat": 1_700_000_000},
        {"exp": 1_700_000_000},
    ],
    ids=[
        "no events",
        "empty events",
        "another event",
        "events as a list",
        "events as a text",
        "an event without content",
        "a nonce",
        "nobody named",
        "a list of people",
        "a list of sessions",
        "another audience",
        "another issuer",
        "no id",
        "old",
        "expired",
    ],
)
def test_what_is_no_logout_token_ends_nothing(
    browser: FlaskClient, issuer: ChangedIssuer, sessions: Sessions, session_id: str, changes: dict[str, Any]
) -> None:
    answered = browser.post("/back-channel-logout", data={"logout_token": logout_token(issuer, **changes)})

    assert (answered.status_code, ended(sessions, session_id)) == (400, "")


def test_a_logout_token_is_signed_by_the_issuer(
    browser: FlaskClient, issuer: ChangedIssuer, sessions: Sessions, session_id: str
) -> None:
    claims = jwt.decode(logout_token(issuer), options={"verify_signature": False})
    forged = issuer.signed(claims, new_private_pem())
    answered = browser.post("/back-channel-logout", data={"logout_token": forged})

    assert (answered.status_code, ended(sessions, session_id)) == (400, "")


def test_a_logout_token_works_once(
    browser: FlaskClient, issuer: ChangedIssuer, sessions: Sessions, session_id: str
) -> None:
    token = logout_token(issuer)
    first = browser.post("/back-channel-logout", data={"logout_token": token})
    again = sessions.begin(Session(sub="officer-wang", began_at=int(time.time()), seen_at=int(time.time())))
    second = browser.post("/back-channel-logout", data={"logout_token": token})

    assert (first.status_code, second.status_code, ended(sessions, again)) == (200, 400, "")
