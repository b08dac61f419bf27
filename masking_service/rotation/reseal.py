"""Seals all stored values anew under data keys that did not exist when the command was first run.

For a leaver who may have had data keys: what a fresh copy of the store holds, none of
those keys opens. Records stay where they are, and tokens stay valid. Entries of the
search indexes are sealed with their record's key, so they are replaced, too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES, header_of
from keys.files import read_secret_file, write_secret_file
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.resealing import Announcer, Resealed, announced, replace
from masking_service.rotation.rotate import newest_numbers, rotate_data
from masking_service.rotation.search import SearchEntries
from masking_service.service.call.recorder import Recorder
from masking_service.service.holds.held_records import AT_ONCE, Change, HeldRecords
from masking_service.service.holds.state import Hold, Holds
from masking_service.service.people.policy import Policy
from masking_service.service.search.state import INDEX_PART
from masking_service.service.state.sealed import Sealed
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.vault import records
from masking_service.service.vault.vault import Vault
from masking_service.service.vault.wrapped_keys import HOLD_DAY, KeysBehind, WrappedKey
from masking_service.store.client import Command
from masking_service.store.layout import CLAIM, WAYBILL, custody_key

STARTED: Final = "reseal.json"
"""A file in the state directory during a run: the data keys that are new enough."""
SUBJECT: Final = "key/data"
_RECORD: Final = re.compile(WAYBILL + rb"(?:[0-9a-f]|10)")


class _Started(msgspec.Struct, frozen=True):
    """What was new when the command was first run.

    Attributes:
        day: the day, since 1970-01-01.
        numbers: each tenant's key of it.
        holds: the numbers of the data keys that holds had before, by tenant.
    """

    day: int
    numbers: Mapping[str, int]
    holds: Mapping[str, Sequence[int]] = {}

    def is_new(self, key: WrappedKey) -> bool:
        """Return whether a data key was made since."""
        if key.day == HOLD_DAY:
            return key.number not in self.holds.get(key.tenant, ())
        if key.day < self.day:
            return False
        return key.day > self.day or key.number >= self.numbers.get(key.tenant, 0)


@dataclass(frozen=True, slots=True)
class ResealedValues:
    """What a complete run has done and found.

    Attributes:
        entries: of search indexes, replaced.
        held: waybills of holds, sealed anew under new data keys of their holds.
        checked: records that the last pass has read.
        left: those of them under older data keys of holds whose lifting was interrupted.
    """

    records: int
    entries: int
    held: int
    checked: int
    left: int


def reseal(coordinator: Coordinator, recorder: Recorder, policy: Policy, clock: Callable[[], int]) -> ResealedValues:
    """Seal every record and search entry anew, or continue.

    Every tenant gets a new data key for today first, and every hold a new data key of its own.

    Args:
        recorder: records the custodies of intake hosts that are sealed anew, before they are replaced.
        policy: says which search indexes are kept.

    Raises:
        KeysError: a process has another policy.
        ProcessesBehindError: a running process did not follow.
        StoreUnavailable, ProviderError: run it again.
        IntegrityError: a stored value did not open at its place.
    """
    coordinator.finish_last_change()
    coordinator.require_policy(policy.digest)
    started = _start(coordinator, clock())
    done = _Reseal(coordinator, Announcer(recorder, SUBJECT, clock), policy, started).run()
    (coordinator.path.parent / STARTED).unlink()
    return done


def reseal_hosts(
    coordinator: Coordinator, recorder: Recorder, policy: Policy, clock: Callable[[], int], hosts: Collection[bytes]
) -> ResealedValues:
    """Seal anew what intake hosts have sealed with their hour keys, before they are revoked, or continue.

    As `reseal`, without new data keys. While the hosts go on storing, it does not end.
    """
    coordinator.require_policy(policy.digest)
    return _Reseal(coordinator, Announcer(recorder, SUBJECT, clock), policy, _Started(0, {}), hosts).run()


def _start(coordinator: Coordinator, now: int) -> _Started:
    """Return from where a run continues, or make new data keys and begin one."""
    path: Path = coordinator.path.parent / STARTED
    if path.exists():
        return msgspec.json.decode(read_secret_file(path), type=_Started)
    rotate_data(coordinator, now)
    coordinator.drain()
    started = _Started(*newest_numbers(coordinator, now), hold_keys(coordinator))
    write_secret_file(path, msgspec.json.encode(started), replace=True)
    return started


class _Reseal:
    """Passes over the store.

    Attributes:
        left: records that the last pass has found under older data keys of holds, by tenant and number.
    """

    def __init__(
        self,
        coordinator: Coordinator,
        announcer: Announcer,
        policy: Policy,
        started: _Started,
        hosts: Collection[bytes] = (),
    ) -> None:
        self._hosts = frozenset(hosts)
        self._coordinator = coordinator
        self._announcer = announcer
        self._clock = announcer.clock
        self._started = started
        self._behind = KeysBehind(coordinator.store, coordinator.wrapped)
        self.vault = Vault(coordinator.store, coordinator.keyring, coordinator.random)
        self._entries = SearchEntries(coordinator, self.vault, policy, announcer.clock)
        self._holds = HoldKeys(coordinator, announcer, self.vault, started.holds)
        self.left = Counter[tuple[str, int]]()
        self.records = self.entries = self.checked = 0

    def run(self) -> ResealedValues:
        """Pass over the store until nothing is left."""
        self._holds.renumber()
        before = None
        while before != self.left:  # once more where a revision was written under an older key of its hold
            before = self.left
            self._holds.seal()
            while self.pass_over_records():
                self._coordinator.pause()
        self._holds.destroy(self.left)
        while self.pass_over_entries():
            self._coordinator.pause()
        self.vault.data_keys.refresh(self._coordinator.store)  # reports how often keys were used
        return ResealedValues(self.records, self.entries, self._holds.sealed, self.checked, self.left.total())

    def pass_over_records(self) -> int:
        """Seal records anew that are under older data keys, and return how many were found."""
        store, found, total = self._coordinator.store, 0, self.checked
        self.checked, self.left = 0, Counter()
        for keys in self._portions(_RECORD):
            reading: list[Command] = [command for key in keys for command in ((b"GET", key), (b"EXPIRETIME", key))]
            replies = store.read(reading)
            stored = [
                (key, value, max(int(until), 0))
                for key, value, until in zip(keys, replies[::2], replies[1::2], strict=True)
                if value not in (None, CLAIM)
            ]
            self.checked += len(stored)
            old = self._old([value for _, value, _ in stored])
            self.left.update(self._old_of_holds([value for _, value, _ in stored]))
            found += self._reseal([one for one in stored if header_of(one[1]) in old], old)
            self._coordinator.progress("records checked", self.checked, max(self.checked, total))
        return found

    def pass_over_entries(self) -> int:
        """Replace search entries that are under older data keys, and return how many were found."""
        found = 0
        for keys in self._portions(INDEX_PART):
            for key in keys:
                for members in self._entries.members(key):
                    old = self._old(members)
                    mine = [one for one in members if header_of(one) in old]
                    self._entries.replace(key, mine)
                    found += len(mine)
            self.entries = self._entries.replaced
            self._coordinator.progress("search entries replaced", self.entries, self.entries)
        return found

    def _portions(self, names: re.Pattern[bytes]) -> Iterator[list[bytes]]:
        for some in self._coordinator.stored_keys():
            matching = [key for key in dict.fromkeys(some) if names.fullmatch(key)]
            if matching:
                yield matching

    def _old(self, values: Sequence[bytes]) -> dict[bytes, WrappedKey]:
        """Return the data keys behind values that have to be sealed anew, by header."""
        return {
            header: key
            for header, key in self._behind.of(values).items()
            if key.day != HOLD_DAY and not (self._started.is_new(key) and not self._is_of_hosts(header))
        }

    def _reseal(self, stored: Sequence[tuple[bytes, bytes, int]], old: Mapping[bytes, WrappedKey]) -> int:
        """Seal records anew unless they are changed meanwhile; return how many could be opened."""
        by_tenant: dict[str, list[tuple[bytes, bytes, int]]] = defaultdict(list)
        for one in stored:
            by_tenant[old[header_of(one[1])].tenant].append(one)
        found = 0
        for tenant, each in by_tenant.items():
            roster = self._coordinator.store.identity.roster
            opening = self.vault.record_keys.by_headers(tenant, {header_of(value) for _, value, _ in each})
            readable = [(one, key) for one in each if (key := opening[header_of(one[1])]) is not None]
            if not readable:
                continue  # shredded
            self._keep_custodies(tenant, [(place, header_of(value)) for (place, value, _), _ in readable])
            fresh = self.vault.data_keys.for_today(tenant, self._clock(), len(readable))
            plain = [key.open(value, place) for (place, value, _), key in readable]
            nonces = self._coordinator.random(NONCE_BYTES * len(plain))
            after = fresh.seal_many(plain, [place for (place, _, _), _ in readable], nonces)
            tombstones = [
                Sealed(place, new, until=until, once=False)
                for ((place, _, until), _), content, new in zip(readable, plain, after, strict=True)
                if records.read(content).erased
            ]
            questions = [
                swap_question([Swapped(place, value, new)], until, since=roster)
                for ((place, value, until), _), new in zip(readable, after, strict=True)
            ]
            self._announcer.run(tenant, tombstones, partial(self._coordinator.store.ask, *questions))
            self.records += sum(question.answer() for question in questions)
            found += len(readable)
        return found

    def _keep_custodies(self, tenant: str, stored: Sequence[tuple[bytes, bytes]]) -> None:
        """Seal the custodies anew that would end with the hour keys of their records.

        Args:
            stored: places and headers of records.
        """
        store = self._coordinator.store
        firsts = [(custody_key(place.removesuffix(b"}0")), header) for place, header in stored if place.endswith(b"}0")]
        swaps = self.vault.custodies_anew(tenant, firsts)
        values = [Resealed(one.place, b"", one.old or b"", one.new or b"") for one in swaps]
        self._announcer.run(tenant, announced(store, values), lambda: replace(store, values))

    def _is_of_hosts(self, header: bytes) -> bool:
        """Return whether one of the hosts made the hour key in a header."""
        head = self._behind.head_of(header)
        return head is not None and head.host in self._hosts

    def _old_of_holds(self, values: Sequence[bytes]) -> Iterator[tuple[str, int]]:
        """Yield tenant and number of the key behind each value that an older key of a hold seals."""
        behind = self._behind.of(values)
        for value in values:
            key = behind.get(header_of(value))
            if key is not None and key.day == HOLD_DAY and not self._started.is_new(key):
                yield key.tenant, key.number


OldKeys = Mapping[str, Collection[int]]
"""The numbers of data keys of holds, by tenant."""


def hold_keys(coordinator: Coordinator) -> dict[str, list[int]]:
    """Return the data keys of holds that open something now."""
    found: dict[str, list[int]] = {}
    for stored in coordinator.data_keys():
        if stored.day == HOLD_DAY and stored.wrapped is not None:
            found.setdefault(stored.tenant, []).append(stored.number)
    return found


class HoldKeys:
    """Replaces the data keys of holds, and seals the records that they keep with them.

    No hold is lifted for it: at each moment a held record is under a data key of its hold, the old one or the new one.
    """

    def __init__(self, coordinator: Coordinator, announcer: Announcer, vault: Vault, old: OldKeys) -> None:
        self._coordinator = coordinator
        self._announcer = announcer
        self._vault = vault
        self._old = old
        self._holds = Holds(coordinator.store, coordinator.keyring, coordinator.random)
        self._records = HeldRecords(coordinator.store, coordinator.keyring, vault, coordinator.random)
        self.sealed = 0

    def renumber(self) -> None:
        """Name a new data key for each hold with an old one, and wait until no call seals with that.

        A hold that is being lifted keeps its key, as its records are about to leave it.

        Raises:
            StoreUnavailable: run it again.
        """
        for tenant, old in self._old.items():
            self._renumber(tenant, {*old})
        if self._old:
            self._coordinator.drain()

    def seal(self) -> None:
        """Seal the records of the holds with their new keys. Doing it again is safe.

        Raises:
            StoreUnavailable, ProviderError: run it again.
            IntegrityError: a hold's list of waybills is missing, or a record does not open.
        """
        for tenant, old in self._old.items():
            for hold in self._holds.listed(tenant):
                if hold.keeps and hold.number > max(old):
                    self._seal(tenant, hold)

    def destroy(self, used: Container[tuple[str, int]]) -> None:
        """Destroy the old keys that no record is under any more.

        Args:
            used: tenant and number of those that a whole pass over the store has found.
        """
        for tenant, old in self._old.items():
            for number in old:
                if (tenant, number) not in used:
                    self._vault.data_keys.destroy_hold(tenant, number)

    def _renumber(self, tenant: str, old: set[int]) -> None:
        def change(holds: list[Hold]) -> list[Hold]:
            free = count(max(old | {hold.number for hold in holds}) + 1)
            return [
                msgspec.structs.replace(hold, number=next(free)) if hold.keeps and hold.number in old else hold
                for hold in holds
            ]

        while any(hold.keeps and hold.number in old for hold in self._holds.listed(tenant)):
            prepared = self._holds.prepare(tenant, change)  # again where a person changed the list meanwhile
            self._announcer.run(tenant, prepared.sealed, prepared.write)

    def _seal(self, tenant: str, hold: Hold) -> None:
        """Seal the records of a hold with its key, unless the hold ends meanwhile."""

        def keeping() -> list[int]:
            numbers = [one.number for one in self._holds.listed(tenant) if one.keeps]
            if hold.number not in numbers:
                raise _HoldChanged
            return numbers

        def record(change: Change) -> None:
            self._announcer.run(tenant, change.sealed, lambda: None)

        try:
            (numbers,) = self._holds.waybills(tenant, [hold])
            bases = self._coordinator.keyring.tenant(tenant).bases(numbers)
            for at in range(0, len(bases), AT_ONCE):
                some = bases[at : at + AT_ONCE]
                self.sealed += self._records.keep(tenant, some, hold.number, keeping, record)
        except _HoldChanged:
            pass  # the call that changed it decides about its records


class _HoldChanged(Exception):
    """The hold was lifted meanwhile."""
