"""Keeps the registry of API clients, sealed, in the store and in a snapshot.

Every change is a new serial, written once, so that two operators cannot undo
each other. The snapshot lets a process start, and keep masking, while the store
is down; a registry with an older serial than one already seen is refused.
"""

import fcntl
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from keys.files import read_secret_file, write_secret_file
from keys.keyring import Keyring
from masking_service.service.people.clients import Clients
from masking_service.service.state.sealed import Prepared
from masking_service.service.state.serials import Serials
from masking_service.store.client import Store
from masking_service.store.layout import CLIENTS

SNAPSHOT: Final = "clients.sealed"
_SERIAL_BYTES: Final = 8


class ClientRegistry:
    """The API clients, as this process knows them.

    Args:
        store: the way to Redis.
        keyring: seals and opens the registry.
        folder: where the snapshot is.
        random: gives that many random bytes.

    Attributes:
        clients: the newest registry seen.
        known: whether any was read: until then no credential can be refused.
    """

    def __init__(self, store: Store, keyring: Keyring, folder: Path, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._document = Serials(store, CLIENTS, lambda: keyring.tenant("").state, random)
        self._snapshot = folder / SNAPSHOT
        self.clients = Clients()
        self.known = False

    def load_snapshot(self) -> None:
        """Load the snapshot, if there is one.

        Raises:
            KeysetError: others may read or write the snapshot.
            IntegrityError: it was changed, or sealed with other keys.
        """
        if not self._snapshot.exists():
            return
        content = read_secret_file(self._snapshot)
        if self._keyring.is_ended_state("", content[_SERIAL_BYTES:]):
            return  # older than the last rotation of the state secret: only the store has what is true now
        self._document.adopt(int.from_bytes(content[:_SERIAL_BYTES], "big"), content[_SERIAL_BYTES:])
        self._learn()

    def refresh(self) -> None:
        """Read the registry from the store: one round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityError: the store's registry was changed, or went back.
        """
        if self._document.refresh():
            self._learn()
            self._keep()
        self.known = True

    def prepare(self, change: Callable[[Clients], Clients]) -> Prepared[bool]:
        """Seal a changed registry: one round trip, and one to write it.

        Writing returns False where another operator was first: prepare and write again then.

        Raises:
            StoreUnavailable: nothing is changed.
            ClientError: `change` refused.
        """
        prepared = self._document.prepare(lambda content: msgspec.json.encode(change(_clients(content)).to_state()))

        def write() -> bool:
            written = prepared.write()
            self._learn()
            self._keep()
            return written

        return Prepared(prepared.sealed, write)

    def prepare_restore(self) -> Prepared[None] | None:
        """Prepare to restore the newest registry in a store that was rolled back.

        So revoked clients stay revoked in a store that an operator has accepted. Round trips: one, and one to write.

        Returns:
            None where the store has the same registry or a newer one, which is taken over.

        Raises:
            StoreUnavailable: nothing is changed.
            IntegrityError: the store's registry was changed, or sealed with other keys.
        """
        prepared = self._document.prepare_restore()
        if prepared is None:
            self._replace_snapshot()
            return None

        def write() -> None:
            prepared.write()
            self._replace_snapshot()

        return Prepared(prepared.sealed, write)

    def _replace_snapshot(self) -> None:
        self._learn()
        self._snapshot.unlink(missing_ok=True)  # under the same serial it may hold a document that is lost
        if self._document.serial:
            self._keep()

    def _learn(self) -> None:
        self.clients, self.known = _clients(self._document.content), True

    def _keep(self) -> None:
        """Write the snapshot, unless another worker has written a newer one."""
        serial, sealed = self._document.serial, self._document.sealed
        with self._snapshot.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._snapshot.read_bytes()[:_SERIAL_BYTES] if self._snapshot.exists() else b""
            if int.from_bytes(kept, "big") < serial:
                write_secret_file(self._snapshot, serial.to_bytes(_SERIAL_BYTES, "big") + sealed, replace=True)


def _clients(content: bytes) -> Clients:
    return Clients.from_state(msgspec.json.decode(content)) if content else Clients()
