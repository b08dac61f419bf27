"""Coordinates a change of keys between all processes.

The keyset file alone records the progress of a rotation, so that an interrupted
command can continue. A change is complete when every running process has it;
then the store forbids all older keysets.
"""

import fcntl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from keys.errors import KeysError
from keys.keyring import Keyring
from keys.keyset import Keyset, read
from keys.keyset_file import KeysetFile
from masking_service.rotation.keyset_watch import Heartbeat, active_processes
from masking_service.service.vault.wrapped_keys import (
    KeyNotice,
    WrappedKey,
    WrappedKeys,
    read_key_notice,
    reading_key_notice,
    write_key_notice,
)
from masking_service.store.client import Store
from masking_service.store.layout import PREFIX

KEYS_AT_ONCE: Final = 500
"""Keys of the store that are looked at together."""
POLL_SECONDS: Final = 0.2
DRAIN_SECONDS: Final = 6.0
"""Longer than any call takes: after this time, no call uses earlier keys."""

Progress = Callable[[str, int, int], object]
"""Called with (description, done, total)."""


class ProcessesBehindError(KeysError):
    """A process did not follow; repeat the command."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a command waits until all others have its change.

    Attributes:
        timeout: seconds to wait for the processes.
        progress: is called with what is done so far.
        hosts_have: the serial of the keyset file of which every intake host has its part, as the operator says.
    """

    timeout: float
    progress: Progress
    hosts_have: int = 0


class Coordinator:
    """Changes keys, one command at a time.

    Args:
        keyring: the command's own keys; they follow every change.
        today: the ISO date.
        waiting: for processes and intake hosts.
    """

    def __init__(
        self,
        path: Path,
        store: Store,
        keyring: Keyring,
        *,
        today: str,
        random: Callable[[int], bytes],
        waiting: Waiting,
    ) -> None:
        self.path = path
        self.store = store
        self.keyring = keyring
        self.today = today
        self.progress = waiting.progress
        self.wrapped = WrappedKeys(store, keyring, random)
        self.random = random
        self._waiting = waiting

    def __enter__(self) -> Self:
        self._lock = self.path.with_suffix(".lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise KeysError(f"{self.path}: another command is changing keys now") from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._lock.close()

    @property
    def file(self) -> KeysetFile:
        """The present content of the keyset file."""
        return read(self.path)[0]

    def data_keys(self) -> Iterator[WrappedKey]:
        """Yield all stored data keys; raises as `WrappedKeys.all`."""
        for batch in self.wrapped.all():
            yield from (stored for stored, _ in batch.values())

    def stored_keys(self, names: bytes = PREFIX + b"*") -> Iterator[list[bytes]]:
        """Yield the keys of the store that a glob matches, in portions."""
        keys = self.store.keys(names)
        while some := [*islice(keys, KEYS_AT_ONCE)]:
            yield some

    def finish_last_change(self) -> str:
        """Wait until every process has the present file.

        Returns:
            The last change of the file if a process did not have it yet, else an empty string.

        Raises:
            ProcessesBehindError: a process did not follow.
        """
        file, opened = read(self.path)
        self.keyring.adopt(opened)
        if self._notice().least >= opened.serial:
            return ""
        self._distribute(opened)
        return file.last

    def change(self, changed: Keyset) -> None:
        """Distribute the new keyset, then forbid older ones.

        Raises:
            ProcessesBehindError: a process did not follow; `finish_last_change` can continue.
        """
        self.keyring.adopt(changed)
        self._distribute(changed)

    def require_hosts(self) -> None:
        """Refuse to go on before the intake hosts have their part of the present file. They report nothing.

        Raises:
            KeysError: the operator has not said so yet.
        """
        file = self.file
        names = [host.name for host in file.hosts if host.state != "revoked"]
        if names and self._waiting.hosts_have < file.serial:
            raise KeysError(
                f"intake hosts need their part of this keyset: run `keys split` for each of {', '.join(names)}, bring "
                f"the files there, then run this again with --hosts-have {file.serial}"
            )

    def require_policy(self, digest: str) -> None:
        """Refuse to go on under another policy than the running processes, which keep what theirs says.

        Raises:
            KeysError: a process has another one.
        """
        others = [beat.where for beat in active_processes(self.store, self.keyring) if beat.policy not in ("", digest)]
        if others:
            raise KeysError(
                f"this command read another policy than the service has ({', '.join(others)}), and would drop what the "
                "service keeps: set MASKING_POLICY as the service has it, and run this again"
            )

    def pause(self) -> None:
        """Wait a moment before something is looked at again."""
        time.sleep(POLL_SECONDS)

    def drain(self) -> None:
        """Wait until calls have ended that began before every process had the present file."""
        time.sleep(DRAIN_SECONDS)

    def wait_for_data_keys(self) -> None:
        """Wait until every process knows the new data keys. Raises ProcessesBehindError: a process did not follow."""
        notice = self._notice()
        told = KeyNotice(notice.least, notice.rotations + 1)
        write_key_notice(self.store, self.keyring, told, self.random)
        self._wait("processes that know the new data keys", lambda beat: beat.rotations >= told.rotations)

    def _distribute(self, keyset: Keyset) -> None:
        digest = keyset.digest.hex()
        self._wait("processes that have the keyset", lambda beat: beat.digest == digest)
        notice = self._notice()
        if notice.least < keyset.serial:
            write_key_notice(self.store, self.keyring, KeyNotice(keyset.serial, notice.rotations), self.random)

    def _notice(self) -> KeyNotice:
        [reply] = self.store.read([reading_key_notice()])
        return read_key_notice(self.keyring, reply)

    def _wait(self, what: str, follows: Callable[[Heartbeat], bool]) -> None:
        deadline = time.monotonic() + self._waiting.timeout
        while True:
            beats = active_processes(self.store, self.keyring)
            behind = [beat for beat in beats if not follows(beat)]
            self.progress(what, len(beats) - len(behind), len(beats))
            if not behind:
                return
            if time.monotonic() > deadline:
                names = "; ".join(f"{beat.where}{f' ({beat.fault})' if beat.fault else ''}" for beat in behind)
                raise ProcessesBehindError(
                    f"{len(behind)} of {len(beats)} processes have not followed: {names}. Give them this "
                    f"{self.path.name}, or end them, and run the same command again: it continues from here"
                )
            self.pause()
