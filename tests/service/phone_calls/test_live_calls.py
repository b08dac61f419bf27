"""Calls, their records and callers' numbers in a real Valkey: bound to their place, and claimed once."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from keys import keyset
from keys.errors import IntegrityError, KeysetError
from keys.keyring import Keyring
from keys.tiers import begin_split, make_intake_keyset
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.provider import TOLERANCE_SECONDS, CallRecord
from masking_service.service.phone_calls.state import Callers, CallRecords, KeptRecord, LiveCalls, Origin, hash_called
from masking_service.store.client import Store
from masking_service.store.layout import CALLERS, call_records_key, call_stem, record_stems, tenant_key
from tests.keys.known import known_keyring
from tests.store.stores import LATER, NOW, NUMBER, ask

KEYRING = known_keyring()
KEYS = KEYRING.tenant("default")
(BASE,) = KEYS.bases([NUMBER])
A, B = "13900000001", "13812345678"
CALLED = hash_called(KEYS, B)
ORIGIN = Origin("default", "client/c-1", BASE, "/recipient/phone", LATER, CALLED)
ALIVE = msgspec.structs.replace(ORIGIN, began=NOW, until=LATER)


@pytest.fixture
def calls(store: Store) -> LiveCalls:
    return LiveCalls(store, KEYRING, os.urandom)


def test_a_call_is_claimed_once_and_found_by_its_reference(calls: LiveCalls) -> None:
    place = calls.place(ORIGIN, A, B)
    first = calls.claim(place, ORIGIN, NOW, LATER)
    second = calls.claim(place, ORIGIN, NOW, LATER)

    assert first == second == calls.find(place)
    assert calls.read(first.ref) == (ALIVE, first)


def test_a_call_that_has_ended_is_claimed_again(calls: LiveCalls) -> None:
    place = calls.place(ORIGIN, A, B)
    first = calls.claim(place, ORIGIN, NOW, LATER)
    last = calls.claim(place, ORIGIN, LATER - 1, LATER + 60)
    second = calls.claim(place, ORIGIN, LATER, LATER + 60)

    assert first == last != second == calls.find(place)


def test_other_numbers_are_another_place(calls: LiveCalls) -> None:
    other = "13700000000"
    places = [calls.place(ORIGIN, *numbers) for numbers in ((A, B), (B, A), (A, other), (other, B))]

    assert len(set(places)) == 4


def test_each_caller_and_each_field_has_a_place_of_its_own(calls: LiveCalls) -> None:
    """Two people may call from one number, and two waybills may have one phone."""
    changes: list[dict[str, Any]] = [
        {},
        {"tenant": "other"},
        {"principal": "client/c-2"},
        {"base": bytes(12)},
        {"field": "/sender/phone"},
    ]
    places = [calls.place(msgspec.structs.replace(ORIGIN, **change), A, B) for change in changes]

    assert len(set(places)) == len(changes)


def test_an_intake_host_cannot_tell_who_called_whom(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "keyset.json"
    keyset.create(path, made_for="development", today="2026-12-01")
    host = tmp_path / "north.json"
    make_intake_keyset(begin_split(path, "2026-12-01"), "north", host, "2026-12-01")
    calls = LiveCalls(store, Keyring(keyset.load(host)), os.urandom)

    with pytest.raises(KeysetError):
        calls.place(ORIGIN, A, B)


def test_a_call_lives_until_it_ends_and_its_records_are_taken_for_a_day_longer(
    calls: LiveCalls, client: redis.Redis
) -> None:
    place = calls.place(ORIGIN, A, B)
    ref = calls.claim(place, ORIGIN, NOW, LATER).ref
    ends = {key: client.execute_command("EXPIRETIME", key) for key in client.keys("wm:{c:*}*")}

    assert ends == {call_stem(place) + b"live": LATER, call_stem(ref[:16]) + ref[16:].encode(): LATER + 86_400}


def test_an_ended_call_is_known_and_no_longer_lives(calls: LiveCalls) -> None:
    made = calls.claim(calls.place(ORIGIN, A, B), ORIGIN, NOW, LATER)
    calls.end(made.ref)

    assert calls.read(made.ref) == (ALIVE, None)


@pytest.mark.parametrize("ref", ["", "x", "A" * 32, "A" * 31 + "*", "A" * 33])
def test_what_is_no_reference_names_nothing(calls: LiveCalls, ref: str) -> None:
    assert calls.read(ref) is None


def test_a_call_that_was_moved_is_an_alarm(calls: LiveCalls, client: redis.Redis) -> None:
    mine, other = calls.place(ORIGIN, A, B), calls.place(ORIGIN, B, A)
    calls.claim(mine, ORIGIN, NOW, LATER)
    ask(client, "COPY", *(call_stem(one) + b"live" for one in (mine, other)))

    with pytest.raises(IntegrityError):
        calls.find(other)


def test_whose_call_it_is_cannot_be_changed(calls: LiveCalls, client: redis.Redis) -> None:
    one = calls.claim(calls.place(ORIGIN, A, B), ORIGIN, NOW, LATER).ref
    two = calls.claim(calls.place(ORIGIN, B, A), ORIGIN, NOW, LATER).ref
    keys = [call_stem(ref[:16]) + ref[16:].encode() for ref in (one, two)]
    ask(client, "COPY", *keys, "REPLACE")

    with pytest.raises(IntegrityError):
        calls.read(two)


def test_a_nonce_comes_with_one_body(calls: LiveCalls) -> None:
    first = [calls.is_first_use("n-1", body) for body in (b"one", b"one", b"two", b"one")]

    assert (first, calls.is_first_use("n-2", b"two")) == ([True, True, False, True], True)


def test_a_message_is_remembered_for_longer_than_its_header_is_valid(calls: LiveCalls, client: redis.Redis) -> None:
    calls.is_first_use("n-1", b"one")
    (key,) = client.keys("wm:{c:*}message")

    assert 2 * TOLERANCE_SECONDS - 5 <= client.ttl(key) <= 2 * TOLERANCE_SECONDS


def record(name: str, *, answered: bool = False, number: str = CALLED, rang: int | None = 20) -> KeptRecord:
    return KeptRecord(BASE, "/recipient/phone", LATER, CallRecord("", name, NOW, 0, answered, rang), number)


def test_unanswered_calls_are_counted_each_once(store: Store) -> None:
    records = CallRecords(store, KEYRING, os.urandom)
    other = record("r-5", number=hash_called(KEYS, A))
    batches = (
        [record("r-1"), record("r-2", answered=True), record("r-4", rang=14)],
        [record("r-1"), record("r-3", rang=None), other],
    )
    for each in batches:
        records.prepare("default", records.new("default", each)).write()

    assert records.unanswered("default", [BASE, BASE]) == {(BASE, CALLED): 2, (BASE, other.number): 1}
    assert records.unanswered("default", []) == {}


def test_a_record_of_a_call_is_stored_as_an_array(store: Store, client: redis.Redis) -> None:
    CallRecords(store, KEYRING, os.urandom).prepare("default", [record("r-1")]).write()
    key = call_records_key(record_stems([BASE])[0])
    ((name, value),) = ask(client, "HGETALL", key).items()

    assert KEYS.state.open(value, key + b"/" + name) == b'["/recipient/phone",%d,0,false,"%s",20]' % (
        NOW,
        CALLED.encode(),
    )


def test_a_record_of_an_earlier_release_names_no_number(store: Store, client: redis.Redis) -> None:
    key, name = call_records_key(record_stems([BASE])[0]), b"r-0"
    stored = b'["/recipient/phone",%d,0,false]' % NOW
    ask(client, "HSET", key, name, KEYS.state.seal(stored, key + b"/" + name, os.urandom(12)))

    assert CallRecords(store, KEYRING, os.urandom).unanswered("default", [BASE]) == {(BASE, ""): 1}


def test_a_record_of_a_call_is_written_once(store: Store) -> None:
    prepared = CallRecords(store, KEYRING, os.urandom).prepare("default", [record("r-1")])

    assert [(sealed.until, sealed.once) for sealed in prepared.sealed] == [(LATER, True)]


def test_a_record_of_another_waybill_is_an_alarm(store: Store, client: redis.Redis) -> None:
    records = CallRecords(store, KEYRING, os.urandom)
    records.prepare("default", [record("r-1")]).write()
    (other,) = KEYS.bases(["SF0000000009"])
    mine, its = (call_records_key(stem) for stem in record_stems([BASE, other]))
    ask(client, "COPY", mine, its)

    with pytest.raises(IntegrityError):
        records.unanswered("default", [other])


def caller(name: str) -> Principal:
    return Principal(name, "default", (), frozenset(), "jwt")


def test_a_number_is_its_principals_alone(store: Store, client: redis.Redis) -> None:
    callers = Callers(store, KEYRING, os.urandom)
    callers.prepare("default", {"staff/a": A, "staff/b": B}).write()
    key = tenant_key(KEYS.tag("tenant"), CALLERS)
    names = [KEYS.tag("caller", who).encode() for who in ("staff/a", "staff/b")]
    ask(client, "HSET", key, names[0], ask(client, "HGET", key, names[1]))

    assert callers.number(caller("staff/b")) == B
    assert callers.number(caller("staff/c")) is None
    with pytest.raises(IntegrityError):
        callers.number(caller("staff/a"))


def test_of_several_numbers_some_are_removed_and_all_others_kept(store: Store) -> None:
    callers = Callers(store, KEYRING, os.urandom)
    callers.prepare("default", {"staff/a": A, "staff/b": B}).write()
    callers.prepare("default", {"staff/a": None, "staff/c": A}).write()

    assert [callers.number(caller(who)) for who in ("staff/a", "staff/b", "staff/c")] == [None, B, A]


def test_an_old_reference_does_not_name_the_newer_call_of_its_place(calls: LiveCalls) -> None:
    place = calls.place(ORIGIN, A, B)
    first = calls.claim(place, ORIGIN, NOW, LATER)
    second = calls.claim(place, ORIGIN, LATER, LATER + 60)

    old, new = calls.read(first.ref), calls.read(second.ref)
    assert old is not None
    assert new is not None
    assert (old[1], new[1]) == (None, second)
