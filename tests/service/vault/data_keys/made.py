"""Data keys as this process and others make them."""

import os
from typing import Any

from keys.aead import SealingKey
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.wrapped_keys import WrappedKey, WrappedKeys
from masking_service.store.client import Store
from tests.keys.known import known_keyring
from tests.store.stores import NOW


def made(store: Store, keyring: Keyring | None = None, **how: Any) -> DataKeys:
    return DataKeys(store, keyring or known_keyring(), os.urandom, **how)


def today(data_keys: DataKeys, now: int = NOW, tenant: str = "default", messages: int = 1) -> SealingKey:
    return data_keys.for_today(tenant, now, messages)


def sealed_by(data_keys: DataKeys, tenant: str = "default") -> bytes:
    return today(data_keys, tenant=tenant).seal(b"record", b"place", bytes(12))


def numbered(number: int, now: int = NOW) -> bytes:
    """The id of the `number`-th key of a day."""
    return known_keyring().tenant("default").data_key_id(now // SECONDS_A_DAY, number)


def store_key(store: Store, number: int, keyring: Keyring | None = None, *, shredded: bool = False) -> None:
    """Store a key as another process would."""
    ring = keyring or known_keyring()
    wrapped = None if shredded else ring.new_data_key("default", numbered(number))
    stored = WrappedKey("default", NOW // SECONDS_A_DAY, number, wrapped)
    WrappedKeys(store, ring, os.urandom).replace({numbered(number): stored})
