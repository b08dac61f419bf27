"""Rotates the index secret, and moves all that is stored of each waybill to its place under the new one.

A place under the new secret hashes the place under the old one, so no waybill
number is needed, and tokens go on: they name the base, which never changes. The
old secret ends only when a whole pass over the store has found nothing at its places.
"""

import re
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

from keys.aead import HEADER_BYTES, HOUR_FORMAT, NONCE_BYTES, SealingKey, SealingKeys, header_of
from keys.errors import KeysError
from keys.framing import frame
from keys.rotation import change_name, end_retired, entries_of, settle_index
from masking_service.rotation.coordinator import Coordinator
from masking_service.rotation.resealing import Announcer, state_keys_by_id
from masking_service.rotation.rotate import rotate
from masking_service.service.call.recorder import Recorder
from masking_service.service.state.sealed import Sealed
from masking_service.service.state.swap import Swapped, swap_question
from masking_service.service.vault import records
from masking_service.service.vault.data_keys import DataKeys, HourKeys, RecordKeys
from masking_service.service.vault.wrapped_keys import KeysBehind
from masking_service.store.client import Command, Reply
from masking_service.store.layout import CLAIM, record_key, record_stems

SUBJECT: Final = "key/index"
_GONE: Final = -2
"""The expiry of a key that does not exist."""
_REVISION: Final = re.compile(rb"[0-9a-f]|10")
_CUSTODY, _DISCLOSURES, _CALL_RECORDS, _RESTRICTION = b"@", b"!", b"#", b"~"


def rotate_index(
    coordinator: Coordinator, recorder: Recorder, tenants: Iterable[str], clock: Callable[[], int]
) -> tuple[int, int] | None:
    """Rotate the index secret, or continue.

    Args:
        recorder: records what is moved, before it is.
        tenants: every tenant that clients and policy name.

    Returns:
        As `rotate_and_end`: how many values were moved, and how many keys of waybills the last pass has read, none at
        an old place.

    Raises:
        As `rotate_and_end`, and KeysError where a value is of no known tenant.
    """
    if coordinator.finish_last_change() == change_name("end", "index"):
        return None
    states = {entry.state for entry in entries_of(coordinator.file, "index")}
    if states.isdisjoint({"deciding", "retired"}):
        rotate(coordinator, "index", before_activation=lambda: _followed(coordinator))
    if "retired" not in states:
        _followed(coordinator)
        coordinator.change(settle_index(coordinator.path, coordinator.today))
    _followed(coordinator)
    moving = _Moving(coordinator, Announcer(recorder, SUBJECT, clock), state_keys_by_id(coordinator, tenants))
    while moving.run():
        coordinator.pause()
        if moving.conflicts:
            coordinator.drain()
    coordinator.change(end_retired(coordinator.path, "index", coordinator.today))
    return moving.moved, moving.seen


def _followed(coordinator: Coordinator) -> None:
    """Wait until no call is under way that began with the file of before."""
    coordinator.require_hosts()
    coordinator.drain()


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """Counts of numbers: asked for, stored by a tenant, and at a place under an older secret."""

    asked: int
    stored: int
    at_old: int


def find_numbers(coordinator: Coordinator, portions: Iterable[Sequence[str]]) -> FoundNumbers:
    """Look for waybills of every tenant at their places under every version of the index secret.

    One round trip for each portion and tenant.

    Args:
        portions: normalised numbers.

    Raises:
        StoreUnavailable: the store did not answer.
    """
    tenants = {stored.tenant for stored in coordinator.data_keys()}
    asked = stored = at_old = 0
    for numbers in portions:
        asked += len(numbers)
        for keys in map(coordinator.keyring.tenant, tenants):
            bases, versions = keys.bases(numbers), range(keys.layers.own + 1)
            stems = [record_stems(keys.places(bases, version), version) for version in versions]
            commands: list[Command] = [(b"EXISTS", record_key(stem, 0)) for layer in stems for stem in layer]
            replies = iter(coordinator.store.read(commands))
            *older, newest = [[bool(next(replies)) for _ in layer] for layer in stems]
            stored += sum(newest)
            at_old += sum(map(sum, older))
    return FoundNumbers(asked, stored, at_old)


@dataclass(slots=True)
class _KeyAtOldPlace:
    """A stored key at an old place: its new key, its value or fields, and its expiry (Unix seconds).

    `newer` is what is at the new key of a custody.
    """

    key: bytes
    new_key: bytes
    kind: bytes
    value: Reply
    until: int
    newer: bytes | None = None


_Move = tuple[list[Sealed], list[Command]]
"""What the log has to announce, and the commands that write a key at its new place unless it is there."""


class _Moving:
    """Passes over the store that move everything from old places.

    Args:
        state_keys: tenant and state keys, by the id of each key.

    Attributes:
        seen: keys of waybills that the last pass has read.
        conflicts: by old key, a custody there and the one at the new place, which was there already.
    """

    def __init__(
        self, coordinator: Coordinator, announcer: Announcer, state_keys: Mapping[bytes, tuple[str, SealingKeys]]
    ) -> None:
        layers = coordinator.keyring.tenant("").layers
        if layers.other is None or not layers.settled:
            raise KeysError("no rotation of the index key is under way")
        self._coordinator = coordinator
        self._announcer = announcer
        self._state_keys = state_keys
        self._since, self._version = layers.other, layers.own
        suffix = rb"\.%d" % self._since if self._since else b""
        self._old = re.compile(rb"wm:\{([A-Za-z0-9_-]{16})" + suffix + rb"\}(.+)")
        self._any = re.compile(rb"wm:\{[A-Za-z0-9_-]{16}(?:\.[0-9]{1,2})?\}.+")
        self._data_keys = DataKeys(coordinator.store, coordinator.keyring, coordinator.random)
        hour_keys = HourKeys(coordinator.store, coordinator.keyring, self._data_keys)
        self._record_keys = RecordKeys(self._data_keys, hour_keys)
        self._behind = KeysBehind(coordinator.store, coordinator.wrapped)
        self._tenants: dict[bytes, str] = {}
        self._copies: dict[bytes, bytes] = {}
        self.moved = self.seen = 0
        self.conflicts: dict[bytes, tuple[bytes, bytes]] = {}

    def run(self) -> int:
        """Move what is at old places, and return how many keys were found there.

        Raises:
            KeysError: a value is of no known tenant.
            StoreUnavailable, ProviderError: run it again.
        """
        store, found, total = self._coordinator.store, 0, self.seen
        self.seen = 0
        for some in self._coordinator.stored_keys():
            self.seen += sum(bool(self._any.fullmatch(key)) for key in some)
            at_old = [match for key in dict.fromkeys(some) if (match := self._old.fullmatch(key))]
            self._move(at_old)
            found += len(at_old)
            self._coordinator.progress("keys of waybills checked", self.seen, max(self.seen, total))
        # A round meets fewer keys than the one before, in which moved ones were met at both places.
        self._coordinator.progress("keys of waybills checked", self.seen, self.seen)
        self._data_keys.refresh(store)  # reports how often keys were used
        return found

    def _move(self, found: Sequence[re.Match[bytes]]) -> None:
        """Move the keys of one portion.

        Round trips: three to read; for each tenant one for the log and one to write; two to delete.
        """
        if not found:
            return
        store = self._coordinator.store
        by_tenant: dict[str, list[_KeyAtOldPlace]] = defaultdict(list)
        gone: list[_KeyAtOldPlace] = []
        for tenant, stored in self._read(found):
            if stored.value == CLAIM:
                gone.append(stored)
            else:
                by_tenant[tenant].append(stored)
        for tenant, each in by_tenant.items():
            moves = [(stored, move) for stored in each if (move := self._move_of(tenant, stored)) is not None]
            announced = [one for _, (sealed, _) in moves for one in sealed]
            commands = [command for _, (_, commands) in moves for command in commands]
            self._announcer.run(tenant, announced, partial(store.write, commands))
            self.moved += len(moves)
            gone += [stored for stored, _ in moves]
        self._empty(gone)

    def _empty(self, moved: Sequence[_KeyAtOldPlace]) -> None:
        """Delete keys at old places, unless they were changed since they were read: then they are moved again.

        What was deleted or changed meanwhile (an end of a restriction, a hold of a record) must not have a copy at the
        new place, which would be taken for the newer one.
        """
        store = self._coordinator.store
        commands: list[Command] = [(b"EXPIRETIME", stored.key) for stored in moved]
        ends = dict(zip((stored.key for stored in moved), store.read(commands), strict=True))
        same = {stored.key for stored in moved if max(int(ends[stored.key]), 0) == stored.until}
        hashes = [stored.key for stored in moved if isinstance(stored.value, list) and stored.key in same]
        store.write([(b"DEL", key) for key in hashes])
        strings = [
            stored
            for stored in moved
            if not isinstance(stored.value, list) and (stored.key in same or _REVISION.fullmatch(stored.kind))
        ]
        deleting = [swap_question([Swapped(stored.key, stored.value, None)], 0) for stored in strings]
        store.ask(*deleting)
        changed = [stored for stored, question in zip(strings, deleting, strict=True) if not question.answer()]
        changed += [stored for stored in moved if int(ends[stored.key]) == _GONE]
        undoing = [
            swap_question([Swapped(stored.new_key, copy, None)], 0)
            for stored in changed
            if (copy := self._copies.get(stored.key)) is not None
        ]
        store.ask(*undoing)
        self._copies.clear()

    def _read(self, found: Sequence[re.Match[bytes]]) -> list[tuple[str, _KeyAtOldPlace]]:
        """Read keys at old places, each with its tenant; those that have expired meanwhile are left out."""
        commands: list[Command] = []
        for match in found:
            commands.append((b"HGETALL" if match[2] in (_DISCLOSURES, _CALL_RECORDS) else b"GET", match[0]))
            commands.append((b"EXPIRETIME", match[0]))
        replies = self._coordinator.store.read(commands)
        behind = self._behind.of(
            value
            for match, value in zip(found, replies[::2], strict=True)
            if _is_record(match, value) or _is_of_intake(match, value)
        )
        self._tenants |= {header: stored.tenant for header, stored in behind.items()}
        read = []
        for match, value, until in zip(found, replies[::2], replies[1::2], strict=True):
            if not value:
                continue
            tenant = "" if value == CLAIM else self._tenant_of(value)
            old = urlsafe_b64decode(match[1])
            keys = self._coordinator.keyring.tenant(tenant)
            (place,) = keys.places([old], self._version, since=self._since)
            (stem,) = record_stems([place], self._version)
            read.append((tenant, _KeyAtOldPlace(match[0], stem + b"}" + match[2], match[2], value, max(int(until), 0))))
        custodies = [stored for _, stored in read if stored.kind == _CUSTODY]
        asked: list[Command] = [(b"GET", stored.new_key) for stored in custodies]
        for stored, newer in zip(custodies, self._coordinator.store.read(asked), strict=True):
            stored.newer = newer
        return read

    def _tenant_of(self, value: Reply) -> str:
        """Return whose value it is. Raises KeysError where no key that is known sealed it."""
        sealed = value[1] if isinstance(value, list) else value
        header = sealed[:HEADER_BYTES]
        if header in self._tenants:
            return self._tenants[header]
        key_id = header[2:]
        if key_id in self._state_keys:
            return self._state_keys[key_id][0]
        raise KeysError(
            "a waybill is sealed with a key that neither the store nor the keyset has, or is of a tenant that neither "
            "the policy nor a client names: name those tenants in the policy, or run audit verify --store"
        )

    def _move_of(self, tenant: str, stored: _KeyAtOldPlace) -> _Move | None:
        """Return how a key is moved; None for a custody that has to be looked at again."""
        if stored.kind == _CUSTODY:
            return self._custody(tenant, stored)
        if stored.kind == _RESTRICTION:  # one at the new place says the same
            after = self._state_sealed_anew(tenant, stored)
            longer = (b"EXPIREAT", stored.new_key, stored.until, b"GT")
            return _announced(stored, b"", b"", after), [_set_once(stored, after), longer]
        if stored.kind in (_DISCLOSURES, _CALL_RECORDS):
            return self._fields(tenant, stored)
        if _REVISION.fullmatch(stored.kind):
            return self._record(tenant, stored)
        raise KeysError("the store has a kind of key of a waybill that this release does not know")

    def _record(self, tenant: str, stored: _KeyAtOldPlace) -> _Move:
        """A record, sealed anew with its own data key; a tombstone where that was shredded."""
        header = header_of(stored.value)
        key: SealingKey | None = self._record_keys.by_headers(tenant, [header])[header]
        nonce = self._coordinator.random(NONCE_BYTES)
        if key is None:
            key = self._data_keys.for_today(tenant, self._announcer.clock(), 1)
            plain = records.plaintext(records.tombstone(stored.until))
            after = key.seal(plain, stored.new_key, nonce)
        else:
            plain = key.open(stored.value, stored.key)
            (after,) = key.seal_many([plain], [stored.new_key], nonce, stored.value[:HEADER_BYTES])
            self._record_keys.count(header, 1)
        self._copies[stored.key] = after
        erased = records.read(plain).erased
        return _announced(stored, b"", b"", after) if erased else [], [_set_once(stored, after)]

    def _custody(self, tenant: str, stored: _KeyAtOldPlace) -> _Move | None:
        """A custody. One that is at the new place as well is older, or about to be removed by its writer."""
        after = self._state_sealed_anew(tenant, stored)
        if stored.newer is None:
            return _announced(stored, b"", b"", after), [_set_once(stored, after)]
        if self.conflicts.get(stored.key) != (stored.value, stored.newer):
            self.conflicts[stored.key] = (stored.value, stored.newer)
            return None
        del self.conflicts[stored.key]
        sealed = _announced(stored, b"", b"", after, once=False)
        return sealed, [(b"SET", stored.new_key, after, b"EXAT", stored.until)]

    def _state_sealed_anew(self, tenant: str, stored: _KeyAtOldPlace) -> bytes:
        """Open a value that a state key or the hour key of its record sealed; return it sealed for the new place."""
        key: SealingKey | SealingKeys | None = self._coordinator.keyring.tenant(tenant).state
        if stored.value[:1] == bytes((HOUR_FORMAT,)):
            header = header_of(stored.value)
            key = self._record_keys.by_headers(tenant, [header])[header]
        if key is None:  # shredded with its record, and no custody any more
            return bytes(stored.value)
        plain = key.open(stored.value, stored.key)
        after = key.seal(plain, stored.new_key, self._coordinator.random(NONCE_BYTES))
        self._copies[stored.key] = after
        return after

    def _fields(self, tenant: str, stored: _KeyAtOldPlace) -> _Move:
        """Disclosures or records of calls. The same field has the same bytes however often it is moved."""
        state = self._coordinator.keyring.tenant(tenant).state
        announced: list[Sealed] = []
        commands: list[Command] = []
        for name, sealed in zip(stored.value[0::2], stored.value[1::2], strict=True):
            nonce = sha256(frame(b"moved", stored.new_key, name, sealed)).digest()[:NONCE_BYTES]
            if stored.kind == _DISCLOSURES and len(name) == NONCE_BYTES:  # the name is the nonce
                plain = state.open(sealed[:HEADER_BYTES] + name + sealed[HEADER_BYTES:], stored.key + b"/" + name)
                whole = state.seal(plain, stored.new_key + b"/" + nonce, nonce)
                new_name, after = nonce, whole[:HEADER_BYTES] + whole[HEADER_BYTES + NONCE_BYTES :]
            else:
                plain = state.open(sealed, stored.key + b"/" + name)
                new_name, after = name, state.seal(plain, stored.new_key + b"/" + name, nonce)
            commands.append((b"HSETNX", stored.new_key, new_name, after))
            announced += _announced(stored, name, new_name, after)
        if stored.until:
            commands += [(b"EXPIREAT", stored.new_key, stored.until, condition) for condition in (b"NX", b"GT")]
        return announced, commands


def _is_of_intake(match: re.Match[bytes], value: Reply) -> bool:
    """Return whether it is a first custody that an intake host sealed."""
    return match[2] == _CUSTODY and isinstance(value, bytes) and value[:1] == bytes((HOUR_FORMAT,))


def _is_record(match: re.Match[bytes], value: Reply) -> bool:
    return bool(_REVISION.fullmatch(match[2])) and value not in (None, CLAIM)


def _set_once(stored: _KeyAtOldPlace, after: bytes) -> Command:
    return (b"SET", stored.new_key, after, b"NX", b"EXAT", stored.until)


def _announced(
    stored: _KeyAtOldPlace, name: bytes, new_name: bytes, after: bytes, *, once: bool = True
) -> list[Sealed]:
    """Return the audit log's statement of a moved value: where it is, and that the old place is empty."""
    separator = b"/" if name else b""
    return [
        Sealed(stored.new_key + separator + new_name, after, until=stored.until, once=once),
        Sealed(stored.key + separator + name, None, until=0, once=False),
    ]
