"""A sealed document in the store; every change is a new serial.

Two who change it at the same time cannot undo each other. A store that shows an
older serial than one already seen, or other bytes under the same one, is an
alarm, and not the truth.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from keys.aead import NONCE_BYTES, SealingKeys
from keys.errors import IntegrityError
from keys.keyring import Keyring
from keys.publication import PublicationKey
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import tenant_key

Document = TypeVar("Document", bound="Serials")
Sealing = SealingKeys | PublicationKey
"""Seals and opens documents."""

_KEPT: Final = 2
"""Serials kept in the store: the newest, and the one before it for late readers."""


class Serials:
    """One document, as this process knows it.

    Args:
        store: the way to Redis.
        place: the Redis key, of a hash from serial to sealed document.
        keys: returns the keys that seal and open it now.
        random: gives that many random bytes.

    Attributes:
        serial: of the newest document seen; 0 where there was none.
        sealed: that document as it is stored.
        content: what it holds, opened.
    """

    def __init__(self, store: Store, place: bytes, keys: Callable[[], Sealing], random: Callable[[int], bytes]) -> None:
        self._store = store
        self._place = place
        self._keys = keys
        self._random = random
        self._lock = threading.Lock()
        self.serial = 0
        self.sealed = b""
        self.content = b""

    def adopt(self, serial: int, sealed: bytes) -> None:
        """Start from a document that was seen before.

        Raises:
            IntegrityError: it was changed, or sealed with other keys.
        """
        self.content = self._keys().open(sealed, self._at(serial))
        self.serial, self.sealed = serial, sealed

    def as_stored(self) -> tuple[int, bytes]:
        """Return the serial of the newest document seen, and that document, sealed. No round trip."""
        with self._lock:
            return self.serial, self.sealed

    def refresh(self) -> bool:
        """Read the document; return whether it is newer: one round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: the document was changed, or went back.
        """
        return self.take(self._read())

    def reading_command(self) -> Command:
        """Return the command whose reply `take` reads."""
        return (b"HGETALL", self._place)

    def take(self, reply: list[bytes], through: Store | None = None) -> bool:
        """As `refresh`, with the store's reply.

        Args:
            through: another way to the store, where that is not admitted yet.
        """
        serial, sealed = _newest(reply)
        if (serial, sealed) == (self.serial, self.sealed):
            return False
        with self._lock:
            if serial < self.serial:  # another thread may have seen a newer one since this reply was written
                serial, sealed = _newest(self._read(through))
            if serial < self.serial:
                raise IntegrityError("a sealed document in the store is older than one already seen")
            if serial == self.serial:
                if sealed != self.sealed:
                    raise IntegrityError("a sealed document in the store is not the one that was seen there before")
                return False
            self.adopt(serial, sealed)
            return True

    def prepare(self, change: Callable[[bytes], bytes]) -> Prepared[bool]:
        """Seal a changed document: one round trip to read the newest one.

        Writing it is one more. It returns False where another change was first: prepare and write again then.

        Args:
            change: from the content (empty where there is none yet) to the new one.

        Raises:
            StoreUnavailable: nothing is changed.
            IntegrityError: the document was changed, or went back.
        """
        self.refresh()
        serial = self.serial + 1
        sealed = self._keys().seal(change(self.content), self._at(serial), self._random(NONCE_BYTES))
        commands: list[Command] = [(b"HSETNX", self._place, b"%d" % serial, sealed)]
        prepared = [Sealed(self._at(serial), sealed, until=0, once=True)]
        if serial > _KEPT:
            commands.append((b"HDEL", self._place, b"%d" % (serial - _KEPT)))
            prepared.append(Sealed(self._at(serial - _KEPT), None, until=0, once=False))

        def write() -> bool:
            # Read back instead of trusting the reply to HSETNX: a serial that was cleared away since can be written
            # again, behind newer ones; and where a reply was lost, ours is there before the second attempt.
            stored = self._store.write([*commands, self.reading_command()])[-1]
            self.take(stored)
            return _newest(stored) == (serial, sealed)

        return Prepared(prepared, write)

    def prepare_restore(self) -> Prepared[None] | None:
        """Prepare to restore the document in a store that was rolled back.

        For a store that an operator has accepted although it went back: what is in it is no alarm. One round trip,
        and one to write.

        Returns:
            None where the store has the same document or a newer one, which is taken over.

        Raises:
            StoreUnavailable: nothing is changed.
            IntegrityError: what the store has was changed, or sealed with other keys.
        """
        stored = self._read()
        if _newest(stored)[0] >= self.serial:
            self._adopt_newest(stored)
            return None
        older = stored[0::2]
        removed = [Sealed(self._at(int(serial)), None, until=0, once=False) for serial in older]
        commands: list[Command] = [(b"HSETNX", self._place, b"%d" % self.serial, self.sealed)]
        commands += [(b"HDEL", self._place, serial) for serial in older]
        return Prepared(
            [Sealed(self._at(self.serial), self.sealed, until=0, once=True), *removed],
            lambda: self._adopt_newest(self._store.write([*commands, self.reading_command()])[-1]),
        )

    def _adopt_newest(self, reply: list[bytes]) -> None:
        serial, sealed = _newest(reply)
        if serial:
            self.adopt(serial, sealed)

    def _read(self, through: Store | None = None) -> list[bytes]:
        found: list[bytes] | StoreUnavailable
        [found] = (through or self._store).poll([self.reading_command()])
        if isinstance(found, StoreUnavailable):
            raise found
        return found

    def _at(self, serial: int) -> bytes:
        return self._place + b"/%d" % serial


class Documents(TenantState, Generic[Document]):
    """The documents of one kind, one for each tenant.

    Args:
        kind: their class.
        name: of a tenant's document in the store, for `tenant_key`.
    """

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        random: Callable[[int], bytes],
        kind: type[Document],
        name: bytes,
    ) -> None:
        super().__init__(store, keyring, random)
        self._kind = kind
        self._name = name
        self.known: dict[str, Document] = {}

    def of(self, tenant: str) -> Document:
        """Return a tenant's document; a new, unread one if the tenant is not known yet."""
        found = self.known.get(tenant)
        if found is None:
            place = tenant_key(self._keyring.tenant(tenant).tenant_tag, self._name)
            made = self._kind(self._store, place, lambda: self._keyring.tenant(tenant).state, self._random)
            found = self.known.setdefault(tenant, made)
        return found

    def refresh(self, tenants: Iterable[str]) -> None:
        """Read the documents of tenants: one round trip.

        Raises:
            StoreUnavailable: one could not be read. All others are learned.
            IntegrityError: one was changed. All others are learned.
        """
        failed: StoreUnavailable | IntegrityError | None = None
        documents = [self.of(tenant) for tenant in tenants]
        replies = self._store.poll([document.reading_command() for document in documents])
        for document, reply in zip(documents, replies, strict=True):
            if isinstance(reply, StoreUnavailable):
                failed = failed or reply
                continue
            try:
                document.take(reply)
            except IntegrityError as error:
                failed = error
        if failed is not None:
            raise failed


def _newest(flat: list[bytes]) -> tuple[int, bytes]:
    """Return the highest serial and its sealed document; 0 if there is none."""
    found = {int(serial): sealed for serial, sealed in zip(flat[0::2], flat[1::2], strict=True)}
    serial = max(found, default=0)
    return serial, found.get(serial, b"")
