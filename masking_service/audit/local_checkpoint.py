"""Stores the newest checkpoint seen, to detect rollbacks.

The file is signed and not secret. A changed file is detected; without the file,
a process trusts the store as a new one does.
"""

import fcntl
from pathlib import Path
from typing import Final

from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.signers import LogSigner
from masking_audit.format.lines import CheckpointLine, UnreadableLineError, is_signed, read_line, write_line

FILE: Final = "checkpoint.json"


class LocalCheckpoint:
    """The newest checkpoint seen, in memory and in a shared file.

    Args:
        folder: the state directory, shared by its processes.
        signer: knows the keys that sign checkpoints.

    Attributes:
        folder: the state directory.
        newest: the newest checkpoint seen; None if there is none yet.

    Raises:
        KeysetError: the file cannot be read, or was signed with other keys.
    """

    def __init__(self, folder: Path, signer: LogSigner) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._signer = signer
        self.newest = self._read()

    def save(self, seen: CheckpointLine) -> None:
        """Save a checkpoint, unless a newer one is saved."""
        if self.newest is None or self.newest.checkpoint.epoch <= seen.checkpoint.epoch:
            self.newest = seen
        with self._path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._read()
            if kept is None or kept.checkpoint.epoch < seen.checkpoint.epoch:
                write_secret_file(self._path, write_line(seen), replace=True)

    def delete(self) -> None:
        """Delete the saved checkpoint."""
        self._path.unlink(missing_ok=True)
        self.newest = None

    def _read(self) -> CheckpointLine | None:
        if not self._path.exists():
            return None
        try:
            read = read_line(read_secret_file(self._path))
        except UnreadableLineError:
            raise KeysetError(f"{self._path}: does not contain a checkpoint") from None
        if not isinstance(read, CheckpointLine) or not is_signed(read, self._signer.every):
            raise KeysetError(
                f"{self._path}: was not signed with these keys; it belongs to another keyset, or was changed"
            )
        return read
