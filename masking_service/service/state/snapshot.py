"""Keeps the newest sealed document that was seen, in a file that all workers of a host share."""

import fcntl
from pathlib import Path
from typing import Final

from keys.files import read_secret_file, write_secret_file

_SERIAL_BYTES: Final = 8


class Snapshot:
    """The newest serial of one document, as it is sealed in the store, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[int, bytes] | None:
        """Return serial and sealed document; None if nothing was kept.

        Raises:
            KeysetError: others may read or write the file.
        """
        if not self._path.exists():
            return None
        content = read_secret_file(self._path)
        return int.from_bytes(content[:_SERIAL_BYTES], "big"), content[_SERIAL_BYTES:]

    def keep(self, serial: int, sealed: bytes) -> None:
        """Write the document, unless another worker has written a newer one."""
        with self._path.with_suffix(".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = self._path.read_bytes()[:_SERIAL_BYTES] if self._path.exists() else b""
            if int.from_bytes(kept, "big") < serial:
                write_secret_file(self._path, serial.to_bytes(_SERIAL_BYTES, "big") + sealed, replace=True)

    def drop(self) -> None:
        """Remove what was kept: under the same serial it may hold a document that is lost."""
        self._path.unlink(missing_ok=True)
