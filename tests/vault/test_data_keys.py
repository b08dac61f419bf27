"""Data keys: one per tenant and day, also in a race."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
import redis

from keys.aead import SealingKey, key_id_of
from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.domain.timestamps import SECONDS_A_DAY
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES, DATA_KEYS
from masking_service.vault.data_keys import DataKeys
from masking_service.vault.notice import Notice, write_notice
from masking_service.vault.wrapped_keys import WrappedKey, WrappedKeys, field
from tests.keys.known import known_keyring, known_keyset
from tests.store import stores
from tests.store.stores import NOW, Interleaved, ask, body, counted, put


def made(store: Store, keyring: Keyring | None = None, **how: Any) -> DataKeys:
    return DataKeys(store, keyring or known_keyring(), os.urandom, **how)


def today(data_keys: DataKeys, now: int = NOW, tenant: str = "default", messages: int = 1) -> SealingKey:
    return data_keys.for_today(tenant, now, messages)


@pytest.fixture
def data_keys(store: Store) -> DataKeys:
    return made(store)


def sealed_by(data_keys: DataKeys, tenant: str = "default") -> bytes:
    return today(data_keys, tenant=tenant).seal(b"record", b"place", bytes(12))


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
    start = threading.Barrier(len(vaults))
    numbers = [f"SF{number:08}" for number in range(len(vaults))]

    def first(number: int) -> Callable[[], None]:
        def run() -> None:
            start.wait()
            put(vaults[number], body(str(number)), numbers[number])

        return run

    threads = [threading.Thread(target=first(number)) for number in range(len(vaults))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    reader = stores.vault(stores.admitted(valkey))
    found = reader.newest("default", numbers, NOW)
    assert [one and one.record.body for one in found] == [body(str(number)) for number in range(len(vaults))]


def test_threads_of_one_process_make_one_key(store: Store, data_keys: DataKeys) -> None:
    threads = [threading.Thread(target=today, args=(data_keys,)) for _ in range(8)]
    with counted(store) as trips:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert trips == [2]


def test_each_tenant_has_its_own(data_keys: DataKeys) -> None:
    assert key_id_of(sealed_by(data_keys)) != key_id_of(sealed_by(data_keys, "other"))


def test_the_store_holds_only_what_the_root_key_wrapped(client: redis.Redis, data_keys: DataKeys) -> None:
    key_id = today(data_keys).key_id
    ((_, value),) = ask(client, "HGETALL", DATA_KEYS).items()
    label_ends = 4 + int.from_bytes(value[:4], "big")

    opened = known_keyring().open_data_key("default", key_id, value[label_ends + 4 :])

    assert opened.open(sealed_by(data_keys), b"place") == b"record"


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


def numbered(number: int, now: int = NOW) -> bytes:
    """The id of the `number`-th key of a day."""
    return known_keyring().tenant("default").data_key_id(now // SECONDS_A_DAY, number)


def store_key(store: Store, number: int, keyring: Keyring | None = None, *, shredded: bool = False) -> None:
    """Store a key as another process would."""
    ring = keyring or known_keyring()
    wrapped = None if shredded else ring.new_data_key("default", numbered(number))
    stored = WrappedKey("default", NOW // SECONDS_A_DAY, number, wrapped)
    WrappedKeys(store, ring, os.urandom).replace({numbered(number): stored})


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

    ids = [today(data_keys, messages=4).key_id for _ in range(5)]

    assert ids == [numbered(number) for number in (0, 0, 1, 1, 2)]


def test_a_batch_larger_than_the_limit_gets_a_key_of_its_own(store: Store) -> None:
    data_keys = made(store, limit=20)

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


def test_keys_of_past_days_are_no_longer_looked_after(store: Store, data_keys: DataKeys) -> None:
    for day in range(3):
        today(data_keys, NOW + day * SECONDS_A_DAY)
        data_keys.refresh(store)

    data_keys.refresh(store)

    assert {day for _, day in data_keys._memory.current} == {NOW // SECONDS_A_DAY + day for day in (1, 2)}


def test_a_key_that_is_past_but_used_again_is_still_reported(store: Store, data_keys: DataKeys) -> None:
    today(data_keys, NOW + 5 * SECONDS_A_DAY)
    today(data_keys, NOW, messages=7)

    data_keys.refresh(store)

    assert WrappedKeys(store, known_keyring(), os.urandom).get([numbered(0)])[0][1] == 7


def test_a_shredded_key_is_known_to_be(store: Store) -> None:
    store_key(store, 0, shredded=True)
    data_keys = made(store)

    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): None}


def test_the_last_day_of_several_keys_is_told_and_today_for_one_that_was_not_met(data_keys: DataKeys) -> None:
    day = NOW // SECONDS_A_DAY
    old = [today(data_keys, NOW - age * SECONDS_A_DAY).key_id for age in (5, 3)]

    told = [data_keys.last_day("default", ids, NOW) for ids in (old[:1], old, [*old, bytes(8)])]

    assert told == [day - 5, day - 3, day]


def test_a_shredded_number_of_today_is_passed_over(store: Store, data_keys: DataKeys) -> None:
    store_key(store, 0, shredded=True)

    assert today(data_keys).key_id == numbered(1)


def test_keys_of_days_that_the_keyset_calls_shredded_are_gone_whatever_the_store_holds(store: Store) -> None:
    store_key(store, 0)
    data_keys = made(store, known_keyring(shredded_before=NOW // SECONDS_A_DAY + 1))

    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): None}


def test_a_key_in_memory_is_gone_once_its_day_is_shredded(store: Store) -> None:
    keyring = known_keyring()
    data_keys = made(store, keyring)
    today(data_keys)

    keyring.adopt(known_keyset(serial=1, shredded_before=NOW // SECONDS_A_DAY + 1))

    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): None}


def test_on_a_shredded_day_the_first_day_that_lives_gives_the_key(store: Store) -> None:
    data_keys = made(store, known_keyring(shredded_before=NOW // SECONDS_A_DAY + 3))

    assert today(data_keys).key_id == numbered(0, NOW + 3 * SECONDS_A_DAY)


def test_a_key_that_no_root_key_here_wrapped_is_no_absence(store: Store) -> None:
    store_key(store, 0, known_keyring(roots=(1,)))

    with pytest.raises(StoreUnavailable, match="unknown-root"):
        made(store).by_ids("default", [numbered(0)])


def test_a_number_that_no_root_key_here_wrapped_is_passed_over(store: Store, data_keys: DataKeys) -> None:
    store_key(store, 0, known_keyring(roots=(1,)))

    assert today(data_keys).key_id == numbered(1)


def test_the_winner_of_a_race_may_have_a_root_key_that_is_gone(valkey: str) -> None:
    late = Interleaved(valkey, {0: lambda: store_key(stores.admitted(valkey), 0, known_keyring(roots=(1,)))})

    assert today(made(late)).key_id == numbered(1)


def test_a_process_whose_keyset_is_too_old_uses_no_key_that_it_made(store: Store, data_keys: DataKeys) -> None:
    write_notice(store, known_keyring(), Notice(least=1), os.urandom)

    with pytest.raises(StoreUnavailable, match="old-keyset"):
        today(data_keys)


def test_a_label_that_was_cut_off_its_key_is_an_alarm(store: Store, data_keys: DataKeys, client: redis.Redis) -> None:
    store_key(store, 0)
    value = ask(client, "HGET", DATA_KEYS, field(numbered(0)))
    length = int.from_bytes(value[:4], "big")
    for changed in (value[: 4 + length] + bytes(4), value + b"x", value[:-1]):
        ask(client, "HSET", DATA_KEYS, field(numbered(0)), changed)
        with pytest.raises(IntegrityError):
            made(store).by_ids("default", [numbered(0)])


def test_a_tombstone_that_got_a_key_back_is_an_alarm(store: Store, client: redis.Redis) -> None:
    store_key(store, 0)
    living = ask(client, "HGET", DATA_KEYS, field(numbered(0)))
    store_key(store, 0, shredded=True)
    tombstone = ask(client, "HGET", DATA_KEYS, field(numbered(0)))
    wrapped = living[4 + int.from_bytes(living[:4], "big") :]
    ask(client, "HSET", DATA_KEYS, field(numbered(0)), tombstone[:-4] + wrapped)

    with pytest.raises(IntegrityError, match="does not match its label"):
        made(store).by_ids("default", [numbered(0)])


def test_all_keys_are_found_with_what_was_used(store: Store, data_keys: DataKeys) -> None:
    for tenant in range(700):
        today(data_keys, tenant=f"t{tenant}", messages=tenant)
    data_keys.refresh(store)

    portions = WrappedKeys(store, known_keyring(), os.urandom).all()
    found = {one.tenant: uses for portion in portions for one, uses in portion.values()}

    assert found == {f"t{tenant}": tenant for tenant in range(700)}


def test_a_day_that_is_shredded_while_its_key_is_made_gives_way_to_the_first_that_lives(valkey: str) -> None:
    keyring = known_keyring()
    later = NOW // SECONDS_A_DAY + 1
    racing = Interleaved(valkey, {0: lambda: keyring.adopt(known_keyset(serial=1, shredded_before=later))})

    assert today(made(racing, keyring)).key_id == numbered(0, NOW + SECONDS_A_DAY)


def activated(valkey: str, keyring: Keyring) -> Callable[[], None]:
    """Activate the next root key and forbid older keysets."""

    def happen() -> None:
        keyring.adopt(known_keyset(serial=1, roots=(0, 1), retired=(0,)))
        write_notice(stores.admitted(valkey), keyring, Notice(least=1), os.urandom)

    return happen


def test_a_key_whose_root_key_is_retired_while_it_is_on_its_way_seals_nothing(valkey: str) -> None:
    keyring = known_keyring(roots=(0,))
    racing = Interleaved(valkey, {0: activated(valkey, keyring)})

    made_anew = today(made(racing, keyring))

    # The retired root key is destroyed: a process that starts then opens what was sealed.
    after = made(stores.admitted(valkey), known_keyring(serial=2, roots=(1,)))
    assert after.by_ids("default", [made_anew.key_id])[made_anew.key_id] is not None


def test_a_key_that_another_wrote_under_a_retired_root_key_seals_nothing(store: Store) -> None:
    store_key(store, 0)
    data_keys = made(store, known_keyring(serial=1, roots=(0, 1), retired=(0,)))

    assert today(data_keys).key_id == numbered(1)


def test_a_key_under_a_root_key_that_waits_is_used(store: Store) -> None:
    store_key(store, 0, known_keyring(roots=(0, 1)))

    assert today(made(store, known_keyring(roots=(1, 0)))).key_id == numbered(0)
