"""Reading active revisions, newest or by token."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
import redis

from keys.aead import FORMAT, HOUR_FORMAT, header_of
from keys.errors import IntegrityError
from masking_service.service.state.sealed import StoredValue
from masking_service.service.vault.vault import FoundWaybill, StoredWaybill, Vault
from masking_service.store.client import Store
from masking_service.store.layout import custody_key, record_key, record_stems, restriction_key
from tests.store import stores
from tests.store.stores import LATER, NOW, NUMBER, ask, body, counted, erase, put, read_at, write


def newest(vault: Vault, number: str = NUMBER, *, tenant: str = "default", now: int = NOW) -> FoundWaybill | None:
    return vault.newest(tenant, [number], now)[0]


@pytest.mark.parametrize(("revisions", "expected"), [(1, 1), (2, 2), (3, 2), (16, 2)])
def test_the_newest_revision_costs_one_round_trip_or_two(
    store: Store, vault: Vault, revisions: int, expected: int
) -> None:
    for number in range(revisions):
        put(vault, body(str(number)), revise=True)

    with counted(store) as trips:
        found = newest(vault)

    assert (trips, found and found.revision) == ([expected], revisions - 1)


def test_an_unknown_waybill_costs_one_round_trip_and_is_none(store: Store, vault: Vault) -> None:
    with counted(store) as trips:
        found = newest(vault)

    assert (found, trips) == (None, [1])


def test_many_waybills_cost_one_round_trip(store: Store, vault: Vault) -> None:
    numbers = [f"SF{number:08}" for number in range(50)]
    write(vault, {number: body(number) for number in numbers})

    with counted(store) as trips:
        found = vault.newest("default", numbers, NOW)

    assert (trips, [one and one.record.body for one in found]) == ([1], [body(number) for number in numbers])


def test_a_process_that_meets_a_data_key_first_asks_for_it_once(valkey: str, vault: Vault) -> None:
    put(vault, body())
    fresh = stores.admitted(valkey)
    reader = stores.vault(fresh)
    with counted(fresh) as first:
        newest(reader)
    with counted(fresh) as second:
        newest(reader)

    assert (first, second) == ([2], [1])


def test_another_tenants_waybill_is_none(vault: Vault) -> None:
    put(vault, body())

    assert newest(vault, tenant="other") is None


def test_a_record_is_read_together_with_its_custody(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())
    ask(client, "SET", custody_key(record_stems([stored.base])[0]), b"sealed custody")

    found = newest(vault)

    assert found is not None
    assert found.custody is not None
    assert found.custody.value == b"sealed custody"


def test_a_waybill_without_custody_has_none(vault: Vault) -> None:
    put(vault, body())

    assert (found := newest(vault)) is not None
    assert found.custody is None


def test_the_record_at_each_place_costs_one_round_trip(store: Store, vault: Vault) -> None:
    stored = [put(vault, body(str(number)), revise=True) for number in range(3)]

    with counted(store) as trips:
        found = read_at(vault, "default", [(one.base, one.revision) for one in stored], NOW)

    assert (found, trips) == ([one.record for one in stored], [1])


def test_nothing_at_a_place_is_none(vault: Vault) -> None:
    stored = put(vault, body())

    assert read_at(vault, "default", [(stored.base, 1), (bytes(12), 0)], NOW) == [None, None]


def test_a_waybill_whose_first_revision_is_erased_is_erased_whatever_is_stored_behind_it(
    vault: Vault, client: redis.Redis
) -> None:
    """Also where the mark of the erasure is not there, and a person with the store's password puts a revision back."""
    (stem,) = record_stems([put(vault, body()).base])
    put(vault, body("李四"), revise=True)
    kept = ask(client, "GET", record_key(stem, 1))
    erase(vault, until=LATER)
    ask(client, "SET", record_key(stem, 1), kept)
    ask(client, "DEL", restriction_key(stem))

    assert newest(vault) is None


def test_an_older_revision_stays_what_it_was(vault: Vault) -> None:
    first = put(vault, body())
    put(vault, body("李四"), revise=True)

    assert read_at(vault, "default", [(first.base, 0)], NOW) == [first.record]


@pytest.mark.parametrize("revisions", [1, 2])
def test_an_expired_record_is_none_though_the_store_lost_its_expiry(
    vault: Vault, client: redis.Redis, revisions: int
) -> None:
    stored = [put(vault, body(str(number)), revise=True) for number in range(revisions)]
    for one in stored:
        assert ask(client, "PERSIST", record_key(record_stems([one.base])[0], one.revision)) == 1

    places = [(one.base, one.revision) for one in stored]

    assert (newest(vault, now=LATER), read_at(vault, "default", places, LATER)) == (None, [None] * revisions)


def test_a_record_is_there_until_the_second_in_which_it_expires(vault: Vault) -> None:
    put(vault, body())

    assert newest(vault, now=LATER - 1) is not None


def test_the_store_itself_forgets_an_expired_record(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())

    assert ask(client, "EXPIRETIME", record_key(record_stems([stored.base])[0], 0)) == LATER


def test_the_newest_revisions_of_several_waybills_do_not_mix(vault: Vault) -> None:
    numbers = ("SF00000001", "SF00000002", "SF00000003")
    for revision in range(3):
        for number in numbers:
            put(vault, body(f"{number} {revision}"), number=number, revise=True)

    found = vault.newest("default", numbers, NOW)

    assert [one and (one.revision, one.record.body) for one in found] == [(2, body(f"{one} 2")) for one in numbers]


@pytest.mark.parametrize(
    ("earlier", "newest", "differs"),
    [
        ("", "held", False),
        ("-", "held", False),
        ("held", "held", False),
        ("kept", "held", True),
        ("held", "kept", True),
        ("kept held", "held", False),
        ("held kept", "held", True),
        ("held -", "kept", False),
        ("held", "erased", False),
    ],
)
def test_a_revision_differs_in_its_hold_from_the_one_right_before_it(
    earlier: str, newest: str, *, differs: bool
) -> None:
    """One that cannot be read (-), and an erased one, are compared with none."""

    def record(state: str) -> Any:
        return None if state == "-" else SimpleNamespace(held=state == "held", erased=state == "erased")

    found = FoundWaybill(b"base", 2, record(newest), None, [record(state) for state in earlier.split()])

    assert found.differs_in_hold is differs


def sealed(kind: int, key_id: bytes = b"key id 1") -> bytes:
    return bytes((kind, 1)) + key_id + bytes(30)


STATE, BY_HOST, BY_OTHER = sealed(FORMAT), sealed(HOUR_FORMAT), sealed(HOUR_FORMAT, b"key id 2")
HOSTS, RESEALED, ERASED = (SimpleNamespace(header=header) for header in (header_of(BY_HOST), header_of(STATE), b""))


@pytest.mark.parametrize(
    ("newer", "older", "first", "at"),
    [
        (None, None, HOSTS, None),
        (STATE, None, HOSTS, b"newer"),
        (STATE, STATE, HOSTS, b"older"),
        (BY_HOST, None, HOSTS, b"newer"),
        (BY_HOST, BY_HOST, HOSTS, b"older"),
        (BY_OTHER, BY_HOST, HOSTS, b"older"),
        (None, BY_HOST, RESEALED, None),
        (None, BY_OTHER, ERASED, b"older"),
        (STATE, BY_OTHER, None, b"older"),
    ],
)
def test_the_custody_is_that_of_the_oldest_place_and_of_a_host_only_beside_the_hosts_own_record(
    newer: bytes | None, older: bytes | None, first: Any, at: bytes | None
) -> None:
    stored = StoredWaybill((b"newer", b"older"), ([b"", b"", newer, None], [b"", b"", older, None]))

    found = {b"newer": newer, b"older": older}
    assert stored.custody(first) == (at and StoredValue(custody_key(at), found[at] or b""))


def test_the_custody_of_another_host_is_an_alarm() -> None:
    stored = StoredWaybill((b"newer", b"older"), ([b"", b"", BY_HOST, None], [b"", b"", BY_OTHER, None]))

    with pytest.raises(IntegrityError, match="not sealed with the key of its record"):
        stored.custody(cast("Any", HOSTS))
