"""The newest checkpoint that a process has seen, kept beside it, so that a store that went back is found after a start.

It is signed and not secret: whoever changes it is found, and whoever takes it
away only makes the process believe what the store says, as a new one does.
"""

import fcntl
from pathlib import Path
from typing import Final

from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.signatures import Verifier
from masking_service.audit.lines import CheckpointLine, Unreadable, read_line, write_line
from masking_service.audit.verify.epochs import is_signed

FILE: Final = "checkpoint.json"


class Remembered:
    """One checkpoint, in memory and in a file that all processes of a state directory share.

    Args:
        folder: the state directory.
        verifier: of the key that signs checkpoints.

    Attributes:
        folder: the state directory.
        newest: the newest checkpoint seen, None where none was.

    Raises:
        KeysetError: the file cannot be read, or was signed with other keys than these.
    """

    def __init__(self, folder: Path, verifier: Verifier) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._verifier = verifier
        self.newest = self._read()

    def keep(self, seen: CheckpointLine) -> None:
        """Remember a checkpoint; the file keeps the newest that any process saw."""
        if self.newest is None or self.newest.checkpoint.epoch <= seen.checkpoint.epoch:
            self.newest = seen
        with self._path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._read()
            if kept is None or kept.checkpoint.epoch < seen.checkpoint.epoch:
                write_secret_file(self._path, write_line(seen), replace=True)

    def forget(self) -> None:
        """Remember nothing."""
        self._path.unlink(missing_ok=True)
        self.newest = None

    def _read(self) -> CheckpointLine | None:
        if not self._path.exists():
            return None
        try:
            read = read_line(read_secret_file(self._path))
        except Unreadable:
            raise KeysetError(f"{self._path}: holds no checkpoint") from None
        if not isinstance(read, CheckpointLine) or not is_signed(read, self._verifier):
            raise KeysetError(f"{self._path}: was not signed with these keys; it belongs to others, or was changed")
        return read
