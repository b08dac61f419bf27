"""Shredded days, retired root keys and tampering: what must not seal or open any more does not."""

import os
from collections.abc import Callable

import pytest
import redis

from keys.errors import IntegrityError
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.wrapped_keys import KeyNotice, field, write_key_notice
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEYS
from tests.keys.known import known_keyring, known_keyset
from tests.service.vault.data_keys.made import made, numbered, store_key, today
from tests.store import stores
from tests.store.stores import NOW, Interleaved, ask


def test_a_shredded_key_is_known_to_be(store: Store) -> None:
    store_key(store, 0, shredded=True)
    data_keys = made(store)

    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): None}


def test_a_shredded_number_of_today_is_passed_over(store: Store, data_keys: DataKeys) -> None:
    store_key(store, 0, shredded=True)

    assert today(data_keys).key_id == numbered(1)


def test_keys_of_days_that_the_keyset_calls_shredded_are_gone_whatever_the_store_holds(store: Store) -> None:
    store_key(store, 0)
    data_keys = made(store, known_keyring(shredded_before=NOW // SECONDS_A_DAY + 1))

    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): None}


def test_keys_of_the_first_day_that_is_not_shredded_remain(store: Store) -> None:
    data_keys = made(store, known_keyring(shredded_before=NOW // SECONDS_A_DAY))
    key = today(data_keys)

    assert made(store, known_keyring()).by_ids("default", [key.key_id]).keys() == {numbered(0)}
    assert data_keys.by_ids("default", [numbered(0)]) == {numbered(0): key}
    assert today(data_keys).key_id == numbered(0)


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
    write_key_notice(store, known_keyring(), KeyNotice(least=1), os.urandom)

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


def test_a_day_that_is_shredded_while_its_key_is_made_gives_way_to_the_first_that_lives(valkey: str) -> None:
    keyring = known_keyring()
    later = NOW // SECONDS_A_DAY + 1
    racing = Interleaved(valkey, {0: lambda: keyring.adopt(known_keyset(serial=1, shredded_before=later))})

    assert today(made(racing, keyring)).key_id == numbered(0, NOW + SECONDS_A_DAY)


def activated(valkey: str, keyring: Keyring) -> Callable[[], None]:
    """Activate the next root key and forbid older keysets."""

    def happen() -> None:
        keyring.adopt(known_keyset(serial=1, roots=(0, 1), retired=(0,)))
        write_key_notice(stores.admitted(valkey), keyring, KeyNotice(least=1), os.urandom)

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
