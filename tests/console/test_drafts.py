"""What a person typed and could not send comes back to them, and to no other person."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
import redis
from flask import Flask, g

from masking_console.app import create_app
from masking_console.drafts import KEPT_SECONDS, MAX_FORMS, Drafts, kept_form
from masking_console.guards import SESSION_COOKIE
from masking_console.sessions import Session
from masking_console.store import SessionsUnavailableError
from tests.console.conftest import KEY, Work
from tests.servers import wait_until
from tests.store.stores import ask
from tests.web.api import NUMBER

PATH = "/cases/new"
TYPED = {"case": "D-77", "purpose": "dispute", "reason": "Other", "details": "the door was open", "hours": "24"}
PASTED = "\n".join(f"SF{n:010}" for n in range(11))


@pytest.fixture
def drafts(valkey: str) -> Drafts:
    return Drafts(valkey, lambda: KEY)


def test_a_form_is_kept_for_its_person_only(drafts: Drafts) -> None:
    drafts.keep("li", "form", {"case": "D-1"})

    assert (drafts.kept("li", "form"), drafts.kept("wang", "form"), drafts.kept("li", "other")) == (
        {"case": "D-1"},
        {},
        {},
    )


def test_it_is_sealed_and_ends_within_the_hour(drafts: Drafts, client: redis.Redis) -> None:
    drafts.keep("desk-li", "form", {"case": "D-2026-0001"})
    (key,) = client.scan_iter()

    held = client.get(key)

    assert isinstance(held, bytes)
    assert b"D-2026" not in held + key
    assert b"desk-li" not in held + key
    assert 0 < int(ask(client, "TTL", key)) <= KEPT_SECONDS


def test_another_key_reads_nothing(drafts: Drafts, valkey: str) -> None:
    drafts.keep("li", "form", {"case": "D-1"})

    assert Drafts(valkey, lambda: bytes(32)).kept("li", "form") == {}


def test_what_was_sent_is_forgotten(drafts: Drafts) -> None:
    drafts.keep("li", "form", {"case": "D-1"})
    drafts.keep("li", "other", {"note": "x"})
    drafts.drop("li", "form")

    assert (drafts.kept("li", "form"), drafts.kept("li", "other")) == ({}, {"note": "x"})


def test_the_five_forms_that_were_kept_last_are_kept(drafts: Drafts) -> None:
    """One that is kept again is among the last, with what was typed last."""
    for number in range(MAX_FORMS - 1):
        drafts.keep("li", f"form {number}", {"note": f"{number}"})
    drafts.keep("li", "form 0", {"note": "again"})
    drafts.keep("li", f"form {MAX_FORMS - 1}", {"note": f"{MAX_FORMS - 1}"})
    assert [drafts.kept("li", f"form {number}") for number in range(MAX_FORMS)] == [
        {"note": "again"},
        *({"note": f"{number}"} for number in range(1, MAX_FORMS)),
    ]

    drafts.keep("li", "one more", {"note": "more"})

    kept = {name: drafts.kept("li", name) for name in ("form 0", "form 1", "form 2", "form 3", "form 4", "one more")}
    assert kept == {
        "form 0": {"note": "again"},
        "form 1": {},
        **{f"form {number}": {"note": f"{number}"} for number in range(2, MAX_FORMS)},
        "one more": {"note": "more"},
    }


def test_eleven_pasted_waybills_survive_a_service_that_is_down(work: Work, app: Flask) -> None:
    browser = work.browser("service-desk", "li")
    session_id = browser.get_cookie(SESSION_COOKIE)
    assert session_id is not None
    away = create_app(replace(app.extensions["desk"].settings, service_url="http://127.0.0.1:1")).test_client()
    away.environ_base |= browser.environ_base
    away.set_cookie(SESSION_COOKIE, session_id.value)

    refused = away.post(PATH, data=TYPED | {"waybills": PASTED})
    page = browser.get(PATH).text

    assert refused.status_code == 503
    assert all(text in page for text in (*TYPED.values(), *PASTED.split()))
    assert "D-77" not in work.browser("service-desk", "other").get(PATH).text


def test_a_form_survives_tokens_that_the_issuer_does_not_renew_and_the_session_ends(work: Work) -> None:
    browser = work.browser("service-desk", "li")
    sessions, now = work.app.extensions["desk"].sessions, int(time.time())
    held = sessions.begin(Session(sub="li", access_token="old", expires_at=now, began_at=now, seen_at=now))
    browser.set_cookie(SESSION_COOKIE, held)

    refused = browser.post(PATH, data=TYPED | {"waybills": PASTED}, headers={"Referer": f"http://localhost{PATH}"})

    assert (refused.status_code, refused.location) == (303, "/sign-in?next=%2Fcases%2Fnew")
    assert sessions.find(held) is None
    page = work.browser("service-desk", "li").get(PATH).text
    assert all(text in page for text in (*TYPED.values(), *PASTED.split()))


def test_a_form_survives_a_token_that_the_service_refuses_and_the_session_ends(work: Work) -> None:
    browser = work.browser("service-desk", "li")
    sessions, now = work.app.extensions["desk"].sessions, int(time.time())
    held = sessions.begin(Session(sub="li", access_token="forged", expires_at=now + 600, began_at=now, seen_at=now))
    browser.set_cookie(SESSION_COOKIE, held)

    refused = browser.post(PATH, data=TYPED | {"waybills": PASTED})

    assert (refused.status_code, refused.location) == (303, "/sign-in?next=%2F")
    assert sessions.find(held) is None
    page = work.browser("service-desk", "li").get(PATH).text
    assert all(text in page for text in (*TYPED.values(), *PASTED.split()))


def test_a_form_survives_a_session_that_expired(work: Work) -> None:
    browser = work.browser("service-desk", "li")
    old = int(time.time()) - 10_000
    sessions = work.app.extensions["desk"].sessions
    ended = sessions.begin(Session(sub="li", began_at=old, seen_at=old))
    wait_until(lambda: sessions.find(ended) is None, "the store forgets it")
    browser.set_cookie(SESSION_COOKIE, ended)

    sent = browser.post(
        PATH,
        data=TYPED | {"waybills": f"{PASTED}\n13812345678"},
        headers={"Referer": "http://127.0.0.1:8081/cases/new"},
    )
    page = work.browser("service-desk", "li").get(PATH).text

    assert (sent.status_code, sent.headers["Location"]) == (303, "/sign-in?next=%2Fcases%2Fnew")
    assert "the door was open" in page
    assert "13812345678" not in page


def test_a_note_survives_and_is_gone_once_it_was_sent(work: Work) -> None:
    work.api.open_case("D-9", NUMBER, purpose="regulator")
    browser = work.browser("supervisor", "chen")
    browser.post("/me/keep", data={"form": "/cases/D-9/approve", "note": "asked the station"})
    kept = browser.get("/approvals").text

    browser.post("/cases/D-9/deny", data={"note": "asked the station"})
    work.api.open_case("D-10", NUMBER, purpose="regulator")

    assert "asked the station" in kept
    assert "asked the station" not in browser.get("/approvals").text


def test_a_phone_is_never_kept(work: Work) -> None:
    browser = work.browser("privacy-officer", "he")
    browser.post("/me/keep", data={"form": "/decoys/heard", "phone": "13812345678"})

    assert "13812345678" not in browser.get("/decoys").text


def test_a_form_can_be_begun_anew(work: Work) -> None:
    browser = work.browser("service-desk", "li")
    browser.post("/me/keep", data={"form": PATH, **TYPED, "waybills": PASTED})
    assert "the door was open" in browser.get(PATH).text

    assert browser.get(f"{PATH}?fresh=1").headers["Location"] == PATH
    assert "the door was open" not in browser.get(PATH).text


def test_of_a_long_text_the_first_20000_characters_are_kept(work: Work) -> None:
    browser = work.browser("service-desk", "li")
    browser.post("/me/keep", data={"form": PATH, **TYPED, "details": "q" * 20_000 + "~"})

    page = browser.get(PATH).text

    assert ("q" * 20_000 in page, "q~" in page) == (True, False)


@pytest.mark.parametrize("session", [Session(sub="li"), None], ids=["unread", "signed out"])
def test_nothing_is_filled_in_while_the_forms_cannot_be_read_or_nobody_is_signed_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch, session: Session | None
) -> None:
    def away(*_: str) -> dict[str, str]:
        raise SessionsUnavailableError

    monkeypatch.setattr(Drafts, "kept", away)
    with app.test_request_context(PATH):
        g.session = session

        assert kept_form(PATH) == {}
