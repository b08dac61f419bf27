"""Tests how the opening tier takes hour keys: a host chooses their ids, and says of which hour they are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from keys.aead import FORMAT, HOUR_FORMAT
from keys.day_keys import DayPublicKey
from keys.errors import IntegrityError
from keys.hosts import Host
from keys.hour_keys import Maker, new_hour_key
from keys.keyring import Keyring
from keys.signatures import Verifier
from keys.signers import Signer
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys, HourKeys, RecordKeys
from masking_service.store.client import Store
from masking_service.store.layout import hour_key_key
from tests.keys.known import known_bytes, known_keyset
from tests.store import stores
from tests.store.stores import NOW

TENANT = "default"
TODAY = NOW // SECONDS_A_DAY
MAKER = Maker(known_bytes("host id")[:8], known_bytes("process")[:8], Signer(known_bytes("a host")))


class Opening:
    """The keys of the opening tier, which knows a host."""

    def __init__(self, store: Store) -> None:
        host = Host("intake-1", Verifier(MAKER.signer.public_pem()), "", revoked=False, since=0)
        self.keyring = Keyring(replace(known_keyset(), hosts={MAKER.host: host}))
        self.data_keys = DataKeys(store, self.keyring, stores.foreseen("hours"))
        self.hour_keys = HourKeys(store, self.keyring, self.data_keys)
        self._store = store

    def left(self, hour: int) -> bytes:
        """Leave an hour key as a host does, wrapped to the day key of today; return its id."""
        data_key = self.data_keys.for_today(TENANT, NOW, 1)
        public = DayPublicKey(data_key.day_key.public)
        key, wrap = new_hour_key(MAKER, TENANT.encode(), data_key.key_id, public, hour, 1)
        self._store.write([(b"SET", hour_key_key(key.key_id), wrap)])
        return key.key_id

    def shred(self, before: int) -> None:
        self.keyring.adopt(replace(self.keyring.keyset, serial=self.keyring.keyset.serial + 1, shredded_before=before))


@pytest.fixture
def opening(store: Store) -> Opening:
    return Opening(store)


def test_an_hour_key_with_the_id_of_the_key_of_a_hold_is_none(opening: Opening) -> None:
    key = opening.data_keys.of_hold(TENANT, 1)
    by_data_key, by_hour_key = (bytes((of, 1)) + key.key_id for of in (FORMAT, HOUR_FORMAT))
    hour_keys: Any = SimpleNamespace(by_ids=lambda tenant, key_ids: dict.fromkeys(key_ids, key))

    found = RecordKeys(opening.data_keys, hour_keys).with_holds(TENANT, [by_data_key, by_hour_key])

    assert found == {by_data_key: (key, True), by_hour_key: (key, False)}


def test_an_hour_key_of_a_later_day_than_its_data_key_is_an_alarm(opening: Opening) -> None:
    with pytest.raises(IntegrityError, match="of another day than its data key"):
        opening.hour_keys.by_ids(TENANT, [opening.left((TODAY + 1) * 24)])


def test_the_day_of_an_hour_key_is_that_of_its_data_key(opening: Opening) -> None:
    key_id = opening.left((TODAY - 30) * 24)

    assert opening.hour_keys.by_ids(TENANT, [key_id])[key_id] is not None
    later = NOW + 10 * SECONDS_A_DAY
    assert opening.hour_keys.last_day(TENANT, [key_id], later) == TODAY
    assert opening.hour_keys.last_day(TENANT, [key_id, bytes(8)], later) == TODAY + 10
    opening.shred(TODAY)
    assert opening.hour_keys.by_ids(TENANT, [key_id])[key_id] is not None
    opening.shred(TODAY + 1)
    assert opening.hour_keys.by_ids(TENANT, [key_id]) == {key_id: None}


def test_only_what_a_data_key_seals_is_counted(opening: Opening) -> None:
    records = RecordKeys(opening.data_keys, opening.hour_keys)
    key_id = bytes(7) + bytes((HOUR_FORMAT,))

    for kind in (FORMAT, HOUR_FORMAT):
        records.count(bytes((kind, 1)) + key_id, 3)

    assert opening.data_keys._unreported == {key_id: 3}
