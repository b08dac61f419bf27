"""Changed or moved bytes are an error, never a value."""

from collections.abc import Callable

import pytest
import redis

from keys.errors import IntegrityError
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import field
from masking_service.service.vault.writing import Stored
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEYS, record_key, record_stems
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, NUMBER, ask, body, put, read_at

OTHER_NUMBER = "YT0987654321"


def place(stored: Stored) -> bytes:
    return record_key(record_stems([stored.base])[0], stored.revision)


def copied(client: redis.Redis, source: bytes, target: bytes) -> None:
    ask(client, "SET", target, ask(client, "GET", source))


READINGS: dict[str, Callable[[Vault, Stored], object]] = {
    "newest": lambda vault, _: vault.newest("default", [NUMBER], NOW),
    "at": lambda vault, stored: read_at(vault, "default", [(stored.base, stored.revision)], NOW),
    "write": lambda vault, _: put(vault, body()),
}
readings = pytest.mark.parametrize("reading", READINGS)


@readings
def test_the_bytes_of_another_waybill_are_an_alarm(vault: Vault, client: redis.Redis, reading: str) -> None:
    stored, other = put(vault, body()), put(vault, body("李四"), OTHER_NUMBER)
    copied(client, place(other), place(stored))

    with pytest.raises(IntegrityError):
        READINGS[reading](vault, stored)


@readings
def test_the_bytes_of_another_revision_are_an_alarm(vault: Vault, client: redis.Redis, reading: str) -> None:
    stored = put(vault, body())
    second = put(vault, body("李四"), revise=True)
    copied(client, place(second), place(stored))

    with pytest.raises(IntegrityError):
        READINGS[reading](vault, stored)


@readings
def test_a_flipped_bit_is_an_alarm(vault: Vault, client: redis.Redis, reading: str) -> None:
    stored = put(vault, body())
    value = bytearray(ask(client, "GET", place(stored)))
    value[-20] ^= 1
    ask(client, "SET", place(stored), bytes(value))

    with pytest.raises(IntegrityError):
        READINGS[reading](vault, stored)


@readings
@pytest.mark.parametrize("value", [b"", b"short", bytes(200)])
def test_what_is_no_sealed_value_is_an_alarm(vault: Vault, client: redis.Redis, reading: str, value: bytes) -> None:
    stored = put(vault, body())
    ask(client, "SET", place(stored), value)

    with pytest.raises(IntegrityError):
        READINGS[reading](vault, stored)


def test_two_swapped_records_are_two_alarms(vault: Vault, client: redis.Redis) -> None:
    stored, other = put(vault, body()), put(vault, body("李四"), OTHER_NUMBER)
    first, second = ask(client, "MGET", place(stored), place(other))
    ask(client, "MSET", place(stored), second, place(other), first)

    for number in (NUMBER, OTHER_NUMBER):
        with pytest.raises(IntegrityError):
            vault.newest("default", [number], NOW)


def test_the_bytes_of_another_tenant_give_no_value(vault: Vault, client: redis.Redis) -> None:
    stored, other = put(vault, body()), put(vault, body("李四"), tenant="other")
    copied(client, place(other), place(stored))

    # The key that they name is the other tenant's, and does not open for this one.
    with pytest.raises(IntegrityError):
        vault.newest("default", [NUMBER], NOW)


def test_a_tombstone_cannot_be_moved_to_another_waybill(vault: Vault, client: redis.Redis) -> None:
    stored, other = put(vault, body()), put(vault, body(), OTHER_NUMBER)
    stores.erase(vault, OTHER_NUMBER, now=NOW, until=stores.LATER)
    copied(client, place(other), place(stored))

    with pytest.raises(IntegrityError):
        vault.newest("default", [NUMBER], NOW)


def test_a_record_of_another_kind_of_key_is_an_alarm(vault: Vault, client: redis.Redis) -> None:
    stored = put(vault, body())
    state = known_keyring().tenant("default").state
    ask(client, "SET", place(stored), state.seal(b"plain", place(stored), bytes(12)))

    # It names a key that is no data key: it may come back with a restore, so it is not an absence either.
    with pytest.raises(StoreUnavailable, match="unknown-key"):
        vault.newest("default", [NUMBER], NOW)


def test_a_lost_data_key_is_no_absence(valkey: str, vault: Vault, client: redis.Redis) -> None:
    put(vault, body())
    key_id = known_keyring().tenant("default").data_key_id(NOW // 86_400, 0)
    assert ask(client, "HDEL", DATA_KEYS, field(key_id)) == 1

    with pytest.raises(StoreUnavailable, match="unknown-key"):
        stores.vault(stores.admitted(valkey)).newest("default", [NUMBER], NOW)


def test_another_tenants_data_key_in_the_place_of_ones_own_is_an_alarm(
    store: Store, vault: Vault, client: redis.Redis
) -> None:
    put(vault, body(), tenant="other")
    keys = {
        tenant: field(known_keyring().tenant(tenant).data_key_id(NOW // 86_400, 0)) for tenant in ("default", "other")
    }
    ask(client, "HSET", DATA_KEYS, keys["default"], ask(client, "HGET", DATA_KEYS, keys["other"]))

    with pytest.raises(IntegrityError):
        put(vault, body())


def test_an_alarm_names_no_value(vault: Vault, client: redis.Redis) -> None:
    stored, other = put(vault, body()), put(vault, body("李四"), OTHER_NUMBER)
    copied(client, place(other), place(stored))

    with pytest.raises(IntegrityError) as alarm:
        vault.newest("default", [NUMBER], NOW)

    assert str(alarm.value) == "a sealed value did not open at its place"
