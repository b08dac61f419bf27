"""The keyset file, the store and everybody who uses both: what every `keys` command that changes something works on.

The file alone says where a turnover stands, so that a command that was
interrupted goes on from there. A change is complete when every living process
has it; then the store forbids all older keysets.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from keys.errors import KeysError
from keys.keyring import Keyring
from keys.keyset import Keyset, read
from keys.keyset_file import KeysetFile
from masking_service.rotation.workers import Beat, living
from masking_service.store.client import Store
from masking_service.vault.notice import Notice, read_notice, reading_notice, write_notice
from masking_service.vault.wrapped_keys import WrappedKeys

POLL_SECONDS: Final = 0.2

Progress = Callable[[str, int, int], object]
"""Is told (what, done, of how many)."""


class ProcessesBehindError(KeysError):
    """A living process has not followed in time. Nothing is lost, and the same command goes on from there."""


class Keeper:
    """Changes keys, one command at a time.

    Args:
        path: the keyset file.
        store: the admitted store.
        keyring: the command's own keys; they follow every change.
        today: the ISO date.
        random: gives that many random bytes.
        patience: for how many seconds processes are waited for.
        progress: is told how far it is.

    Attributes:
        wrapped: the data keys as they stand in the store.
    """

    def __init__(
        self,
        path: Path,
        store: Store,
        keyring: Keyring,
        *,
        today: str,
        random: Callable[[int], bytes],
        patience: float,
        progress: Progress,
    ) -> None:
        self.path = path
        self.store = store
        self.keyring = keyring
        self.today = today
        self.progress = progress
        self.wrapped = WrappedKeys(store, keyring, random)
        self._random = random
        self._patience = patience

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
        """The keyset file as it stands now."""
        return read(self.path)[0]

    def settle(self) -> str:
        """See that everybody has the file as it stands; what its last change was if somebody had not, else empty.

        Raises:
            ProcessesBehindError: somebody has not followed.
        """
        file, opened = read(self.path)
        self.keyring.adopt(opened)
        if self._notice().least >= opened.serial:
            return ""
        self._spread(opened)
        return file.last

    def change(self, changed: Keyset) -> None:
        """Wait until everybody has the keyset that was just written, then forbid older ones.

        Raises:
            ProcessesBehindError: somebody has not followed; the file stands, and `settle` goes on.
        """
        self.keyring.adopt(changed)
        self._spread(changed)

    def turn(self) -> None:
        """Wait until everybody has looked for newer data keys.

        Raises:
            ProcessesBehindError: somebody has not.
        """
        notice = self._notice()
        told = Notice(notice.least, notice.turn + 1)
        write_notice(self.store, self.keyring, told, self._random)
        self._wait("processes that know the new data keys", lambda beat: beat.turn >= told.turn)

    def _spread(self, keyset: Keyset) -> None:
        digest = keyset.digest.hex()
        self._wait("processes that have the keyset", lambda beat: beat.digest == digest)
        notice = self._notice()
        if notice.least < keyset.serial:
            write_notice(self.store, self.keyring, Notice(keyset.serial, notice.turn), self._random)

    def _notice(self) -> Notice:
        return read_notice(self.keyring, self.store.read([reading_notice()])[0])

    def _wait(self, what: str, follows: Callable[[Beat], bool]) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            beats = living(self.store, self.keyring)
            behind = [beat for beat in beats if not follows(beat)]
            self.progress(what, len(beats) - len(behind), len(beats))
            if not behind:
                return
            if time.monotonic() > deadline:
                told = "; ".join(f"{beat.where}{f' ({beat.fault})' if beat.fault else ''}" for beat in behind)
                raise ProcessesBehindError(
                    f"{len(behind)} of {len(beats)} processes have not followed: {told}. Give them {self.path.name} as "
                    "it stands here, or end them, and run the same command again: it goes on from here"
                )
            time.sleep(POLL_SECONDS)
