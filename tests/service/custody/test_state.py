"""Custody: who holds a parcel is sealed beside the record, and no move of bytes gives it to anyone else."""

from pathlib import Path

import pytest
import redis

from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.keyset import create, load
from keys.rotation import activate, distribute, settle_index
from masking_service.service.custody.state import Custodies, Custody
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import Prepared, StoredValue
from masking_service.store.client import Store
from masking_service.store.layout import custody_key, record_stems, stems_of
from tests.every import every
from tests.keys.known import known_keyring
from tests.rotation.processes import TODAY
from tests.store import stores
from tests.store.stores import LATER, ask, counted

KEYRING = known_keyring()
FIRST, SECOND = KEYRING.tenant("default").bases(["SF0000000001", "SF0000000002"])
COURIER = Principal("client/c-88", "default", ("courier",), frozenset({"021001"}), "key")


def place(base: bytes) -> bytes:
    return custody_key(record_stems([base])[0])


@pytest.fixture
def custodies(store: Store) -> Custodies:
    return Custodies(store, KEYRING, stores.foreseen(), stores.vault(store).record_keys)


def stored_custody(custodies: Custodies, client: redis.Redis) -> object:
    return custodies.open("default", StoredValue(place(FIRST), ask(client, "GET", place(FIRST))))


@every(
    ("custody", "held"),
    [
        (Custody("021001"), True),
        (Custody("999999"), False),
        (Custody("999999", "client/c-88"), True),
        (Custody(None, "client/c-88"), True),
        (Custody("021001", "client/c-99"), False),  # another courier took it out of the caller's site
        (Custody("021001", ""), False),  # set, but to no courier
        (Custody(None, "c-88"), False),
        (Custody(None), False),
        (Custody(""), False),
    ],
)
def test_a_parcel_is_held_by_its_courier_or_else_by_its_site(custody: Custody, held: bool) -> None:
    assert custody.held_by(COURIER) is held


def test_a_principal_without_sites_holds_no_site() -> None:
    stranger = Principal("client/c-1", "default", ("courier",), frozenset(), "key")

    assert (Custody("021001").held_by(stranger), Custody(None).held_by(stranger)) == (False, False)


@pytest.mark.parametrize("custody", [Custody("021001"), Custody("021001", "client/c-88"), Custody(None, "staff/u-1")])
def test_what_was_set_is_read(custodies: Custodies, client: redis.Redis, custody: Custody) -> None:
    custodies.prepare("default", [FIRST], [custody], [LATER], first=True).write()

    assert stored_custody(custodies, client) == custody


def test_a_batch_is_one_round_trip(custodies: Custodies, store: Store, client: redis.Redis) -> None:
    with counted(store) as trips:
        custodies.prepare("default", [FIRST, SECOND], [Custody("021001")] * 2, [LATER, LATER + 1], first=True).write()

    ends = [ask(client, "EXPIRETIME", place(base)) for base in (FIRST, SECOND)]
    assert (trips, ends) == ([1], [LATER, LATER + 1])


@pytest.fixture
def sealed(custodies: Custodies, client: redis.Redis) -> bytes:
    """What is stored of the first waybill, which a site holds."""
    custodies.prepare("default", [FIRST], [Custody("021001")], [LATER], first=True).write()
    stored: bytes = ask(client, "GET", place(FIRST))
    return stored


@pytest.mark.usefixtures("sealed")
def test_custody_that_is_set_is_not_taken_over(custodies: Custodies, client: redis.Redis) -> None:
    custodies.prepare("default", [FIRST], [Custody("999999")], [LATER], first=True).write()

    assert stored_custody(custodies, client) == Custody("021001")


def test_a_waybill_without_custody_is_held_by_no_principal(custodies: Custodies) -> None:
    assert custodies.open("default", None) is None


@pytest.mark.parametrize(("tenant", "base"), [("default", SECOND), ("other", FIRST)], ids=["waybill", "tenant"])
def test_custody_that_was_moved_to_another_one_is_an_alarm(
    custodies: Custodies, sealed: bytes, tenant: str, base: bytes
) -> None:
    with pytest.raises(IntegrityError):
        custodies.open(tenant, StoredValue(place(base), sealed))


def test_a_flipped_bit_is_an_alarm(custodies: Custodies, sealed: bytes) -> None:
    with pytest.raises(IntegrityError):
        custodies.open("default", StoredValue(place(FIRST), sealed[:-1] + bytes([sealed[-1] ^ 1])))


@pytest.mark.parametrize("value", [b"", b'["021001",null]', bytes(64)])
def test_an_unsealed_value_is_an_alarm(custodies: Custodies, value: bytes) -> None:
    with pytest.raises(IntegrityError):
        custodies.open("default", StoredValue(place(FIRST), value))


def test_a_record_in_the_place_of_custody_is_an_alarm(custodies: Custodies, store: Store, client: redis.Redis) -> None:
    stored = stores.put(stores.vault(store), stores.body(), "SF0000000001")
    value = ask(client, "GET", record_stems([stored.base])[0] + b"}0")

    with pytest.raises(IntegrityError):
        custodies.open("default", StoredValue(place(stored.base), value))


@pytest.mark.parametrize("rotated", ["not", "newer place not used yet", "older place decides no more"])
def test_what_a_change_of_custody_says_that_it_writes_is_what_it_writes(
    store: Store, client: redis.Redis, tmp_path: Path, rotated: str
) -> None:
    """A move takes away the custody at the older place, which would count; a first custody leaves it."""
    path = tmp_path / "keyset.json"
    create(path, made_for="production", today=TODAY)
    process = Keyring(load(path))
    if rotated != "not":
        distribute(path, "index", TODAY)
        process = Keyring(load(path))
    if rotated == "older place decides no more":
        activate(path, "index", TODAY)
        settle_index(path, TODAY)
        process = Keyring(load(path))
    keys = process.tenant("default")
    bases = keys.bases(["SF0000000001", "SF0000000002"])
    stems = stems_of(keys, bases)
    own, other = ([custody_key(stem) for stem in each] for each in (stems.own, stems.other))
    found = Custodies(store, process, stores.foreseen(), stores.vault(store, process).record_keys)
    custody, ends = Custody("021001", "client/c-88"), [LATER, LATER + 5]
    for at in other:
        ask(client, "SET", at, b"at the other place")

    first = found.prepare("default", bases, [custody] * len(bases), ends, first=True)
    move = found.prepare("default", bases, [custody, Custody(None)], ends)
    none = found.prepare("default", [], [], [])

    def said(change: Prepared[None]) -> list[object]:
        return [(one.place, bool(one.value), one.until, one.once) for one in change.sealed]

    older = [] if stems.layers.other_is_newer else other
    assert said(first) == [(at, True, until, True) for at, until in zip(own, ends, strict=True)]
    assert said(move) == [
        *((at, True, until, False) for at, until in zip(own, ends, strict=True)),
        *((at, False, 0, False) for at in older),
    ]
    assert said(none) == []
    assert bool(older) is (rotated == "older place decides no more")
    for change in (first, move):
        change.write()
        assert [ask(client, "GET", at) for at in own] == [one.value for one in change.sealed[:2]]
        assert [ask(client, "EXPIRETIME", at) for at in own] == ends
        left = b"at the other place"
        assert [ask(client, "GET", at) for at in other] == [left if change is first or not older else None] * len(other)
    first.write()
    assert [ask(client, "GET", at) for at in own] == [one.value for one in move.sealed[:2]]
