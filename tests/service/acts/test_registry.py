"""Which keys of people are kept: those that wait for a week, twenty each and a thousand in all, and revoked ones."""

import os
from typing import Any

import msgspec
import pytest

from masking_service.service.acts.problems import TooManyKeys
from masking_service.service.acts.state import (
    KEPT_REVOKED,
    MAX_REQUESTS,
    MAX_REQUESTS_EACH,
    REQUEST_SECONDS,
    Keyholders,
    KeyRequest,
    PersonKey,
)
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store.stores import NOW

NONE: Any = {"credential": "", "cose": "", "public_key": ""}


@pytest.fixture
def keyholders(store: Store) -> Keyholders:
    return Keyholders(store, known_keyring(), os.urandom)


def request(name: str, principal: str = "staff/li", since: int = NOW) -> KeyRequest:
    return KeyRequest(id=name, principal=principal, name=name, since=since, **NONE)


def ask(keyholders: Keyholders, wanted: KeyRequest, tenant: str = "default") -> None:
    assert keyholders.prepare_request(tenant, wanted).write()


def waiting(keyholders: Keyholders, now: int = NOW, tenant: str = "default") -> list[KeyRequest]:
    question = keyholders.requests_question(tenant, now)
    keyholders._store.ask(question)
    return [*question.answer()]


def test_a_key_waits_for_a_week_in_its_tenant_for_every_process(keyholders: Keyholders, store: Store) -> None:
    other = Keyholders(store, known_keyring(), os.urandom)
    first, second = request("k-1", since=NOW), request("k-2", since=NOW + 1)
    ask(keyholders, first)
    ask(keyholders, second)

    ends = NOW + REQUEST_SECONDS
    assert waiting(keyholders, ends - 1) == [first, second]
    assert (waiting(keyholders, ends), waiting(keyholders, ends + 1)) == ([second], [])
    assert waiting(keyholders, tenant="other") == []
    later = request("k-3", since=ends)
    ask(keyholders, later)
    assert waiting(keyholders) == waiting(other) == [second, later]  # what has ended is gone with the next one


def test_a_key_that_is_asked_for_again_waits_once_and_anew(keyholders: Keyholders) -> None:
    for one in (request("k-1"), request("k-2"), request("k-1", since=NOW + 5)):
        ask(keyholders, one)

    assert waiting(keyholders) == [request("k-2"), request("k-1", since=NOW + 5)]
    assert keyholders.prepare_settled("default", "k-2", NOW).write()
    assert waiting(keyholders) == [request("k-1", since=NOW + 5)]
    assert keyholders.prepare_settled("default", "k-2", NOW + REQUEST_SECONDS).write()
    assert waiting(keyholders) == [request("k-1", since=NOW + 5)]


def test_twenty_keys_of_a_person_wait_the_newest(keyholders: Keyholders) -> None:
    other = request("of another", "staff/wang")
    ask(keyholders, other)
    each = [request(f"k-{number}") for number in range(MAX_REQUESTS_EACH + 3)]
    for one in each[:MAX_REQUESTS_EACH]:
        ask(keyholders, one)
    assert waiting(keyholders) == [other, *each[:MAX_REQUESTS_EACH]]

    for one in each[MAX_REQUESTS_EACH:]:
        ask(keyholders, one)
    assert waiting(keyholders) == [other, *each[3:]]


def test_a_thousand_keys_wait_and_no_more_until_one_is_settled(keyholders: Keyholders) -> None:
    each = [request(f"k-{number}", f"staff/{number // MAX_REQUESTS_EACH}") for number in range(MAX_REQUESTS)]
    requests = keyholders._requests.of("default")
    encoded = b"[" + b",".join(msgspec.json.encode(one) for one in each[:-1]) + b"]"
    assert requests.prepare(lambda _: encoded).write()
    ask(keyholders, each[-1])
    assert waiting(keyholders) == each

    with pytest.raises(TooManyKeys):
        ask(keyholders, request("one more", "staff/new"))
    ask(keyholders, request("in place of the first", each[0].principal))
    assert waiting(keyholders) == [*each[1:], request("in place of the first", each[0].principal)]


def test_twenty_revoked_keys_of_a_person_are_kept_the_last_ones_beside_all_others(keyholders: Keyholders) -> None:
    def key(name: str, revoked_at: int = 0) -> PersonKey:
        given: Any = {"since": 0, "approved_at": 0, "approved_by": "b", "works_from": 0, **NONE}
        return PersonKey(id=name, name=name, revoked_at=revoked_at, **given)

    def keep(one: PersonKey) -> None:
        assert keyholders.prepare_key("default", "staff/li", one).write()

    active, revoked = [key(f"a-{number}") for number in range(2)], [key(f"r-{number}", 1) for number in range(23)]
    keep(active[0])
    for one in revoked[:KEPT_REVOKED]:
        keep(one)
    keep(active[1])
    assert [*keyholders.known_keys("default", "staff/li")] == [active[0], *revoked[:KEPT_REVOKED], active[1]]

    for one in revoked[KEPT_REVOKED:]:  # one more than is kept until the next one comes
        keep(one)
    keep(key("a-0", 1))
    left = [*revoked[3:KEPT_REVOKED], active[1], *revoked[KEPT_REVOKED:], key("a-0", 1)]
    assert [*keyholders.known_keys("default", "staff/li")] == left
    assert [keyholders.known_keys(*of) for of in (("default", "staff/wang"), ("other", "staff/li"))] == [(), ()]


def test_other_keys_of_a_person_are_checked_before_one_is_kept(keyholders: Keyholders) -> None:
    given: Any = {"name": "", "since": 0, "approved_at": 0, "approved_by": "b", "works_from": 0, **NONE}
    first, second = (PersonKey(id=name, **given) for name in ("k-1", "k-2"))
    seen: list[object] = []
    for one in (first, second, first):
        assert keyholders.prepare_key("default", "staff/li", one, lambda others: seen.append([*others])).write()

    assert seen == [[], [first], [second]]
