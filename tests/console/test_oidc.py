"""ID tokens and logout tokens: what is wrong with one, and that nothing follows from it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
import redis
from flask.testing import FlaskClient

from keys.development_issuer import new_private_pem
from masking_console import oidc
from masking_console.guards import SESSION_COOKIE
from masking_console.oidc import (
    LOGOUT_EVENT,
    LOGOUT_SECONDS,
    METADATA_SECONDS,
    IssuerUnavailableError,
    Provider,
    SignInError,
)
from masking_console.sessions import ENDED_BY_ISSUER, Session, Sessions
from masking_console.settings import DEVELOPMENT_ISSUER, Settings
from masking_service.dev.issuer import CLIENT_ID, KEY_ID, DevelopmentIssuer, create_issuer
from masking_service.service.people.issuers import DEVELOPMENT_ALGORITHM
from tests.console.conftest import SECRET, URL, serve
from tests.console.test_sign_in import sign_in
from tests.http_servers import Handler, served

NUMBERS = itertools.count()


class ChangedIssuer(DevelopmentIssuer):
    """The development issuer, with changed claims in its ID tokens, and changes `beside` them.

    A claim that is None is left out.
    """

    def __init__(self) -> None:
        self._pem = new_private_pem()
        self.changes: dict[str, Any] = {}
        self.beside: dict[str, Any] = {}
        super().__init__(self._pem, SECRET, f"{URL}/callback")

    def signed(self, claims: dict[str, Any], pem: bytes = b"", **header: Any) -> str:
        """A token of the claims that are not None."""
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, pem or self._pem, DEVELOPMENT_ALGORITHM, headers={"kid": KEY_ID} | header)

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any] | None:
        tokens = super().exchange(code, verifier, redirect_uri)
        assert tokens is not None
        claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
        return tokens | {"id_token": self.signed(claims | self.changes)} | self.beside

    def refresh(self, token: str) -> dict[str, Any] | None:
        tokens = super().refresh(token)
        return tokens and tokens | self.beside


@pytest.fixture(scope="module")
def issuer() -> ChangedIssuer:
    return ChangedIssuer()


@pytest.fixture(scope="module")
def issuer_url(issuer: DevelopmentIssuer) -> Iterator[str]:
    for found in serve(create_issuer(issuer)):
        yield found.url


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
        ({"exp": int(time.time()) - 35}, False),
        ({"exp": None}, False),
        ({"iat": None}, False),
        ({"iat": int(time.time()) + 3600}, False),
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
        "expired lately",
        "no end",
        "no time of issue",
        "issued later",
        "no subject",
    ],
)
def test_a_session_begins_with_a_sound_id_token_only(
    browser: FlaskClient, issuer: ChangedIssuer, changes: dict[str, Any], begins: bool
) -> None:
    issuer.changes, issuer.beside = changes, {}

    answered = sign_in(browser)

    assert (answered.status_code, browser.get_cookie(SESSION_COOKIE) is not None) == (200 if begins else 400, begins)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(600, 600), ("600", 600), (86_400, 86_400), (86_401, 300), (None, 300), (-1, 300), (0, 300), ([], 300)],
    ids=["number", "text", "a day", "longer", "nothing", "negative", "zero", "list"],
)
def test_a_token_is_used_as_long_as_the_issuer_says(
    browser: FlaskClient, issuer: ChangedIssuer, sessions: Sessions, said: object, seconds: int
) -> None:
    issuer.changes, issuer.beside = {}, {"expires_in": said}
    before = int(time.time())
    answered = sign_in(browser)

    held = browser.get_cookie(SESSION_COOKIE)
    assert answered.status_code == 200
    assert held is not None
    found = sessions.find(held.value)
    assert found is not None
    assert before + seconds <= found.expires_at <= time.time() + seconds


@pytest.mark.parametrize("said", ["²", "9" * 5000, "soon"], ids=["superscript", "5000 digits", "word"])
def test_a_token_with_an_odd_end_begins_no_session(browser: FlaskClient, issuer: ChangedIssuer, said: str) -> None:
    issuer.changes, issuer.beside = {}, {"expires_in": said}

    assert sign_in(browser).status_code == 400
    assert browser.get_cookie(SESSION_COOKIE) is None


@pytest.mark.parametrize("sent", [None, 7, ["a"], {}], ids=["none", "number", "list", "object"])
def test_a_session_does_not_begin_without_an_access_token(
    browser: FlaskClient, issuer: ChangedIssuer, sent: object
) -> None:
    issuer.changes, issuer.beside = {}, {"access_token": sent}

    assert sign_in(browser).status_code == 400
    assert browser.get_cookie(SESSION_COOKIE) is None


def test_an_issuer_that_rotates_no_refresh_tokens_refreshes_again(settings: Settings, issuer: ChangedIssuer) -> None:
    kept = issued_refresh_token(issuer)
    issuer.beside = {"refresh_token": None, "access_token": "new"}
    refreshed = Provider(settings).refresh(Session(sub="officer-wang", refresh_token=kept))

    assert (refreshed["access_token"], refreshed["refresh_token"]) == ("new", kept)


def issued_refresh_token(issuer: ChangedIssuer) -> str:
    issuer.changes, issuer.beside = {}, {}
    asked = {"redirect_uri": f"{URL}/callback", "code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
    tokens = issuer.exchange(issuer.code("officer-wang", asked), "", f"{URL}/callback")
    assert tokens is not None
    return str(tokens["refresh_token"])


def test_a_session_without_a_refresh_token_is_not_refreshed(settings: Settings) -> None:
    """Nothing is asked: no issuer answers there."""
    nowhere = Provider(replace(settings, metadata_url="http://127.0.0.1:1"))

    with pytest.raises(SignInError):
        nowhere.refresh(Session(sub="officer-wang"))


METADATA = {"issuer": DEVELOPMENT_ISSUER, "jwks_uri": "http://127.0.0.1:1", "token_endpoint": "http://127.0.0.1:1"}


BODIES = {"empty": b"", "broken": b"{", "list": b"[]", "null": b"null", "partial": json.dumps(METADATA).encode()}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_issuer_that_describes_itself_badly_is_unavailable(settings: Settings, body: bytes) -> None:
    class Described(Handler):
        def answer(self) -> None:
            self.send(200, body)

    with served(Described) as url, pytest.raises(IssuerUnavailableError):
        Provider(replace(settings, metadata_url=url)).prepare()


@pytest.mark.parametrize("named", [DEVELOPMENT_ISSUER, "https://another.example", f"{DEVELOPMENT_ISSUER}/", "", None])
def test_whole_metadata_is_taken_from_the_issuer_that_was_named_only(settings: Settings, named: str | None) -> None:
    whole = METADATA | {"authorization_endpoint": "http://127.0.0.1:9/authorize", "issuer": named}

    class Described(Handler):
        def answer(self) -> None:
            self.send(200, json.dumps(whole).encode())

    with served(Described) as url:
        provider = Provider(replace(settings, metadata_url=url))
        if named == DEVELOPMENT_ISSUER:
            provider.prepare()
        else:
            with pytest.raises(IssuerUnavailableError):
                provider.prepare()

    assert provider.origin == ("http://127.0.0.1:9" if named == DEVELOPMENT_ISSUER else "")


def test_metadata_is_read_again_after_its_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [1_000.0], list[float]()
    provider = Provider(settings)
    get = provider._http.get

    def noted(*where: Any, **how: Any) -> Any:
        asked.append(now[0])
        return get(*where, **how)

    monkeypatch.setattr(oidc, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(provider._http, "get", noted)
    for now[0] in (1_000.0, 1_000.0 + METADATA_SECONDS, 1_000.5 + METADATA_SECONDS, 1_001.0 + METADATA_SECONDS):
        provider.prepare()

    assert asked == [1_000.0, 1_000.5 + METADATA_SECONDS]


def test_metadata_that_is_elsewhere_is_not_fetched(settings: Settings, issuer_url: str) -> None:
    class Moved(Handler):
        def answer(self) -> None:
            self.send(302, headers={"Location": f"{issuer_url}/.well-known/openid-configuration"})

    with served(Moved) as url, pytest.raises(IssuerUnavailableError):
        Provider(replace(settings, metadata_url=url)).prepare()


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
        "neither sub nor sid",
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


def test_a_logout_token_is_remembered_for_as_long_as_it_is_taken(
    browser: FlaskClient, issuer: ChangedIssuer, valkey: str
) -> None:
    """Of a token from an issuer whose clock is ahead, too."""
    browser.post("/back-channel-logout", data={"logout_token": logout_token(issuer)})
    with redis.Redis.from_url(valkey) as client:
        (key,) = client.keys("console:once:*")

        assert client.ttl(key) >= LOGOUT_SECONDS + 60
