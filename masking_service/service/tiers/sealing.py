"""Seals the records of an intake host with hour keys that it cannot open again.

A process has one hour key a tenant and hour. The wrap is durable in the store before anything is sealed with the key.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import NONCE_BYTES, SealingKey
from keys.day_keys import DayPublicKey
from keys.hour_keys import PROCESS_BYTES, Maker, new_hour_key
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY, SECONDS_AN_HOUR
from masking_service.service.custody.state import Custody, custody_bytes
from masking_service.service.search.index_work import work_command
from masking_service.service.search.state import Indexed
from masking_service.service.state.sealed import TenantState
from masking_service.service.tiers.published import DayKeyEntry, Published
from masking_service.service.vault.writing import Draft, RecordWriter, Stored
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import custody_key, hour_key_key, restriction_key, stems_of
from masking_service.store.pipeline import Roster

OVERLAP_SECONDS: Final = 10
"""How long a process goes on after the hour in which it started."""


class Lifetime:
    """The hour of this process: from when it started until `ends_at`, when it must have ended, in Unix seconds."""

    def __init__(self, started: float) -> None:
        self.ends_at = (int(started) // SECONDS_AN_HOUR + 1) * SECONDS_AN_HOUR + OVERLAP_SECONDS

    def check(self, now: float) -> None:
        """Check that the process may still seal. Raises StoreUnavailable: its hour has ended."""
        if now >= self.ends_at:
            raise StoreUnavailable("hour-ended")


@dataclass(frozen=True, slots=True)
class _HourKey:
    """An hour key in use: of which hour and day key it is, and until when its wrap is stored."""

    hour: int
    day_key_id: bytes
    expires_at: int
    key: SealingKey


class HourKeyMaker(TenantState):
    """Makes the hour keys of this process, an intake host's, from the day keys that are `published`."""

    def __init__(
        self, store: Store, keyring: Keyring, published: Published, lifetime: Lifetime, random: Callable[[int], bytes]
    ) -> None:
        super().__init__(store, keyring, random)
        self._published = published
        self._lifetime = lifetime
        self._process = random(PROCESS_BYTES)
        self._lock = threading.Lock()
        self._in_use: tuple[Roster, dict[str, _HourKey]] = (store.identity.roster, {})

    def for_now(self, tenant: str, now: int, expires_at: int) -> SealingKey:
        """Return the key that seals this tenant's records now.

        What it seals must be written `since` the roster of before this was called. The last record that it seals
        expires at `expires_at`; times in Unix seconds.

        Raises:
            StoreUnavailable: there is none, and it cannot be made now.
        """
        self._lifetime.check(now)
        day, hour = self._published.day_key(tenant, now), now // SECONDS_AN_HOUR
        with self._lock:
            # Servers that were verified since may have lost the wrap.
            roster, in_use = self._in_use
            if roster is not self._store.identity.roster:
                self._in_use = roster, in_use = self._store.identity.roster, {}
            found = in_use.get(tenant)
            if found is None or (found.hour, found.day_key_id) != (hour, day.key_id) or found.expires_at < expires_at:
                found = in_use[tenant] = self._made(tenant, hour, day, expires_at + SECONDS_A_DAY, roster)
        return found.key

    def _made(self, tenant: str, hour: int, day: DayKeyEntry, expires_at: int, roster: Roster) -> _HourKey:
        host, keyset = self._keyring.host_keys, self._keyring.keyset
        maker = Maker(host.id, self._process, host.signer, self._random)
        public = DayPublicKey(day.public)
        key, wrap = new_hour_key(maker, tenant.encode(), day.key_id, public, hour, keyset.algorithm)
        self._store.write([(b"SET", hour_key_key(key.key_id), wrap, b"EXAT", expires_at)], since=roster)
        return _HourKey(hour, day.key_id, expires_at, key)


class SealedRecords(RecordWriter):
    """Writes records that this host cannot open again, and work for the search indexes with them."""

    def __init__(self, store: Store, keyring: Keyring, hour_keys: HourKeyMaker, random: Callable[[int], bytes]) -> None:
        super().__init__(store, keyring, random)
        self._hour_keys = hour_keys

    def _marks(self, draft: Draft) -> Sequence[bytes]:
        """Return where an erasure is marked: others with this host's rights can delete a tombstone, and no mark."""
        return [restriction_key(stem) for stem in (draft.stem, draft.other) if stem]

    def _key_for(self, tenant: str, waiting: Sequence[Draft], now: int) -> SealingKey:
        return self._hour_keys.for_now(tenant, now, max(draft.record.expires_at for draft in waiting))

    def _indexing(self, tenant: str, indexed: Sequence[Indexed], key: SealingKey, now: int) -> list[Command]:
        del now
        tag = self._keyring.tenant(tenant).tenant_tag
        return [work_command(tag, key, indexed, self._random(NONCE_BYTES))]

    def _indexed(self, commands: Sequence[Command], now: int, roster: Roster) -> None:
        """The opening tier files the entries."""

    def set_first_custody(self, tenant: str, stored: Sequence[Stored], custody: Custody, now: int) -> None:
        """Set the custody of records that this call has created, sealed with their own key: one round trip.

        Raises:
            StoreUnavailable: it may not be set. Sent again, the waybill is known, and the opening tier sets it.
        """
        if not stored:
            return
        roster = self._store.identity.roster
        key = self._hour_keys.for_now(tenant, now, max(one.record.expires_at for one in stored))
        same = [one for one in stored if one.record.header == key.header]
        if len(same) != len(stored):  # the hour has turned since
            raise StoreUnavailable("hour-ended")
        stems = stems_of(self._keyring.tenant(tenant), [one.base for one in stored])
        places = [custody_key(stem) for stem in stems.own]
        values = key.seal_many([custody_bytes(custody)] * len(places), places, self._random(NONCE_BYTES * len(places)))
        commands: list[Command] = [
            (b"SET", place, value, b"NX", b"EXAT", one.record.expires_at)
            for place, value, one in zip(places, values, stored, strict=True)
        ]
        self._store.write(commands, since=roster)
