"""Loads a changed keyset file in a serving process, and says in the store which process uses which keyset.

A process that cannot report its keyset, or whose keyset is too old, stops using
the store before a `keys` command stops waiting for it. So a command that has
waited for all processes can safely activate a new key.
"""

import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityError, KeysError
from keys.files import read_secret_file
from keys.keyring import Keyring
from keys.keyset import decode, digest_of
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.vault.data_keys import DataKeys
from masking_service.service.vault.wrapped_keys import read_key_notice, reading_key_notice
from masking_service.store.client import Command, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import DATA_KEY_USES, WORKERS, worker_key

LIFE_SECONDS: Final = 15
"""Seconds a heartbeat lasts. A process that cannot send another one stops using the store before this one ends: its
lease is shorter (`LEASE_SECONDS`)."""


class Heartbeat(msgspec.Struct, frozen=True, rename={"rotations": "turn"}):
    """The state of a process.

    Attributes:
        where: machine and process id.
        digest: of its keyset, hexadecimal.
        rotations: the newest `KeyNotice.rotations` after which it has checked for newer data keys; stored as ``turn``.
        fault: why it cannot use the present keyset file; empty if it can.
        policy: the digest of the policy that it acts under; empty from a release that did not report it.
    """

    where: str
    digest: str
    serial: int
    rotations: int
    fault: str = ""
    policy: str = ""


def heartbeat_commands(keyring: Keyring, name: str, beat: Heartbeat, now: int, nonce: bytes) -> list[Command]:
    """Return the commands that store a heartbeat.

    Args:
        name: the random name of the process.
        now: Unix seconds.
    """
    place = worker_key(name)
    sealed = keyring.tenant("").state.seal(msgspec.json.encode(beat), place, nonce)
    return [
        (b"SET", place, sealed, b"EX", LIFE_SECONDS),
        (b"ZADD", WORKERS, now, name.encode()),
        (b"ZREMRANGEBYSCORE", WORKERS, b"-inf", now - SECONDS_A_DAY),
    ]


def active_processes(store: Store, keyring: Keyring) -> Sequence[Heartbeat]:
    """Return the newest heartbeat of every running process. Two round trips.

    Raises:
        StoreUnavailable: the store did not answer.
        IntegrityError: a heartbeat was changed or moved.
    """
    [listed] = store.read([(b"ZRANGE", WORKERS, 0, -1)])
    names = [name.decode() for name in listed]
    if not names:
        return []
    places = [worker_key(name) for name in names]
    [found] = store.read([(b"MGET", *places)])
    state = keyring.tenant("").state
    try:
        return [
            msgspec.json.decode(state.open(sealed, place), type=Heartbeat)
            for place, sealed in zip(places, found, strict=True)
            if sealed is not None
        ]
    except msgspec.DecodeError:
        raise IntegrityError("the heartbeat of a process is invalid") from None


BEAT_SECONDS: Final = 2.0
"""Interval of unchanged heartbeats. Each is a synced write in the store."""
LEASE_SECONDS: Final = LIFE_SECONDS - 5.0
"""Seconds a process may use the store after its last heartbeat."""
RETRY_SECONDS: Final = 5.0
"""Seconds until a refused file is tried again: its root key's provider may have been unavailable."""


class KeysetFileWatch:
    """Loads a changed keyset file.

    Args:
        keyring: the keys of the process; they adopt a changed file.

    Attributes:
        fault: why the present file cannot be used; empty if it can.
    """

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._keyring = keyring
        self._refused = b""
        self._retry_at = 0.0
        self.fault = ""

    def reload(self) -> None:
        """Load the keyset file if it has changed.

        Raises:
            KeysError: why it is unusable; raised once, not at every call.
        """
        digest, now = b"", time.monotonic()
        try:
            content = read_secret_file(self._path)
            digest = digest_of(content)
            if digest == self._refused and now < self._retry_at:
                return
            if digest != self._keyring.keyset.digest:
                self._keyring.adopt(decode(self._path, content)[1])
        except KeysError as error:
            self._refused, self._retry_at = digest, now + RETRY_SECONDS
            if str(error) == self.fault:
                return
            self.fault = str(error)
            raise
        self.fault = ""


class KeyWatch(KeysetFileWatch):
    """Keeps the keys of one process up to date, and tells the store, for which the lease is, which it has."""

    def __init__(
        self,
        path: Path,
        keyring: Keyring,
        data_keys: DataKeys,
        store: Store,
        random: Callable[[int], bytes],
        clock: Callable[[], int],
    ) -> None:
        super().__init__(path, keyring)
        self._data_keys = data_keys
        self._store = store
        self._random = random
        self._clock = clock
        self._name = random(8).hex()
        self._sent: Heartbeat | None = None
        self._sent_at = 0.0

    def beat(self, through: Store, policy: str) -> float:
        """Report the keyset and the policy of this process to the store.

        Args:
            through: the store itself, or another client of it while it is not admitted.

        Returns:
            Until when (monotonic clock) the process may use the store without another heartbeat.

        Raises:
            StoreUnavailable: the store did not answer, and the lease continues until it expires; or (``old-keyset``)
                these keys are too old, and the lease has ended.
            IntegrityError: the notice was changed.
        """
        [reply] = through.read([reading_key_notice()])
        notice = read_key_notice(self._keyring, reply)
        keyset = self._keyring.keyset
        if keyset.serial < notice.least:
            self._store.identity.open_until(0.0)
            raise StoreUnavailable("old-keyset")
        self._data_keys.refresh(through)
        where = f"{socket.gethostname()}:{os.getpid()}"
        beat = Heartbeat(where, keyset.digest.hex(), keyset.serial, notice.rotations, self.fault, policy)
        now = time.monotonic()
        if beat != self._sent or now - self._sent_at >= BEAT_SECONDS:
            made: list[Command] = [
                (b"HINCRBY", DATA_KEY_USES, name.encode(), uses) for name, uses in self._keyring.uses.take().items()
            ]
            through.write(
                [*heartbeat_commands(self._keyring, self._name, beat, self._clock(), self._random(NONCE_BYTES)), *made]
            )
            self._sent, self._sent_at = beat, now
        return self._sent_at + LEASE_SECONDS
