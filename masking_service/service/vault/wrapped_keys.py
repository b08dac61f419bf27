"""Stores the wrapped data keys: one hash, by key id, each with a sealed label.

The label says whose key it is, of which day, and whether it was shredded, so that every key can be found, judged and
rewrapped without knowing the tenants. A key is written once; afterwards only a rewrapping or a shredding replaces it.

The notice about keys is beside them: the oldest keyset in use, and how often data keys were made. Every process reads
it. It is sealed like all state. Deleting it or bringing an old one back opens nothing; it only removes the protection
from a process that slept through a rotation.
"""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from keys.aead import HEADER_BYTES, HOUR_FORMAT, NONCE_BYTES
from keys.aead import key_id_of as sealing_key_id
from keys.errors import IntegrityError
from keys.framing import frame
from keys.hour_keys import WrapHead, head_of
from keys.keyring import Keyring
from keys.secret import Unprinted
from masking_service.service.state.sealed import TenantState
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES, DATA_KEYS, KEY_NOTICE, hour_key_key

_BUCKET_BYTES = 64
"""Labels are padded, so that their length does not tell one tenant from another."""
_SCAN = 500
HOLD_DAY: Final = 2_932_896
"""The day of the data keys of holds, 9999-12-31: no day before it that is shredded is theirs."""

PERMIT_DAY: Final = 2_932_895
"""The day of the keys of permits for pseudonyms, 9999-12-30."""


class PermitTerms(msgspec.Struct, frozen=True, array_like=True):
    """What a permit for pseudonyms allows: its name, its last day (since 1970-01-01), and kinds of values."""

    name: str
    until: int
    kinds: tuple[str, ...]


class WrappedKey(Unprinted, msgspec.Struct, frozen=True):
    """A data key as it is stored.

    Attributes:
        tenant, day, number: whose key it is, of which day (since 1970-01-01), and its 0-based number on that day.
        wrapped: the key; None where it was shredded.
        label_key: the id of the key that sealed its label; empty before it is stored.
        permit: what the permit of the key allows, if it is one for pseudonyms.
    """

    tenant: str
    day: int
    number: int
    wrapped: bytes | None
    label_key: bytes = b""
    permit: PermitTerms | None = None


class _KeyLabel(msgspec.Struct, frozen=True, array_like=True):
    tenant: str
    day: int
    number: int
    shredded: bool


class _PermitLabel(_KeyLabel, frozen=True, array_like=True):
    permit: PermitTerms | None = None


class KeyNotice(msgspec.Struct, frozen=True, rename={"rotations": "turn"}):
    """The content of the notice.

    Attributes:
        least: a process with a keyset of a lower serial must not use the store.
        rotations: how often data keys were made by command, so that a process can say that it has seen them; stored
            as ``turn``.
    """

    least: int = 0
    rotations: int = 0


def reading_key_notice() -> Command:
    """Return the command whose reply `read_key_notice` reads."""
    return (b"GET", KEY_NOTICE)


def read_key_notice(keyring: Keyring, sealed: bytes | None) -> KeyNotice:
    """Return the notice of a store; an empty one if it has none. Raises IntegrityError: it was changed."""
    if sealed is None:
        return KeyNotice()
    return msgspec.json.decode(keyring.tenant("").state.open(sealed, KEY_NOTICE), type=KeyNotice)


def write_key_notice(store: Store, keyring: Keyring, notice: KeyNotice, random: Callable[[int], bytes]) -> None:
    """Replace the notice. Raises StoreUnavailable: it may not be durable; writing it again is safe."""
    sealed = keyring.tenant("").state.seal(msgspec.json.encode(notice), KEY_NOTICE, random(NONCE_BYTES))
    store.write([(b"SET", KEY_NOTICE, sealed)])


class WrappedKeys(TenantState):
    """The stored data keys.

    Reading raises StoreUnavailable where the store does not answer, and IntegrityError where a value was changed or
    moved.
    """

    def get(self, key_ids: Sequence[bytes]) -> list[tuple[WrappedKey | None, int]]:
        """Return the stored key of each id, and its reported uses: one round trip."""
        fields = [field(key_id) for key_id in key_ids]
        values, uses = self._store.read([(b"HMGET", DATA_KEYS, *fields), (b"HMGET", DATA_KEY_USES, *fields)])
        return [
            (None if value is None else self.unpacked(key_id, value), int(used or 0))
            for key_id, value, used in zip(key_ids, values, uses, strict=True)
        ]

    def create(self, key_id: bytes, key: WrappedKey) -> WrappedKey:
        """Write a key if there is none, make it durable, and return the one that is stored then.

        The process may take over a newer keyset while the key is on its way: whether its root key is retired by then
        is for the caller to see, after this has returned.

        Raises:
            StoreUnavailable: it may not be durable; or (``old-keyset``) this process's keyset is older than the
                store allows, and what it wraps might never be unwrapped: then nothing may be sealed with it.
        """
        _, value, notice = self._store.write(
            [
                (b"HSETNX", DATA_KEYS, field(key_id), self.packed(key_id, key)),
                (b"HGET", DATA_KEYS, field(key_id)),
                reading_key_notice(),
            ]
        )
        if read_key_notice(self._keyring, notice).least > self._keyring.keyset.serial:
            raise StoreUnavailable("old-keyset")
        return self.unpacked(key_id, value)

    def replace(self, keys: Mapping[bytes, WrappedKey]) -> None:
        """Replace the keys of these ids durably, all of them or none.

        Raises:
            StoreUnavailable: it may or may not be done; doing it again is safe.
        """
        self._store.write(
            [(b"HSET", DATA_KEYS, field(key_id), self.packed(key_id, key)) for key_id, key in keys.items()]
        )

    def count(self) -> int:
        """Return how many keys are stored."""
        [count] = self._store.read([(b"HLEN", DATA_KEYS)])
        return int(count)

    def all(self) -> Iterator[dict[bytes, tuple[WrappedKey, int]]]:
        """Yield all stored keys with their uses, in portions. Keys that come or go meanwhile may be missing."""
        cursor: int | bytes = 0
        while True:
            [(cursor, flat)] = self._store.read([(b"HSCAN", DATA_KEYS, cursor, b"COUNT", _SCAN)])
            pairs = dict(zip(flat[::2], flat[1::2], strict=True))
            if pairs:
                [used] = self._store.read([(b"HMGET", DATA_KEY_USES, *pairs)])
                yield {
                    (key_id := key_id_of_field(name)): (self.unpacked(key_id, value), int(uses or 0))
                    for (name, value), uses in zip(pairs.items(), used, strict=True)
                }
            if int(cursor) == 0:
                return

    def packed(self, key_id: bytes, key: WrappedKey) -> bytes:
        """Return the stored value of a key: sealed label and wrapped key, each after its length."""
        about = (key.tenant, key.day, key.number, key.wrapped is None)
        label = msgspec.json.encode(_KeyLabel(*about) if key.permit is None else _PermitLabel(*about, key.permit))
        padded = label.ljust(-(-len(label) // _BUCKET_BYTES) * _BUCKET_BYTES)
        state = self._keyring.tenant("").state
        return frame(state.seal(padded, _place(key_id), self._random(NONCE_BYTES)), key.wrapped or b"")

    def unpacked(self, key_id: bytes, value: bytes) -> WrappedKey:
        """Return the key in a stored value. Raises IntegrityError: it was changed or moved."""
        length = int.from_bytes(value[:4], "big")
        sealed, wrapped = value[4 : 4 + length], value[8 + length :]
        label = msgspec.json.decode(self._keyring.tenant("").state.open(sealed, _place(key_id)), type=_PermitLabel)
        if label.shredded == bool(wrapped) or value != frame(sealed, wrapped):
            raise IntegrityError("a stored data key does not match its label")
        key = None if label.shredded else wrapped
        return WrappedKey(label.tenant, label.day, label.number, key, sealing_key_id(sealed), label.permit)


def field(key_id: bytes) -> bytes:
    """Return a data key's id as a field name: 11 characters of base64url."""
    return b64encode(key_id, b"-_").rstrip(b"=")


def key_id_of_field(name: bytes) -> bytes:
    return urlsafe_b64decode(name + b"=")


def _place(key_id: bytes) -> bytes:
    return DATA_KEYS + b"/" + field(key_id)


class KeysBehind:
    """The data keys behind values: the named ones, or those that wrap the named hour keys."""

    def __init__(self, store: Store, wrapped: WrappedKeys) -> None:
        self._store = store
        self._wrapped = wrapped
        self._known: dict[bytes, WrappedKey] = {}
        self._heads: dict[bytes, WrapHead] = {}

    def of(self, values: Iterable[bytes]) -> Mapping[bytes, WrappedKey]:
        """Return the data keys by the headers of the values, without those that are not in the store.

        One round trip for those that are not known, and one for hour keys. Raises as `WrappedKeys`.
        """
        headers = {value[:HEADER_BYTES] for value in values}
        missing = [header for header in headers if header not in self._known]
        ids = self._data_key_ids(missing)
        if ids:
            found = self._wrapped.get([*ids.values()])
            for header, (stored, _) in zip(ids, found, strict=True):
                if stored is not None:
                    self._known[header] = stored
        return {header: self._known[header] for header in headers if header in self._known}

    def head_of(self, header: bytes) -> WrapHead | None:
        """Return the wrap's statement on a header's hour key, unverified, as `of` answered; None for a data key."""
        return self._heads.get(header)

    def _data_key_ids(self, headers: Sequence[bytes]) -> dict[bytes, bytes]:
        hourly = [header for header in headers if header[:1] == bytes((HOUR_FORMAT,))]
        wraps = self._store.read([(b"GET", hour_key_key(header[2:])) for header in hourly])
        heads = {header: head_of(wrap) for header, wrap in zip(hourly, wraps, strict=True) if wrap is not None}
        self._heads |= heads
        ids = {header: header[2:] for header in headers if header not in hourly}
        return ids | {header: head.day_key_id for header, head in heads.items()}
