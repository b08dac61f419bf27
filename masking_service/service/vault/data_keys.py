"""The keys under which records are sealed: data keys, and hour keys of intake hosts.

A data key is one random key per tenant and day, wrapped by the root key and kept in the store.

A key is created if absent, made durable, and read back before it is used: of two workers that race for the first record
of a day both use the winner's. A key is unwrapped once per process, and never looked up by the clock: every record
names its own. The keys of shredded days never come back. When a server was verified again, keys are read again: a
server that came back without its last writes may have another key at the same place, or none.

A wrap of an hour key is opened only if an enrolled host signed it, and with the day key of the data key that it names.
What a host signed is refused from the moment on which this process knows that the host is revoked.
"""

import dataclasses
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keys.aead import HOUR_FORMAT, SealingKey
from keys.day_keys import DataKey
from keys.errors import IntegrityError
from keys.hosts import Host
from keys.hour_keys import head_of, open_hour_key
from keys.keyring import Keyring
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.service.vault.wrapped_keys import HOLD_DAY, PERMIT_DAY, WrappedKey, WrappedKeys, field
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES, DATA_KEYS, hour_key_key
from masking_service.store.pipeline import Roster

LOOK_AHEAD: Final = 8
"""Numbers of a day that are read at once. A day has one key unless data keys were rotated."""
MAX_KEPT: Final = 4_096
"""Opened hour keys in a process. One takes 20 KB, and a quarter of a millisecond to open."""
HOURS_A_DAY: Final = 24


@dataclass(slots=True, eq=False, repr=False)
class _Current:
    """The key that seals a tenant's records of one day, and how often it was used."""

    number: int
    key: DataKey
    used: int


@dataclass(slots=True, eq=False, repr=False)
class _Memory:
    """The keys read on one roster of servers.

    Attributes:
        known: (tenant, key id) → the key's day, and the key; None for one that was shredded.
        current: (tenant, day) → what seals its records.
    """

    roster: Roster
    known: dict[tuple[str, bytes], tuple[int, DataKey | None]] = dataclasses.field(default_factory=dict)
    current: dict[tuple[str, int], _Current] = dataclasses.field(default_factory=dict)


class DataKeys:
    """The data keys that this process knows, by tenant and id.

    Args:
        limit: how many records one key may seal; a stricter bound of the key's own suite holds, too. Only half of it
            is used, because the uses in the last seconds of a process that is killed are not counted.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes], *, limit: int = 2**32) -> None:
        self._keyring = keyring
        self._identity = store.identity
        self._wrapped = WrappedKeys(store, keyring, random)
        self._limit = limit
        self._lock = threading.Lock()  # for counting: never held while the store is asked
        self._making = threading.Lock()
        self._last = _Memory(store.identity.roster)
        self._unreported: Counter[bytes] = Counter()

    def for_today(self, tenant: str, now: int, messages: int) -> DataKey:
        """The key that seals this tenant's records today, counted as used for so many of them.

        On a shredded day, the first day that is not shredded gives the key: what is written must stay readable, and no
        key of a shredded day may be made again.

        Read `identity.roster` before this call, and write what the key seals with it as `since`. `now` is Unix seconds.

        Raises:
            StoreUnavailable: it cannot be read or made durable now.
            ProviderError: a new day needs the root-key provider, and it cannot be had now.
        """
        memory = self._memory
        current = None
        while current is None:
            day = max(now // SECONDS_A_DAY, self._keyring.keyset.shredded_before)
            current = memory.current.get((tenant, day))
            if current is None or self._full(current.key, current.used, messages):
                current = self._choose(memory, tenant, day, messages)
        with self._lock:
            current.used += messages
            self._unreported[current.key.key_id] += messages
        return current.key

    def of_day(self, tenant: str, now: int) -> tuple[int, int, DataKey]:
        """Return the day, the number and the data key with which a tenant's records of `now` are sealed.

        It is not counted as used. As `for_today`, it is made if there is none.

        Raises:
            StoreUnavailable, ProviderError: as `for_today`.
        """
        memory = self._memory
        current = None
        while current is None:
            day = max(now // SECONDS_A_DAY, self._keyring.keyset.shredded_before)
            current = memory.current.get((tenant, day)) or self._choose(memory, tenant, day, 0)
        return day, current.number, current.key

    def count(self, key_id: bytes, messages: int) -> None:
        """Count that a key seals so many more values, which belong to values that it sealed before."""
        with self._lock:
            self._unreported[key_id] += messages

    def by_ids(self, tenant: str, key_ids: Iterable[bytes]) -> dict[bytes, DataKey | None]:
        """Return the keys of these ids; None for a shredded key, whose values stay closed.

        Round trips and errors as `with_days`.
        """
        return {key_id: key for key_id, (_, key) in self.with_days(tenant, key_ids).items()}

    def with_days(self, tenant: str, key_ids: Iterable[bytes]) -> dict[bytes, tuple[int, DataKey | None]]:
        """Return the day (since 1970-01-01) of each of these ids, and the key as `by_ids`.

        One round trip for all keys that this process does not know.

        Raises:
            StoreUnavailable: one is not in the store, or no root key here wrapped it. It may come back with a
                restore, so this is no absence of a record.
        """
        memory = self._memory
        wanted = set(key_ids)
        missing = [key_id for key_id in wanted if (tenant, key_id) not in memory.known]
        if missing:
            for key_id, (stored, _) in zip(missing, self._wrapped.get(missing), strict=True):
                if stored is None:
                    raise StoreUnavailable("unknown-key")
                self._learn(memory, tenant, key_id, stored)
        shredded_before = self._keyring.keyset.shredded_before
        found = {key_id: memory.known[tenant, key_id] for key_id in wanted}
        return {key_id: (day, None if day < shredded_before else key) for key_id, (day, key) in found.items()}

    def of_hold(self, tenant: str, number: int) -> DataKey:
        """Return the data key of a hold: one round trip, and another to make a missing one.

        Shredding days leaves it. Read `identity.roster` before this call, and write what the key seals with it as
        `since`.

        Raises:
            StoreUnavailable: it cannot be read or made durable now, or the hold was lifted.
            ProviderError: the root-key provider cannot be had now.
        """
        memory = self._memory
        key_id = self._keyring.tenant(tenant).data_key_id(HOLD_DAY, number)
        with self._making:
            [(stored, _)] = self._wrapped.get([key_id])
            if stored is None:
                stored = self._create(tenant, HOLD_DAY, number)
                if stored.wrapped is not None and not self._keyring.has_lasting_root(stored.wrapped):
                    raise StoreUnavailable("unknown-root")
            key = self._learn(memory, tenant, key_id, stored)
        if key is None:
            raise StoreUnavailable("unknown-key")
        return key

    def destroy_hold(self, tenant: str, number: int) -> None:
        """Destroy the data key of a lifted hold: one round trip.

        Backups open what it sealed until the next shredding, which destroys the root key that wrapped it.

        Raises:
            StoreUnavailable: it may not be destroyed; the same can be asked again.
        """
        key_id = self._keyring.tenant(tenant).data_key_id(HOLD_DAY, number)
        self._wrapped.replace({key_id: WrappedKey(tenant, HOLD_DAY, number, None)})
        self._memory.known.pop((tenant, key_id), None)

    def last_day(self, tenant: str, key_ids: Iterable[bytes], now: int) -> int:
        """Return the latest day (since 1970-01-01) of these keys. A key that this process does not know is of today."""
        known, unknown = self._memory.known, (now // SECONDS_A_DAY, None)
        return max(known.get((tenant, key_id), unknown)[0] for key_id in key_ids)

    def refresh(self, through: Store) -> None:
        """Report how often the keys were used, and find newer ones: one round trip. Called once a second.

        Raises StoreUnavailable: nothing is lost; the next call reports it.
        """
        memory = self._memory
        with self._lock:
            newest = max((day for _, day in memory.current), default=0)
            memory.current = {place: kept for place, kept in memory.current.items() if place[1] >= newest - 1}
            in_use, reported = dict(memory.current), dict(self._unreported)
        commands: list[Command] = [
            (b"HINCRBY", DATA_KEY_USES, field(key_id), uses) for key_id, uses in reported.items()
        ]
        for (tenant, day), current in in_use.items():
            newer = self._keyring.tenant(tenant).data_key_id(day, current.number + 1)
            commands += [(b"HGET", DATA_KEY_USES, field(current.key.key_id)), (b"HEXISTS", DATA_KEYS, field(newer))]
        replies = through.read(commands)[len(reported) :]
        with self._lock:
            self._unreported -= Counter(reported)
            for (place, current), used, has_newer in zip(in_use.items(), replies[::2], replies[1::2], strict=True):
                current.used = int(used or 0) + self._unreported[current.key.key_id]
                if has_newer:
                    memory.current.pop(place, None)

    @property
    def _memory(self) -> _Memory:
        """The memory of the roster in force. A caller uses the same one from beginning to end."""
        roster = self._identity.roster
        memory = self._last
        if memory.roster is not roster:
            with self._lock:
                if self._last.roster is not roster:
                    self._last = _Memory(roster)
                memory = self._last
        return memory

    def _full(self, key: DataKey, used: int, messages: int) -> bool:
        return used > 0 and used + messages > min(self._limit, key.limit) // 2

    def _choose(self, memory: _Memory, tenant: str, day: int, messages: int) -> _Current | None:
        """Return the newest usable key of a day, made if missing; None if the day was shredded meanwhile."""
        with self._making:
            current = memory.current.get((tenant, day))
            if current is not None and not self._full(current.key, current.used, messages):
                return current
            start = 0 if current is None else current.number + 1
            found = None
            while found is None:
                if day < self._keyring.keyset.shredded_before:
                    return None
                number, stored, used = self._newest(tenant, day, start)
                if stored is not None:
                    found = self._usable(memory, tenant, number, stored, used, messages)
                if found is None:
                    start = number + 1
                    found = self._usable(memory, tenant, start, self._create(tenant, day, start), 0, messages)
            with self._lock:
                memory.current[tenant, day] = found
            return found

    def _newest(self, tenant: str, day: int, start: int) -> tuple[int, WrappedKey | None, int]:
        """Return the highest number of a day that has a key, from `start`; `start - 1` where none has."""
        keys = self._keyring.tenant(tenant)
        newest: tuple[int, WrappedKey | None, int] = (start - 1, None, 0)
        while True:
            numbers = range(start, start + LOOK_AHEAD)
            found = self._wrapped.get([keys.data_key_id(day, number) for number in numbers])
            for number, (stored, used) in zip(numbers, found, strict=True):
                if stored is not None:
                    newest = (number, stored, used)
            if newest[0] != numbers[-1]:
                return newest
            start += LOOK_AHEAD

    def _create(self, tenant: str, day: int, number: int) -> WrappedKey:
        key_id = self._keyring.tenant(tenant).data_key_id(day, number)
        fresh = self._keyring.new_data_key(tenant, key_id)
        return self._wrapped.create(key_id, WrappedKey(tenant, day, number, fresh))

    def _usable(
        self, memory: _Memory, tenant: str, number: int, stored: WrappedKey, used: int, messages: int
    ) -> _Current | None:
        """Return the stored key, unless it was shredded, is used up, or its root key is retired or gone.

        A retired root key is destroyed once all data keys that were found under it are rewrapped. A data key that a
        slow process stored under it after that search must seal nothing, because it will be lost.
        """
        if stored.wrapped is None or not self._keyring.has_lasting_root(stored.wrapped):
            return None
        key_id = self._keyring.tenant(tenant).data_key_id(stored.day, number)
        key = self._learn(memory, tenant, key_id, stored)
        if key is None or self._full(key, used, messages):
            return None
        return _Current(number, key, used)

    def _learn(self, memory: _Memory, tenant: str, key_id: bytes, stored: WrappedKey) -> DataKey | None:
        key = None
        if stored.wrapped is not None and stored.day >= self._keyring.keyset.shredded_before:
            if not self._keyring.has_known_root(stored.wrapped):
                raise StoreUnavailable("unknown-root")
            key = self._keyring.open_data_key(tenant, key_id, stored.wrapped)
        memory.known[tenant, key_id] = (stored.day, key)
        return key


@dataclass(frozen=True, slots=True)
class _Opened:
    """An hour key: the id of its host, the day of its data key (since 1970-01-01), and the key unless shredded."""

    host: bytes
    day: int
    key: SealingKey | None


class HourKeys:
    """The hour keys that this process has opened, with the day keys of `data_keys`."""

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
        known = self._from_memory(tenant, wanted)
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
        days = [opened.day for opened in self._from_memory(tenant, wanted).values()]
        return max(days) if len(days) == len(wanted) else now // SECONDS_A_DAY

    def _from_memory(self, tenant: str, key_ids: Sequence[bytes]) -> dict[bytes, _Opened]:
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


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """Finds the keys of stored values by their headers, among the data keys and hour keys of this process."""

    data_keys: DataKeys
    hour_keys: HourKeys

    def by_headers(self, tenant: str, headers: Iterable[bytes]) -> dict[bytes, SealingKey | None]:
        """Return the key that each header (`keys.aead.HEADER_BYTES`) names; None for one that was shredded.

        One round trip for the data keys that this process does not know, and one for hour keys.

        Raises:
            StoreUnavailable: one is not in the store. It may come back with a restore, so this is no absence.
            IntegrityError: an hour key was changed, or not made by an enrolled host.
        """
        return {header: key for header, (key, _) in self.with_holds(tenant, headers).items()}

    def with_holds(self, tenant: str, headers: Iterable[bytes]) -> dict[bytes, tuple[SealingKey | None, bool]]:
        """Return the key of each header as `by_headers`, and whether it is a hold's.

        An hour key never is, whatever its id: the host chose that.
        """
        by_day, by_hour = _divided(headers)
        found: dict[bytes, tuple[SealingKey | None, bool]] = {}
        if by_day:
            dated = self.data_keys.with_days(tenant, by_day.values())
            for header, key_id in by_day.items():
                day, key = dated[key_id]
                found[header] = key, day == HOLD_DAY
        if by_hour:
            hourly = self.hour_keys.by_ids(tenant, by_hour.values())
            found |= {header: (hourly[key_id], False) for header, key_id in by_hour.items()}
        return found

    def last_day(self, tenant: str, headers: Iterable[bytes], now: int) -> int:
        """Return the latest day (since 1970-01-01) of these keys. One that this process does not know is of today."""
        by_day, by_hour = _divided(headers)
        days = []
        if by_day:
            days.append(self.data_keys.last_day(tenant, by_day.values(), now))
        if by_hour:
            days.append(self.hour_keys.last_day(tenant, by_hour.values(), now))
        return max(days)

    def count(self, header: bytes, messages: int) -> None:
        """Count that a data key seals so many more values. An hour key ends long before its limit."""
        if header[0] != HOUR_FORMAT:
            self.data_keys.count(header[2:], messages)


def _divided(headers: Iterable[bytes]) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
    """Return the key ids of headers that name data keys, and of those that name hour keys."""
    by_day: dict[bytes, bytes] = {}
    by_hour: dict[bytes, bytes] = {}
    for header in headers:
        (by_hour if header[0] == HOUR_FORMAT else by_day)[header] = header[2:]
    return by_day, by_hour


def unreadable_after(last_day: int, longest_days: int) -> str:
    """Return the day after which the data keys of an erased waybill are due to be shredded.

    Args:
        last_day: on which a revision of it was sealed, since 1970-01-01.
        longest_days: the longest retention.
    """
    return rfc3339((last_day + 1 + longest_days) * SECONDS_A_DAY)[:10]
