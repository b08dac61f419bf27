"""Where the registry of API clients is kept: sealed in the store, with a sealed snapshot beside this process.

Every change is a new serial, written once, so that two operators cannot undo
each other. The snapshot lets a process start, and keep masking, while the store
is down; a registry with an older serial than one already seen is refused.
"""

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityFault
from keys.files import read_secret_file, write_secret_file
from keys.keyring import Keyring
from masking_service.access.clients import Clients
from masking_service.vault.connection import Command, Store
from masking_service.vault.layout import CLIENTS

SNAPSHOT: Final = "clients.sealed"
_SERIAL_BYTES: Final = 8
_KEPT: Final = 2
"""Serials kept in the store: the newest, and the one before it for readers that are a moment late."""


class ClientRegistry:
    """The clients as this process knows them.

    Args:
        store: the way to Redis.
        keyring: seals and opens the registry.
        folder: where the snapshot stands.
        random: gives that many random bytes.

    Attributes:
        clients: the newest registry seen.
        known: whether any was: until then nobody can be told from a stranger.
    """

    def __init__(self, store: Store, keyring: Keyring, folder: Path, random: Callable[[int], bytes]) -> None:
        self._store = store
        self._key = keyring.tenant("").state
        self._snapshot = folder / SNAPSHOT
        self._random = random
        self._lock = threading.Lock()
        self._serial = 0
        self.clients = Clients()
        self.known = False

    def load_snapshot(self) -> None:
        """Begin with what this process's predecessor knew, if there was one.

        Raises:
            KeysetFault: others may read or write the snapshot.
            IntegrityFault: it was changed, or sealed with other keys.
        """
        if not self._snapshot.exists():
            return
        content = read_secret_file(self._snapshot)
        self._accept(int.from_bytes(content[:_SERIAL_BYTES], "big"), content[_SERIAL_BYTES:])

    def refresh(self) -> None:
        """Take over what the store has, if it is newer: one round trip.

        Raises:
            StoreUnavailable: the store did not answer.
            IntegrityFault: the store's registry was changed, or went back.
        """
        with self._lock:
            serial, sealed = _newest(self._store.read([(b"HGETALL", CLIENTS)])[0])
            if serial > self._serial:
                self._accept(serial, sealed)
                self._keep(serial, sealed)
            elif serial < self._serial:
                raise IntegrityFault("the store's registry of clients is older than one already seen")
            self.known = True

    def change(self, change: Callable[[Clients], Clients]) -> None:
        """Write a changed registry; if another operator was first, `change` is applied to theirs.

        Raises:
            StoreUnavailable: the change may or may not be stored; look, then make it again.
            ClientError: `change` refused.
        """
        while True:
            self.refresh()
            serial = self._serial + 1
            plain = msgspec.json.encode(change(self.clients).to_state())
            sealed = self._key.seal(plain, _place(serial), self._random(NONCE_BYTES))
            commands: list[Command] = [(b"HSETNX", CLIENTS, b"%d" % serial, sealed)]
            if serial > _KEPT:
                commands.append((b"HDEL", CLIENTS, b"%d" % (serial - _KEPT)))
            # Asked of what stands there now, not of HSETNX: a serial that was cleared away since can be written
            # again, behind newer ones; and where a reply was lost, ours stands there before the second attempt.
            standing = self._store.write([*commands, (b"HGETALL", CLIENTS)])[-1]
            if _newest(standing) == (serial, sealed):
                self.refresh()
                return

    def _keep(self, serial: int, sealed: bytes) -> None:
        """Write the snapshot, unless another worker has written a newer one meanwhile."""
        with self._snapshot.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._snapshot.read_bytes()[:_SERIAL_BYTES] if self._snapshot.exists() else b""
            if int.from_bytes(kept, "big") < serial:
                write_secret_file(self._snapshot, serial.to_bytes(_SERIAL_BYTES, "big") + sealed, replace=True)

    def _accept(self, serial: int, sealed: bytes) -> None:
        state = msgspec.json.decode(self._key.open(sealed, _place(serial)))
        self.clients, self._serial, self.known = Clients.from_state(state), serial, True


def _place(serial: int) -> bytes:
    return CLIENTS + b"/%d" % serial


def _newest(flat: list[bytes]) -> tuple[int, bytes]:
    """The highest serial and its sealed registry; 0 where there is none."""
    found = {int(serial): sealed for serial, sealed in zip(flat[0::2], flat[1::2], strict=True)}
    serial = max(found, default=0)
    return serial, found.get(serial, b"")
