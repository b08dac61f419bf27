"""Data keys: one random key for each tenant and day, wrapped by the root key and kept in the store.

A key is created if absent, made durable, and read back before it is used: of
two workers that race for the first record of a day both use the winner's. A key
is unwrapped once a process, and it is never looked up by the clock: every
record names its own.
"""

import threading
from collections.abc import Iterable

from keys.aead import SealingKey
from keys.keyring import Keyring
from masking_service.vault.connection import Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.layout import data_key_key

SECONDS_A_DAY = 86_400


class DataKeys:
    """The data keys that this process has met, by tenant and id."""

    def __init__(self, store: Store, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring
        self._lock = threading.Lock()
        self._known: dict[tuple[str, bytes], SealingKey] = {}

    def for_today(self, tenant: str, now: int) -> SealingKey:
        """The key that seals this tenant's records today; `now` is Unix seconds.

        Raises:
            StoreUnavailable: it cannot be read or made durable now.
        """
        key_id = self._keyring.tenant(tenant).data_key_id(now // SECONDS_A_DAY, 0)
        return self._known.get((tenant, key_id)) or self._create(tenant, key_id)

    def by_ids(self, tenant: str, key_ids: Iterable[bytes]) -> dict[bytes, SealingKey]:
        """The keys that records name, by id: one round trip for all that this process has not met.

        Raises:
            StoreUnavailable: one is not in the store. It may come back with a restore,
                so this is no absence of a record.
        """
        wanted = set(key_ids)
        missing = [key_id for key_id in wanted if (tenant, key_id) not in self._known]
        if missing:
            replies = self._store.read([(b"GET", data_key_key(key_id)) for key_id in missing])
            for key_id, wrapped in zip(missing, replies, strict=True):
                self._learn(tenant, key_id, wrapped)
        return {key_id: self._known[tenant, key_id] for key_id in wanted}

    def _create(self, tenant: str, key_id: bytes) -> SealingKey:
        with self._lock:
            known = self._known.get((tenant, key_id))
            if known is not None:
                return known
            place = data_key_key(key_id)
            wrapped = self._store.read([(b"GET", place)])[0]
            if wrapped is None:
                fresh = self._keyring.new_data_key(tenant, key_id)
                wrapped = self._store.write([(b"SET", place, fresh, b"NX"), (b"GET", place)])[1]
            return self._learn(tenant, key_id, wrapped)

    def _learn(self, tenant: str, key_id: bytes, wrapped: bytes | None) -> SealingKey:
        if wrapped is None:
            raise StoreUnavailable("unknown-key")
        key = self._keyring.open_data_key(tenant, key_id, wrapped)
        self._known[tenant, key_id] = key
        return key
