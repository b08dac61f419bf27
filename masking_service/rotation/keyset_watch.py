"""A serving process's side of a turnover: it takes over a changed keyset file, says so, and keeps a lease on the store.

A process that cannot say which keys it has, or whose keys are too old, stops
using the store before anybody stops waiting for it. So whoever has waited for
all processes may let a new key be used.
"""

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from keys.aead import NONCE_BYTES
from keys.errors import KeysError
from keys.files import read_secret_file
from keys.keyring import Keyring
from keys.keyset import decode, digest_of
from masking_service.rotation.workers import LIFE_SECONDS, Beat, beating
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES
from masking_service.vault.data_keys import DataKeys
from masking_service.vault.notice import read_notice, reading_notice

BEAT_SECONDS: Final = 2.0
"""How often a process says that it lives, where nothing has changed: each time is a write to the disk of the store."""
LEASE_SECONDS: Final = LIFE_SECONDS - 5.0
"""How long it goes on using the store when it could not say so."""
AGAIN_SECONDS: Final = 5.0
"""When a file that was refused is tried again as it is: the provider of its root key may have been away."""


class KeyWatch:
    """Keeps one process's keys as new as the keyset file.

    Args:
        path: the keyset file.
        keyring: the process's keys, which take over what is new.
        data_keys: its data keys.
        store: what its lease is on.
        random: gives that many random bytes.
        clock: gives the time in Unix seconds.

    Attributes:
        fault: why the file as it stands cannot be used; empty where it can.
    """

    def __init__(
        self,
        path: Path,
        keyring: Keyring,
        data_keys: DataKeys,
        store: Store,
        random: Callable[[int], bytes],
        clock: Callable[[], int],
    ) -> None:
        self._path = path
        self._keyring = keyring
        self._data_keys = data_keys
        self._store = store
        self._random = random
        self._clock = clock
        self._name = random(8).hex()
        self._said: Beat | None = None
        self._said_at = 0.0
        self._refused = b""
        self._again_at = 0.0
        self.fault = ""

    def reload(self) -> None:
        """Take over the keyset file if it has changed. Where it cannot be used the keys in use stay in use.

        Raises:
            KeysError: why it cannot be used; said once, not at every call.
        """
        digest, now = b"", time.monotonic()
        try:
            content = read_secret_file(self._path)
            digest = digest_of(content)
            if digest == self._refused and now < self._again_at:
                return
            if digest != self._keyring.keyset.digest:
                self._keyring.adopt(decode(self._path, content)[1])
        except KeysError as fault:
            self._refused, self._again_at = digest, now + AGAIN_SECONDS
            if str(fault) == self.fault:
                return
            self.fault = str(fault)
            raise
        self.fault = ""

    def beat(self, through: Store) -> float:
        """Learn what the store tells about keys, and say which keys this process has.

        Args:
            through: the store itself, or another way to it while it is not admitted.

        Returns:
            until when (monotonic clock) the process may use the store, if it cannot say it again.

        Raises:
            StoreUnavailable: it did not answer: the lease runs on, and out; or (``old-keyset``) these keys are too
                old, and it is out now.
            IntegrityError: what the store tells was changed.
        """
        notice = read_notice(self._keyring, through.read([reading_notice()])[0])
        keyset = self._keyring.keyset
        if keyset.serial < notice.least:
            self._store.admit(until=0.0)
            raise StoreUnavailable("old-keyset")
        self._data_keys.turn(through)
        beat = Beat(
            f"{socket.gethostname()}:{os.getpid()}", keyset.digest.hex(), keyset.serial, notice.turn, self.fault
        )
        now = time.monotonic()
        if beat != self._said or now - self._said_at >= BEAT_SECONDS:
            made: list[Command] = [
                (b"HINCRBY", DATA_KEY_USES, name.encode(), uses) for name, uses in self._keyring.uses.take().items()
            ]
            through.write([*beating(self._keyring, self._name, beat, self._clock(), self._random(NONCE_BYTES)), *made])
            self._said, self._said_at = beat, now
        return self._said_at + LEASE_SECONDS
