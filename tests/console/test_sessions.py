"""Sessions of the desk: sealed, one a person, ended by idleness and age."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask

from masking_console.guards import SESSION_COOKIE
from masking_console.sessions import (
    ENDED_BY_ISSUER,
    ENDED_ELSEWHERE,
    FORMER_SECONDS,
    LIFETIME_SECONDS,
    Session,
    Sessions,
    name_of,
)
from masking_console.settings import Settings
from masking_console.store import SessionsUnavailableError
from tests import servers
from tests.console.conftest import KEY, Work, desk
from tests.store.stores import ask


def session(sub: str = "officer-wang", **more: object) -> Session:
    now = int(time.time())
    given: dict[str, Any] = {"sub": sub, "access_token": "secret-token", "began_at": now, "seen_at": now}
    return Session(**given | more)


def test_a_session_is_found_under_its_id(sessions: Sessions) -> None:
    begun = session()

    assert sessions.find(sessions.begin(begun)) == begun


def test_a_session_outlives_a_restart_of_its_store(tmp_path: Path) -> None:
    node = servers.Node(tmp_path, servers.durable()).start()
    try:
        sessions, begun = Sessions(node.url, lambda: KEY), session()
        session_id = sessions.begin(begun)
        node.kill()
        with pytest.raises(SessionsUnavailableError):
            sessions.find(session_id)
        node.start()

        assert sessions.find(session_id) == begun
    finally:
        node.kill()


def test_an_id_has_256_random_bits(sessions: Sessions) -> None:
    assert len({sessions.begin(session()) for _ in range(20)} | {""}) == 21
    assert len(sessions.begin(session())) == 43


def test_redis_holds_neither_the_id_nor_the_token_nor_the_person(sessions: Sessions, client: redis.Redis) -> None:
    begun = sessions.begin(session())

    stored = b"".join(key + (client.get(key) or b"") for key in client.scan_iter())
    assert stored
    for secret in (begun.encode(), b"secret-token", b"officer-wang"):
        assert secret not in stored


def test_every_key_has_the_prefix_of_the_desk_and_an_end(sessions: Sessions, client: redis.Redis) -> None:
    sessions.begin(session())

    ends = {key: client.ttl(key) for key in client.scan_iter()}
    assert all(
        key.startswith(b"console:") and 0 < end <= LIFETIME_SECONDS + FORMER_SECONDS for key, end in ends.items()
    )


def test_a_sealed_session_opens_under_its_own_key_only(sessions: Sessions, client: redis.Redis) -> None:
    mine, other = sessions.begin(session("officer-wang")), sessions.begin(session("officer-zhao"))
    keys = client.keys("console:session:*")
    first, second = ask(client, "MGET", *keys)
    client.set(keys[0], second)
    client.set(keys[1], first)

    assert (sessions.find(mine), sessions.find(other)) == (None, None)


def test_a_session_of_another_key_is_unknown(sessions: Sessions, valkey: str) -> None:
    begun = sessions.begin(session())

    assert Sessions(valkey, lambda: bytes(32)).find(begun) is None


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x91\x01", b"{}"])
def test_a_session_that_another_release_wrote_is_unknown(
    sessions: Sessions, client: redis.Redis, content: bytes
) -> None:
    held = sessions.begin(session())
    key = f"console:session:{name_of(held)}".encode()
    assert client.exists(key)
    client.set(key, sessions._store.seal(key, content))

    assert sessions.find(held) is None


def test_a_newer_sign_in_ends_the_older_session_and_says_so_to_both(sessions: Sessions) -> None:
    older = sessions.begin(session())
    newer = sessions.begin(session())

    before, after = sessions.find(older), sessions.find(newer)
    assert before is not None
    assert after is not None
    assert (before.ended, before.access_token, after.ended, after.replaced) == (ENDED_ELSEWHERE, "", "", True)


def test_people_do_not_end_each_others_sessions(sessions: Sessions) -> None:
    mine = session("officer-wang")
    begun = sessions.begin(mine)
    sessions.begin(session("officer-zhao"))

    assert sessions.find(begun) == mine


@pytest.mark.parametrize(
    ("held", "named", "ends"),
    [
        ("s-1", {"sub": "officer-wang"}, True),
        ("s-1", {"sid": "s-1"}, True),
        ("s-1", {"sub": "officer-wang", "sid": "s-1"}, True),
        ("", {"sub": "officer-wang", "sid": "s-1"}, True),
        ("s-1", {"sub": "officer-wang", "sid": "s-2"}, False),
        ("s-1", {"sub": "officer-zhao", "sid": "s-1"}, False),
        ("s-1", {"sub": "s-1"}, False),
        ("s-1", {"sid": "officer-wang"}, False),
        ("", {"sid": "s-1"}, False),
    ],
    ids=[
        "person",
        "session",
        "person and session",
        "session began without a sid",
        "another session of the person",
        "session of another person",
        "sid as person",
        "person as sid",
        "unknown session",
    ],
)
def test_the_issuer_ends_the_session_that_it_names(
    sessions: Sessions, held: str, named: dict[str, str], ends: bool
) -> None:
    begun = sessions.begin(session(sid=held))

    sessions.end_by_issuer(**named)

    found = sessions.find(begun)
    assert found is not None
    assert (found.ended, found.access_token) == ((ENDED_BY_ISSUER, "") if ends else ("", "secret-token"))


def test_a_name_is_new_once(sessions: Sessions) -> None:
    assert [sessions.once("jti-1", 60), sessions.once("jti-1", 60), sessions.once("jti-2", 60)] == [True, False, True]


def test_one_request_at_a_time_holds_the_lock(sessions: Sessions, client: redis.Redis) -> None:
    with sessions.lock("id"):
        assert client.keys("console:lock:*") != []
    assert client.keys("console:lock:*") == []


def test_a_store_that_does_not_answer_is_said(settings: Settings) -> None:
    unreachable = "redis://127.0.0.1:1/0"
    with pytest.raises(SessionsUnavailableError):
        Sessions(unreachable, lambda: KEY).find("id")
    browser = desk(replace(settings, redis_url=unreachable)).test_client()

    assert [browser.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 503]


def test_a_session_shows_nothing_when_it_is_printed() -> None:
    assert repr(session()) == "<Session>"


def visit(app: Flask, session_id: str, path: str, **headers: str) -> str:
    """What a page says to a session. It is a 503: no service runs in these tests."""
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    browser.set_cookie(SESSION_COOKIE, session_id)
    return browser.get(path, headers=headers).text


@pytest.mark.parametrize(("path", "extends"), [("/cases", True), ("/cases?poll=1", False)])
def test_polling_does_not_extend_a_session(sessions: Sessions, app: Flask, path: str, extends: bool) -> None:
    before = int(time.time()) - 100
    begun = sessions.begin(session(seen_at=before, expires_at=int(time.time()) + 600))

    visit(app, begun, path)

    found = sessions.find(begun)
    assert found is not None
    assert (found.seen_at > before) is extends


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", {}), ("/cases?poll=1", {}), ("/cases", {"HX-Request": "true"})],
    ids=["first screen", "poll", "fragment"],
)
def test_a_newer_session_is_told_on_the_first_whole_page(
    sessions: Sessions, app: Flask, path: str, headers: dict[str, str]
) -> None:
    sessions.begin(session())
    newer = sessions.begin(session(expires_at=int(time.time()) + 600))
    visit(app, newer, path, **headers)

    told = ["You were signed in elsewhere as well" in visit(app, newer, "/cases") for _ in range(2)]

    assert told == [True, False]


def test_a_sign_in_after_the_issuer_ended_a_session_replaces_none(sessions: Sessions) -> None:
    first = sessions.begin(session())
    sessions.end_by_issuer(sub="officer-wang")
    second = sessions.begin(session())

    found = [sessions.find(one) for one in (first, second)]
    assert [(one.ended, one.replaced) for one in found if one] == [(ENDED_BY_ISSUER, False), ("", False)]


MINUTE, HOUR = 60, 3_600


@pytest.mark.parametrize(
    ("seen", "began", "left"),
    [
        (0, 0, 15 * MINUTE),
        (14 * MINUTE, 8 * HOUR, MINUTE),
        (15 * MINUTE - 1, HOUR, 1),
        (15 * MINUTE, HOUR, 0),
        (HOUR, HOUR, 0),
        (0, 9 * HOUR - 1, 1),
        (0, 9 * HOUR, 0),
        (MINUTE, 9 * HOUR - 14 * MINUTE, 14 * MINUTE),
        (MINUTE, 9 * HOUR - 13 * MINUTE, 13 * MINUTE),
    ],
)
def test_a_session_ends_after_fifteen_minutes_without_an_act_and_after_nine_hours(
    seen: int, began: int, left: int
) -> None:
    """As docs/desk.md says."""
    assert Session(sub="p", seen_at=1_000_000 - seen, began_at=1_000_000 - began).seconds_left(1_000_000) == left


def test_how_long_each_key_of_a_session_is_kept(sessions: Sessions, client: redis.Redis) -> None:
    """The session as long as it goes on; whose it was an hour longer than the longest; where it is as long as that."""

    def kept() -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for key in client.scan_iter():
            kind = key.rsplit(b":", 1)[0].decode()
            found.setdefault(kind, []).append(-(-int(ask(client, "PTTL", key)) // 10_000) * 10)
        return {kind: sorted(each) for kind, each in found.items()}

    sessions.begin(session(sid="s-1"))
    one = kept()
    newer = sessions.begin(session(sid="s-2", seen_at=int(time.time()) - 10 * MINUTE))

    session_of, former_of = "console:session", "console:former"
    pointers = [each for kind, lives in one.items() if kind not in (session_of, former_of) for each in lives]
    assert (one[session_of], one[former_of], pointers) == ([15 * MINUTE], [10 * HOUR], [9 * HOUR] * 2)
    assert kept()[session_of] == [5 * MINUTE, 15 * MINUTE]  # the one that has ended says so for a quarter of an hour
    assert sessions.end_named(name_of(newer)) is not None
    assert kept()[session_of] == [15 * MINUTE]


def test_a_request_takes_the_tokens_that_another_one_renewed_meanwhile(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it waited for the lock: the refresh token is good once."""
    browser, now = work.browser("service-desk", "li"), int(time.time())
    sessions = work.app.extensions["desk"].sessions
    good = {"access_token": work.api.mint("service-desk", "li"), "expires_at": now + 600}
    held = sessions.begin(Session(sub="li", access_token="old", expires_at=now, began_at=now, seen_at=now))
    browser.set_cookie(SESSION_COOKIE, held)

    @contextmanager
    def late(_: Sessions, session_id: str) -> Iterator[None]:
        assert sessions.change(session_id, **good) is not None
        yield

    monkeypatch.setattr(Sessions, "lock", late)

    assert browser.get("/cases").status_code == 200
    found = sessions.find(held)
    assert found is not None
    assert {name: getattr(found, name) for name in good} == good
