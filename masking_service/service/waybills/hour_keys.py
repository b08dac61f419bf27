"""Opens the hour keys of intake hosts, by the ids that records name.

A wrap is opened only if an enrolled host signed it, and with the day key of the data key that it names. What a host
signed is refused from the moment on which this process knows that the host is revoked.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import SealingKey
from keys.errors import IntegrityError
from keys.hosts import Host
from keys.hour_keys import head_of, open_hour_key
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.waybills.data_keys import DataKeys
from masking_service.service.waybills.wrapped_keys import PERMIT_DAY
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import hour_key_key

MAX_KEPT: Final = 4_096
"""Opened hour keys that a process keeps. One takes about 20 KB, and opening it again a quarter of a millisecond."""
HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True)
class _Opened:
    """An hour key that was opened.

    Attributes:
        host: the id of the host that made it.
        day: of its data key, since 1970-01-01.
        key: None where its data key was shredded.
    """

    host: bytes
    day: int
    key: SealingKey | None


class HourKeys:
    """The hour keys that this process has opened.

    Args:
        store: the way to Redis.
        keyring: knows the hosts.
        data_keys: give the day keys.
    """

    def __init__(self, store: Store, keyring: Keyring, data_keys: DataKeys) -> None:
        self._store = store
        self._keyring = keyring
        self._data_keys = data_keys
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, bytes], _Opened] = OrderedDict()

    def by_ids(self, tenant: str, key_ids: Iterable[bytes]) -> dict[bytes, SealingKey | None]:
        """Return the hour keys of these ids; None where the data key of their day was shredded.

        One round trip for all that are not kept, and one more where a data key is not known.

        Raises:
            StoreUnavailable: one is not in the store. It may come back with a restore.
            IntegrityError: one was changed, or its host is unknown or revoked.
        """
        wanted = [*dict.fromkeys(key_ids)]
        known = self._known(tenant, wanted)
        missing = [key_id for key_id in wanted if key_id not in known]
        if missing:
            known |= self._opened(tenant, missing)
        shredded_before = self._keyring.keyset.shredded_before
        found = {}
        for key_id in wanted:
            opened = known[key_id]
            self._host(opened.host)
            found[key_id] = None if opened.day < shredded_before else opened.key
        return found

    def last_day(self, tenant: str, key_ids: Iterable[bytes], now: int) -> int:
        """Return the latest day (since 1970-01-01) of these keys; one that is not kept is of today."""
        wanted = [*key_ids]
        days = [opened.day for opened in self._known(tenant, wanted).values()]
        return max(days) if len(days) == len(wanted) else now // SECONDS_A_DAY

    def _known(self, tenant: str, key_ids: Sequence[bytes]) -> dict[bytes, _Opened]:
        with self._lock:
            known = {key_id: self._kept[tenant, key_id] for key_id in key_ids if (tenant, key_id) in self._kept}
            for key_id in known:
                self._kept.move_to_end((tenant, key_id))
        return known

    def _opened(self, tenant: str, key_ids: Sequence[bytes]) -> dict[bytes, _Opened]:
        wraps = self._store.read([(b"GET", hour_key_key(key_id)) for key_id in key_ids])
        if None in wraps:
            raise StoreUnavailable("unknown-key")
        heads = [head_of(wrap) for wrap in wraps]
        data_keys = self._data_keys.with_days(tenant, {head.day_key_id for head in heads})
        opened = {}
        for key_id, wrap, head in zip(key_ids, wraps, heads, strict=True):
            host, (day, data_key) = self._host(head.host), data_keys[head.day_key_id]
            if not head.hour // HOURS_A_DAY <= day < PERMIT_DAY:  # that of a later day, where the day was shredded
                raise IntegrityError("an hour key is of another day than its data key")
            key = None
            if data_key is not None:
                algorithm = self._keyring.keyset.algorithm
                key = open_hour_key(wrap, key_id, tenant.encode(), host.verifier, data_key.day_key, algorithm)
            opened[key_id] = _Opened(head.host, day, key)
        with self._lock:
            self._kept.update({(tenant, key_id): one for key_id, one in opened.items()})
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return opened

    def _host(self, host_id: bytes) -> Host:
        host = self._keyring.keyset.hosts.get(host_id)
        if host is None or host.revoked:
            raise IntegrityError("an hour key was made by a host that is not enrolled")
        return host
