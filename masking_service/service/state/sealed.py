"""A prepared write of sealed state: what will be stored, and the function that stores it.

The caller records what `Prepared.sealed` says and calls `Prepared.write` when
that entry is durable. So the store can be compared with the signed log, and
what was deleted, brought back or never logged is found.
"""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Final, Generic, NamedTuple, TypeVar

from keys.aead import NONCE_BYTES
from keys.keyring import Keyring
from masking_service.store.client import Command, Store

Written = TypeVar("Written", covariant=True)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed value and its place in the store.

    Attributes:
        place: the Redis key; for a field of a hash the key, ``/`` and the field.
        value: the sealed bytes; None where the place is emptied.
        until: Unix seconds at which it expires; 0 for never.
        once: whether it is written only where the place is empty.
    """

    place: bytes
    value: bytes | None
    _: KW_ONLY
    until: int
    once: bool


class StoredValue(NamedTuple):
    """A sealed value as it was read, and the Redis key at which it opens."""

    place: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class HashField:
    """A field of a hash in the store. The hash is kept until the latest time that any of its fields names.

    Attributes:
        key: of the hash.
        name, value: of the field.
        until: Unix seconds.
    """

    key: bytes
    name: bytes
    value: bytes
    until: int

    def commands(self) -> list[Command]:
        """Return the commands that write it."""
        # To Redis a key without expiry never ends, so GT alone would leave it so; both together never shorten.
        expiries: list[Command] = [(b"EXPIREAT", self.key, self.until, condition) for condition in (b"NX", b"GT")]
        return [(b"HSET", self.key, self.name, self.value), *expiries]


@dataclass(frozen=True, slots=True)
class Prepared(Generic[Written]):
    """A change of sealed state that is ready to be written.

    Attributes:
        sealed: what it will write, for the audit entry.
        write: writes it, once the entry is durable. Raises StoreUnavailable.
    """

    sealed: Sequence[Sealed]
    write: Callable[[], Written]


@dataclass(frozen=True, slots=True)
class PreparedFields(Prepared[None]):
    """Fields that can also be written with their audit entry, see `Recorder.record`."""

    fields: Sequence[HashField]


NOTHING_SHOWN: Final = PreparedFields((), lambda: None, ())


class TenantState:
    """State of tenants in the store.

    Args:
        store: the way to Redis.
        keyring: seals and opens it, and hashes its places.
        random: returns the given number of random bytes.
    """

    def __init__(self, store: Store, keyring: Keyring, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._keyring = keyring
        self._random = random

    def _seal(self, tenant: str, content: bytes, place: bytes) -> bytes:
        """Return content of a tenant sealed for its place, as `Sealed` names it."""
        return self._keyring.tenant(tenant).state.seal(content, place, self._random(NONCE_BYTES))

    def _seal_many(self, tenant: str, contents: Sequence[bytes], places: Sequence[bytes]) -> list[bytes]:
        """As `_seal`, for several places."""
        nonces = self._random(NONCE_BYTES * len(places))
        return self._keyring.tenant(tenant).state.seal_many(contents, places, nonces)

    def _prepared(self, sealed: Sequence[Sealed], commands: Sequence[Command]) -> Prepared[None]:
        """Return a change that sends these commands in one round trip, and nothing without commands."""

        def write() -> None:
            self._store.write(commands)

        return Prepared(sealed, write)
