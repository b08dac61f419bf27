"""Signing in: code flow with PKCE against the development issuer, and what a forger tries."""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from masking_console.guards import CHOICES_COOKIE, SESSION_COOKIE, SIGN_IN_COOKIE
from masking_console.session_key import SessionKey
from masking_console.sessions import name_of
from masking_service.dev.issuer import DevelopmentIssuer
from tests.console.conftest import URL

SAME: Mapping[str, str] = {"Sec-Fetch-Site": "same-origin"}


def leave(browser: FlaskClient, target: str = "/cases") -> str:
    answered = browser.post("/sign-in", data={"next": target}, headers=SAME)
    assert answered.status_code == 303
    return str(answered.headers["Location"])


def choose(address: str, sub: str = "officer-wang") -> str:
    """What the issuer sends a person back to."""
    answered = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
    assert answered.status_code == 303
    back = urlsplit(answered.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(browser: FlaskClient, target: str = "/cases", sub: str = "officer-wang") -> TestResponse:
    return browser.get(choose(leave(browser, target), sub), headers={"Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({}, {}),
        ({"acr": "2", "max_age": "0"}, {"acr_values": "2", "max_age": "0"}),
        ({"acr": "a" * 65, "max_age": "31536001"}, {"acr_values": "a" * 64}),
    ],
)
def test_the_way_to_the_issuer_has_what_was_asked_and_pkce_state_and_nonce(
    browser: FlaskClient, session_key: SessionKey, typed: dict[str, str], asked: dict[str, str]
) -> None:
    browser.set_cookie(SESSION_COOKIE, "former")
    answered = browser.post("/sign-in", data={"next": "/cases", **typed}, headers=SAME)
    kept = browser.get_cookie(SIGN_IN_COOKIE)
    assert kept is not None

    travelling = URLSafeTimedSerializer(session_key.cookie_key(), salt="sign-in")
    state, nonce, verifier, target, former = travelling.loads(kept.value)
    assert [len(each) for each in (state, nonce, verifier)] == [32, 32, 64]
    assert len({*(state[at : at + 8] for at in range(0, 32, 8)), nonce[:8], verifier[:8]}) == 6
    assert (target, former) == ("/cases", name_of("former"))
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert dict(parse_qsl(urlsplit(answered.headers["Location"]).query)) == asked | {
        "response_type": "code",
        "client_id": "desk",
        "redirect_uri": f"{URL}/callback",
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    assert (kept.max_age, kept.secure, kept.http_only, kept.path, kept.same_site) == (600, True, True, "/", "Lax")


def test_every_sign_in_has_a_new_session_id(browser: FlaskClient) -> None:
    sign_in(browser)
    first = browser.get_cookie(SESSION_COOKIE)
    browser.get("/sign-in?confirm=1&next=/cases")
    sign_in(browser)
    second = browser.get_cookie(SESSION_COOKIE)

    assert first is not None
    assert second is not None
    assert first.value != second.value


def test_a_sign_in_leaves_no_cookie_of_its_way(browser: FlaskClient) -> None:
    sign_in(browser)

    assert browser.get_cookie(SIGN_IN_COOKIE) is None


def test_an_id_that_the_browser_brings_along_is_not_taken(browser: FlaskClient) -> None:
    browser.set_cookie(SESSION_COOKIE, "A" * 43)
    sign_in(browser)

    held = browser.get_cookie(SESSION_COOKIE)
    assert held is not None
    assert held.value != "A" * 43


@pytest.mark.parametrize("returns", [True, False], ids=["issuer of this site", "issuer of another site"])
@pytest.mark.parametrize(
    ("sub", "target"), [("officer-zhao", "/"), ("officer-wang", "/cases/D-1")], ids=["another person", "same person"]
)
def test_a_sign_in_ends_the_session_that_the_browser_had(
    app: Flask, browser: FlaskClient, sub: str, target: str, returns: bool
) -> None:
    """Browsers leave the strict cookie out of the way back where the issuer is of another site."""
    sign_in(browser)
    former = browser.get_cookie(SESSION_COOKIE)
    assert former is not None
    back = choose(leave(browser, "/cases/D-1"), sub)
    if not returns:
        browser.delete_cookie(SESSION_COOKIE)

    answered = browser.get(back)

    held = browser.get_cookie(SESSION_COOKIE)
    assert f'content="0; url={target}"' in answered.text
    assert held is not None
    sessions = app.extensions["desk"].sessions
    assert (sessions.find(former.value), sessions.find(held.value).sub) == (None, sub)


def test_a_sign_in_that_is_given_up_ends_nothing(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser)
    held = browser.get_cookie(SESSION_COOKIE)
    assert held is not None
    leave(browser)

    found = app.extensions["desk"].sessions.find(held.value)
    assert (found.sub, found.ended) == ("officer-wang", "")


def test_a_session_that_has_ended_is_not_signed_in(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser)
    while_it_lived = browser.get("/sign-in?next=/cases")
    app.extensions["desk"].sessions.end_by_issuer(sub="officer-wang")
    afterwards = browser.get("/sign-in?next=/cases")

    assert (while_it_lived.status_code, while_it_lived.headers["Location"]) == (303, "/cases")
    assert (afterwards.status_code, "Location" in afterwards.headers) == (200, False)


def test_signing_out_ends_the_session_also_while_the_service_does_not_answer(app: Flask, browser: FlaskClient) -> None:
    sign_in(browser)
    held = browser.get_cookie(SESSION_COOKIE)
    assert held is not None
    sessions = app.extensions["desk"].sessions
    session = sessions.find(held.value)

    assert browser.get("/cases").status_code == 503
    answered = browser.post("/sign-out", headers=SAME)

    asked = dict(parse_qsl(urlsplit(answered.headers["Location"]).query))
    assert len(asked.pop("state")) == 22  # 16 random bytes
    assert asked == {
        "id_token_hint": session.id_token,
        "client_id": "desk",
        "post_logout_redirect_uri": f"{URL}/signed-out",
    }
    assert (answered.status_code, answered.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert (browser.get_cookie(SESSION_COOKIE), sessions.find(held.value)) == (None, None)


def test_a_confirmed_sign_in_is_counted_and_one_after_an_ended_session_is_none(
    app: Flask, browser: FlaskClient
) -> None:
    found = []
    for end in (False, True):
        sign_in(browser)
        if end:
            app.extensions["desk"].sessions.end_by_issuer(sub="officer-wang")
        sign_in(browser)
        told = app.extensions["desk"].metrics.exposition()[0].decode()
        found += re.findall(r'^masking_console_step_ups_total\{outcome="done"\} (\S+)$', told, re.MULTILINE)

    assert found == ["1.0", "2.0"]


@pytest.mark.parametrize(("seconds", "status"), [(590, 200), (602, 400)])
def test_a_sign_in_takes_at_most_ten_minutes(
    browser: FlaskClient, monkeypatch: pytest.MonkeyPatch, seconds: int, status: int
) -> None:
    """A browser drops the cookie then; the desk reads its age itself."""
    now = time.time
    with monkeypatch.context() as at:
        at.setattr(time, "time", lambda: now() - seconds)
        leaving = leave(browser)

    assert browser.get(choose(leaving)).status_code == status


@pytest.mark.parametrize("change", ["state", "no state", "error", "code", "cookie"])
def test_a_forged_return_begins_no_session(browser: FlaskClient, change: str) -> None:
    back = choose(leave(browser))
    if change == "state":
        back = re.sub(r"state=[^&]*", "state=forged", back)
    if change == "no state":
        back = re.sub(r"&state=[^&]*", "", back)
    if change == "error":
        back += "&error=access_denied"
    if change == "code":
        back = re.sub(r"code=[^&]*", "code=forged", back)
    if change == "cookie":
        browser.delete_cookie(SIGN_IN_COOKIE)

    answered = browser.get(back)

    assert answered.status_code == 400
    assert browser.get_cookie(SESSION_COOKIE) is None


def test_a_code_works_once(browser: FlaskClient) -> None:
    back = choose(leave(browser))
    kept = browser.get_cookie(SIGN_IN_COOKIE)
    assert kept is not None
    browser.get(back)
    browser.set_cookie(SIGN_IN_COOKIE, kept.value)

    assert browser.get(back).status_code == 400


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/sign-out",
        "/sign-in?next=/cases",
        "/callback?code=c&state=s",
        "/a\nb",
        "",
    ],
)
def test_the_way_back_stays_on_the_desk(browser: FlaskClient, target: str) -> None:
    answered = sign_in(browser, target)

    assert 'content="0; url=/"' in answered.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/me", "/cases/D-1/reveal", "/people/freeze"])
def test_a_request_of_another_site_changes_nothing(browser: FlaskClient, headers: dict[str, str], path: str) -> None:
    assert browser.post(path, headers=headers).status_code == 403


def test_a_browser_without_fetch_metadata_is_told_by_its_origin(browser: FlaskClient) -> None:
    assert browser.post("/sign-in", headers={"Origin": URL}).status_code == 303


def test_scripts_have_a_new_nonce_on_every_page(browser: FlaskClient) -> None:
    policies = [browser.get("/sign-in").headers["Content-Security-Policy"] for _ in range(3)]

    assert len({nonce for policy in policies for nonce in re.findall(r"'nonce-([^']+)'", policy)}) == 3


@pytest.mark.parametrize(
    ("accepted", "words"), [("zh-CN,zh;q=0.9", "登录"), ("de", "Sign in"), ("zh-TW", "登录"), ("", "Sign in")]
)
def test_pages_speak_the_language_of_the_browser(browser: FlaskClient, accepted: str, words: str) -> None:
    assert f">{words}</button>" in browser.get("/sign-in", headers={"Accept-Language": accepted}).text


def test_a_choice_counts_more_than_the_browser(browser: FlaskClient) -> None:
    browser.set_cookie(CHOICES_COOKIE, "zh.30")

    assert ">登录</button>" in browser.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_a_refresh_token_that_is_used_twice_ends_its_family(issuer: DevelopmentIssuer) -> None:
    asked: dict[str, Any] = {
        "redirect_uri": f"{URL}/callback",
        "code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
    }
    first = issuer.exchange(issuer.code("desk-li", asked), "", f"{URL}/callback")
    assert first is not None
    second = issuer.refresh(first["refresh_token"])
    assert second is not None

    assert issuer.refresh(first["refresh_token"]) is None
    assert issuer.refresh(second["refresh_token"]) is None


def test_the_development_issuer_serves_loopback_addresses_only(issuer_url: str) -> None:
    answered = requests.get(f"{issuer_url}/jwks", headers={"Host": "desk.example.com"}, timeout=5)

    assert answered.status_code == 403
    with pytest.raises(ValueError, match="loopback"):
        DevelopmentIssuer(b"", "", "https://desk.example.com/callback")
