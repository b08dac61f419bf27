"""Keeps the registry of API clients, sealed, in the store and in a snapshot.

Every change is a new serial, written once, so that two operators cannot undo
each other. The snapshot lets a process start, and keep masking, while the store
is down; a registry with an older serial than one already seen is refused.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from keys.keyring import Keyring
from masking_service.service.people.clients import Clients
from masking_service.service.state.sealed import Prepared
from masking_service.service.state.serials import Serials
from masking_service.service.state.snapshot import Snapshot
from masking_service.store.client import Store
from masking_service.store.layout import CLIENTS

SNAPSHOT: Final = "clients.sealed"


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
        self._snapshot = Snapshot(folder / SNAPSHOT)
        self.clients = Clients()
        self.known = False

    def load_snapshot(self) -> None:
        """Load the snapshot, if there is one.

        Raises:
            KeysetError: others may read or write the snapshot.
            IntegrityError: it was changed, or sealed with other keys.
        """
        kept = self._snapshot.read()
        if kept is None or self._keyring.is_ended_state("", kept[1]):
            return  # one from before the last rotation of the state secret: only the store has what is true now
        self._document.adopt(*kept)
        self._learn()

    @property
    def serial(self) -> int:
        """The serial of the newest registry seen; 0 if there was none."""
        return self._document.serial

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
        self._snapshot.drop()
        if self._document.serial:
            self._keep()

    def _learn(self) -> None:
        self.clients, self.known = _clients(self._document.content), True

    def _keep(self) -> None:
        self._snapshot.keep(self._document.serial, self._document.sealed)


def _clients(content: bytes) -> Clients:
    return Clients.from_state(msgspec.json.decode(content)) if content else Clients()
