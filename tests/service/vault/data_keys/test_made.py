"""Data keys: one per tenant and day, also in a race."""

import pytest
import redis

from keys.aead import key_id_of
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.wrapped_keys import WrappedKey, WrappedKeys, field
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEYS
from tests.keys.known import known_keyring
from tests.service.vault.data_keys.made import made, sealed_by, today
from tests.store import stores
from tests.store.stores import NOW, Interleaved, ask, body, counted, put
from tests.together import in_threads


def test_a_new_day_costs_two_round_trips_and_a_known_day_none(store: Store, data_keys: DataKeys) -> None:
    with counted(store) as first:
        today(data_keys)
    with counted(store) as second:
        today(data_keys, NOW + 1)

    assert (first, second) == ([2], [0])


def test_another_process_that_knows_no_key_yet_costs_one_round_trip(valkey: str, data_keys: DataKeys) -> None:
    today(data_keys)
    store = stores.admitted(valkey)

    with counted(store) as trips:
        today(made(store))

    assert trips == [1]


def test_a_day_is_a_day_in_utc(data_keys: DataKeys) -> None:
    midnight = NOW // SECONDS_A_DAY * SECONDS_A_DAY

    ids = [today(data_keys, now).key_id for now in (midnight - 1, midnight, midnight + 86_399)]

    assert (ids[0] == ids[1], ids[1] == ids[2]) == (False, True)


def test_another_process_opens_what_this_one_sealed(valkey: str, data_keys: DataKeys) -> None:
    other = made(stores.admitted(valkey))

    assert today(other).open(sealed_by(data_keys), b"place") == b"record"


def test_a_key_that_was_on_its_way_during_a_look_at_the_servers_is_not_remembered(valkey: str) -> None:
    store = Interleaved(valkey, {0: lambda: store.trust()})
    data_keys = made(store)
    today(data_keys)

    with counted(store) as trips:
        today(data_keys)

    assert trips == [1]


def test_the_loser_of_a_race_uses_the_winners_key(valkey: str, data_keys: DataKeys) -> None:
    # The loser has seen that there is no key and is about to write its own: the winner writes first.
    loser = made(Interleaved(valkey, {0: lambda: today(data_keys)}))

    assert today(data_keys).open(sealed_by(loser), b"place") == b"record"


def test_processes_that_race_for_the_first_record_of_a_day_can_read_all_of_them(valkey: str) -> None:
    vaults = [stores.vault(stores.admitted(valkey), seed=str(number)) for number in range(6)]
    numbers = [f"SF{number:08}" for number in range(len(vaults))]
    in_threads(len(vaults), lambda number: put(vaults[number], body(str(number)), numbers[number]))

    reader = stores.vault(stores.admitted(valkey))
    found = reader.newest("default", numbers, NOW)
    assert [one and one.record.body for one in found] == [body(str(number)) for number in range(len(vaults))]


def test_threads_of_one_process_make_one_key(store: Store, data_keys: DataKeys) -> None:
    with counted(store) as trips:
        in_threads(8, lambda _: today(data_keys))

    assert trips == [2]


def test_each_tenant_has_its_own(data_keys: DataKeys) -> None:
    assert key_id_of(sealed_by(data_keys)) != key_id_of(sealed_by(data_keys, "other"))


def test_the_store_holds_only_what_the_root_key_wrapped(client: redis.Redis, data_keys: DataKeys) -> None:
    key_id = today(data_keys).key_id
    ((_, value),) = ask(client, "HGETALL", DATA_KEYS).items()
    label_ends = 4 + int.from_bytes(value[:4], "big")

    opened = known_keyring().open_data_key("default", key_id, value[label_ends + 4 :])

    assert opened.open(sealed_by(data_keys), b"place") == b"record"


def test_labels_of_tenants_with_names_of_usual_lengths_are_as_long(store: Store) -> None:
    """A stored key shows its tenant in steps of 64 bytes only."""
    keys, overhead = WrappedKeys(store, known_keyring(), stores.foreseen("labels")), []
    for tenant in ("a", "t" * 46, "t" * 47, "t" * 110, "t" * 111):
        value = keys.packed(bytes(8), WrappedKey(tenant, 20_000, 0, b"wrapped"))
        overhead.append(
            int.from_bytes(value[:4], "big") - len(known_keyring().tenant("").state.seal(b"", b"", bytes(12)))
        )

    assert overhead == [64, 64, 128, 128, 192]


def test_all_keys_that_a_batch_of_records_names_cost_one_round_trip(valkey: str, data_keys: DataKeys) -> None:
    ids = {today(data_keys, NOW + day * SECONDS_A_DAY).key_id for day in range(5)}
    store = stores.admitted(valkey)

    with counted(store) as trips:
        found = made(store).by_ids("default", [*ids, *ids])

    assert ({*found}, trips) == (ids, [1])


def test_a_key_that_is_not_there_is_no_answer(data_keys: DataKeys) -> None:
    with pytest.raises(StoreUnavailable) as fault:
        data_keys.by_ids("default", [bytes(8)])

    assert fault.value.reason == "unknown-key"


def test_a_key_that_comes_back_is_found_again(valkey: str, data_keys: DataKeys, client: redis.Redis) -> None:
    key_id = today(data_keys).key_id
    value = ask(client, "HGET", DATA_KEYS, field(key_id))
    ask(client, "HDEL", DATA_KEYS, field(key_id))
    other = made(stores.admitted(valkey))
    with pytest.raises(StoreUnavailable):
        other.by_ids("default", [key_id])

    ask(client, "HSET", DATA_KEYS, field(key_id), value)

    assert {*other.by_ids("default", [key_id])} == {key_id}


def test_the_last_day_of_several_keys_is_told_and_today_for_one_that_was_not_met(data_keys: DataKeys) -> None:
    day = NOW // SECONDS_A_DAY
    old = [today(data_keys, NOW - age * SECONDS_A_DAY).key_id for age in (5, 3)]

    told = [data_keys.last_day("default", ids, NOW) for ids in (old[:1], old, [*old, bytes(8)])]

    assert told == [day - 5, day - 3, day]
