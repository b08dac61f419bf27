"""Who is behind stored waybills: every member of each count, of one store that holds every sort of record."""

from __future__ import annotations

import pytest

from keys.keyring import Keyring
from masking_audit.packs.persons import BOTH, RECIPIENT, SENDER, Occurring, Persons, SealedRevision, StoredPersons
from masking_service.masking.records.schema import Place
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store.stores import LATER, body, body_of, erase, put, vault

A, B, C, D = "13900000001", "13900000002", "13900000003", "13900000004"
WAYBILLS = {
    "SF00000001": {"recipient.phone": A, "sender.phone": B},
    "SF00000002": {"recipient.phone": f"+86 {A}", "recipient.name": C, "sender.address": f"call {C}", "contact": D},
    "SF00000003": {"recipient.phone": f"{A}, {C}", "sender.phone": "139****0002"},
    "SF00000004": {"sender.phone": D},
}
ERASED, UNKNOWN, OF_ANOTHER_TENANT = "SF00000005", "SF00000006", "SF00000007"


def place(path: str) -> Place:
    """A place of the kind that its last name is; one of no side's is a phone."""
    kind = path.rpartition(".")[2]
    return Place.parse(f"{'phone' if kind == 'contact' else kind} {path}")


@pytest.fixture
def keyring() -> Keyring:
    return known_keyring()


@pytest.fixture
def persons(store: Store, keyring: Keyring) -> StoredPersons:
    written = vault(store, keyring)
    for number, fields in WAYBILLS.items():
        put(written, body_of("standard", [(place(path), value) for path, value in fields.items()]), number)
    put(written, body(phone=D), ERASED)
    erase(written, ERASED, until=LATER)
    put(written, body(phone=D), OF_ANOTHER_TENANT, tenant="other")
    return StoredPersons(store, keyring, "default")


@pytest.fixture
def hashes(keyring: Keyring) -> dict[str, str]:
    numbers = [*WAYBILLS, ERASED, UNKNOWN, OF_ANOTHER_TENANT]
    keys = keyring.tenant("default")
    return dict(zip(numbers, keys.waybill_hashes(keys.bases(numbers)), strict=True))


def test_the_phones_of_the_sides_that_are_concerned_are_counted(persons: StoredPersons, hashes: dict[str, str]) -> None:
    """A number in a name, an address or a field of no side is no person's, and a mask is no number."""
    each = [dict.fromkeys(hashes.values(), side) for side in (RECIPIENT, SENDER, BOTH)]
    first = {hashes["SF00000001"]: BOTH, hashes["SF00000004"]: SENDER}

    assert persons.of(*each, first, {}) == [
        Persons(persons=2, waybills=4, without_phone=1, missing=3),
        Persons(persons=2, waybills=4, without_phone=2, missing=3),
        Persons(persons=4, waybills=4, without_phone=3, missing=3),
        Persons(persons=3, waybills=2, without_phone=0, missing=0),
        Persons(persons=0, waybills=0, without_phone=0, missing=0),
    ]


def test_what_is_stored_of_a_list_are_its_waybills_and_those_with_its_phones(
    persons: StoredPersons, hashes: dict[str, str]
) -> None:
    """An erased waybill is stored, and another tenant's phone is not found."""
    of = hashes.__getitem__
    listed = {of("SF00000004"), of(ERASED), of(UNKNOWN)}

    stored = {of("SF00000004"), of(ERASED)}
    assert persons.occurring(listed, frozenset()) == Occurring(stored, set(), set())
    with_phones = {of(f"SF0000000{number}") for number in (1, 2, 3)}
    assert persons.occurring(listed, {A, C, "13900000009"}) == Occurring(stored, with_phones, {A, C})


def test_records_are_counted_by_how_a_leaked_key_opens_them(persons: StoredPersons, hashes: dict[str, str]) -> None:
    """Of those that may be opened, and of which a way is told; both sides of each are concerned."""
    of = hashes.__getitem__
    ways = {of("SF00000001"): "now", of("SF00000003"): "now", of("SF00000004"): "before", of("SF00000002"): ""}
    asked = set()

    def may_open(sealed: SealedRevision) -> bool:
        asked.add(sealed.waybill)
        return sealed.waybill != of("SF00000003")

    found = persons.divided(may_open, lambda one: ways[one.sealed.waybill])

    assert asked == {*ways, of(ERASED)}
    assert found == {
        "now": (Persons(persons=2, waybills=1, without_phone=0, missing=0), {of("SF00000001")}),
        "before": (Persons(persons=1, waybills=1, without_phone=1, missing=0), {of("SF00000004")}),
    }
