"""A data key is used up to its limit by all processes together; then the day has a next one."""

import os
from collections.abc import Sequence

import pytest
import redis

from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.wrapped_keys import WrappedKeys, field
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES
from tests.keys.known import known_keyring, known_keyset
from tests.service.vault.data_keys.made import made, numbered, store_key, today
from tests.store import stores
from tests.store.stores import NOW, ask, counted


@pytest.mark.parametrize("newest", [1, 7, 8, 20])
def test_the_newest_number_of_a_day_is_used(store: Store, data_keys: DataKeys, newest: int) -> None:
    for number in range(newest + 1):
        store_key(store, number)

    assert today(data_keys).key_id == numbered(newest)


def test_a_newer_number_is_learnt_with_the_next_refresh(store: Store, data_keys: DataKeys) -> None:
    today(data_keys)
    store_key(store, 1)
    before = today(data_keys).key_id

    data_keys.refresh(store)

    assert (before, today(data_keys).key_id) == (numbered(0), numbered(1))


def test_a_turn_costs_one_round_trip_and_none_while_no_key_is_in_use(store: Store, data_keys: DataKeys) -> None:
    with counted(store) as unused:
        data_keys.refresh(store)
    for tenant in ("default", "other"):
        today(data_keys, tenant=tenant)
    with counted(store) as used:
        data_keys.refresh(store)

    assert (unused, used) == ([0], [1])


def test_a_key_stops_at_half_of_its_limit(store: Store) -> None:
    data_keys = made(store, limit=20)

    ids = [today(data_keys, messages=5).key_id for _ in range(5)]

    assert ids == [numbered(number) for number in (0, 0, 1, 1, 2)]


def test_a_key_seals_two_thousand_million_records_unless_told_otherwise(store: Store, data_keys: DataKeys) -> None:
    ids = [today(data_keys, messages=messages).key_id for messages in (2**31 - 1, 1, 1)]

    assert ids == [numbered(0), numbered(0), numbered(1)]


def test_a_batch_larger_than_the_limit_gets_a_key_of_its_own(store: Store) -> None:
    data_keys = made(store, limit=20)
    data_keys.of_day("default", NOW)
    data_keys.refresh(store)  # it is known, and was never used

    assert [today(data_keys, messages=50).key_id for _ in range(2)] == [numbered(0), numbered(1)]


def test_the_suites_own_limit_holds_too(store: Store) -> None:
    data_keys = made(store, Keyring(known_keyset(algorithm=2)), limit=2**60)
    today(data_keys, messages=2**31)

    assert today(data_keys).key_id == numbered(1)


def test_what_other_processes_used_counts_after_a_refresh(valkey: str, store: Store) -> None:
    one, other = made(store, limit=20), made(stores.admitted(valkey), limit=20)
    for each in (one, other):
        today(each, messages=6)
    for each in (one, other, one):
        each.refresh(store)

    assert [today(each).key_id for each in (one, other)] == [numbered(1)] * 2


def test_a_new_process_knows_what_was_used_before_it(valkey: str, store: Store) -> None:
    before = made(store, limit=20)
    today(before, messages=8)
    before.refresh(store)

    assert today(made(stores.admitted(valkey), limit=20), messages=4).key_id == numbered(1)


@pytest.mark.parametrize(("used", "number"), [(1, 0), (10, 0), (11, 1)])
def test_the_key_of_a_day_is_told_without_a_use_of_it(
    valkey: str, store: Store, client: redis.Redis, used: int, number: int
) -> None:
    before, fresh = made(store, limit=20), made(stores.admitted(valkey), limit=20)
    today(before, messages=used)
    before.refresh(store)

    for _ in range(2):
        day, at, key = fresh.of_day("default", NOW)
        assert (day, at, key.key_id) == (NOW // SECONDS_A_DAY, number, numbered(number))
    fresh.refresh(store)

    assert ask(client, "HGETALL", DATA_KEY_USES) == {field(numbered(0)): b"%d" % used}


def test_uses_are_reported_once(store: Store, data_keys: DataKeys, client: redis.Redis) -> None:
    today(data_keys, messages=5)
    for _ in range(3):
        data_keys.refresh(store)

    assert ask(client, "HGET", DATA_KEY_USES, field(numbered(0))) == b"5"


def test_uses_that_could_not_be_reported_are_reported_later(store: Store, data_keys: DataKeys) -> None:
    today(data_keys, messages=5)
    shut = Store("redis://127.0.0.1:1")
    with pytest.raises(StoreUnavailable):
        data_keys.refresh(shut)

    data_keys.refresh(store)

    assert WrappedKeys(store, known_keyring(), os.urandom).get([numbered(0)])[0][1] == 5


def test_keys_of_past_days_are_no_longer_looked_after(
    store: Store, data_keys: DataKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    read = Store.read

    def noted(through: Store, commands: Sequence[Command]) -> list[Reply]:
        asked.append(len(commands))
        return read(through, commands)

    for day in range(3):
        today(data_keys, NOW + day * SECONDS_A_DAY)
        data_keys.refresh(store)
    monkeypatch.setattr(Store, "read", noted)

    data_keys.refresh(store)

    assert asked == [2 * 2]  # of each key its uses, and whether there is a newer one


def test_a_key_that_is_past_but_used_again_is_still_reported(store: Store, data_keys: DataKeys) -> None:
    today(data_keys, NOW + 5 * SECONDS_A_DAY)
    today(data_keys, NOW, messages=7)

    data_keys.refresh(store)

    assert WrappedKeys(store, known_keyring(), os.urandom).get([numbered(0)])[0][1] == 7


def test_all_keys_are_found_with_what_was_used(store: Store, data_keys: DataKeys) -> None:
    for tenant in range(700):
        today(data_keys, tenant=f"t{tenant}", messages=tenant)
    data_keys.refresh(store)

    portions = WrappedKeys(store, known_keyring(), os.urandom).all()
    found = {one.tenant: uses for portion in portions for one, uses in portion.values()}

    assert found == {f"t{tenant}": tenant for tenant in range(700)}
