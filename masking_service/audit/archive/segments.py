"""The files of an archive: append-only segments of lines, of which no byte that counts is ever overwritten.

What is appended counts once it is on the disk and the state file says so. One
process at a time holds the folder.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from keys.files import write_secret_file
from masking_service.audit.verify.verifier import Start, lines_of

CLOSED: Final = 0o400
OPEN: Final = 0o600
STATE: Final = "state.json"
WITNESS: Final = "witness.json"
"""The newest checkpoint that was archived, for ``audit verify --checkpoint``."""


class ArchiveError(Exception):
    """The archive cannot be used, or the log contradicts it. The text says why; the archive stays as it is."""


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in an archive: a segment, from 1, and how many of its bytes are before it."""

    segment: int
    size: int


class State(msgspec.Struct, frozen=True):
    """How far the archive counts, and a place before that from which it can be verified, with what is known there."""

    counted: Position
    point: Position
    start: Start


def segment_path(folder: Path, segment: int) -> Path:
    """Where a segment stands."""
    return folder / f"audit-{segment:06}.ndjson"


def archived(folder: Path) -> Iterator[bytes]:
    """The lines of an archive, oldest first, without one that is just being written."""
    for path in sorted(folder.glob("audit-*.ndjson")):
        with path.open("rb") as file:
            yield from (line for line in lines_of(file) if line.endswith(b"\n"))


class Segments:
    """The files in one folder, held by this process alone.

    Attributes:
        position: where the next line will stand.

    Raises:
        ArchiveError: another process holds the folder.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._file: int | None = None
        self.position = Position(1, 0)
        self._lock: int | None = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, OPEN)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ArchiveError(f"{folder}: another process archives here") from None

    def close(self) -> None:
        """Let another process have the folder."""
        for descriptor in (self._file, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._lock = None

    def path(self, segment: int) -> Path:
        """Where a segment stands."""
        return segment_path(self._folder, segment)

    def state(self) -> State | None:
        """How the archive was left, None where nothing was written down.

        Raises:
            ArchiveError: it was damaged, or was lost together with the first segment.
        """
        path = self._folder / STATE
        if path.exists():
            try:
                return msgspec.json.decode(path.read_bytes(), type=State)
            except msgspec.DecodeError:
                raise ArchiveError(
                    f"{path}: is damaged. Move it away: the archive is verified anew from its first segment then"
                ) from None
        if any(self._folder.glob("audit-*.ndjson")) and not self.path(1).exists():
            raise ArchiveError(f"{path}: is missing, and so is the first segment, from which it could be made anew")
        return None

    def lines(self, begin: Position) -> Iterator[tuple[bytes, Position]]:
        """The lines from a place on, each with the place behind it."""
        segment, size = begin.segment, begin.size
        while self.path(segment).exists():
            with self.path(segment).open("rb") as file:
                file.seek(size)
                for line in lines_of(file):
                    size += len(line)
                    yield line, Position(segment, size)
            segment, size = segment + 1, 0

    def append(self, content: bytes) -> None:
        """Add whole lines behind all others. They count after `sync` and `keep`."""
        segment, size = self.position.segment, self.position.size
        if self._file is None:
            # A file of nothing may stand there: it was begun by a process that died. The lock keeps others away.
            new = 0 if size else os.O_CREAT
            self._file = os.open(self.path(segment), os.O_WRONLY | os.O_APPEND | new, OPEN)
        at = 0
        while at < len(content):
            at += os.write(self._file, content[at:])
        self.position = Position(segment, size + len(content))

    def sync(self) -> None:
        """Put what was appended on the disk."""
        if self._file is not None:
            os.fsync(self._file)

    def turn(self) -> None:
        """Close the segment for writing, and begin the next."""
        self.sync()
        if self._file is not None:
            os.fchmod(self._file, CLOSED)
            os.close(self._file)
            self._file = None
        self.position = Position(self.position.segment + 1, 0)

    def keep(self, state: State, witness: bytes) -> None:
        """Write down how far the archive counts, and its newest checkpoint."""
        if witness:
            write_secret_file(self._folder / WITNESS, witness, replace=True)
        write_secret_file(self._folder / STATE, msgspec.json.encode(state), replace=True)

    def go_on_at(self, position: Position) -> int:
        """Append from `position` on, and cut off what is behind: it was torn off while it was written.

        Returns:
            How many bytes were cut off.

        Raises:
            ArchiveError: there is more behind than the rest of one segment.
        """
        self.position = position
        path = self.path(position.segment)
        if not path.exists():
            return 0
        if self.path(position.segment + 1).exists():
            if path.stat().st_size != position.size or self.path(position.segment + 2).exists():
                raise ArchiveError(f"{path}: a line within it is not whole")
            return self.go_on_at(Position(position.segment + 1, 0))  # of the newest one nothing was written whole
        path.chmod(OPEN)
        more = path.stat().st_size - position.size
        if more:
            os.truncate(path, position.size)
        return more
