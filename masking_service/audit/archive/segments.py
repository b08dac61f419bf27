"""The files of an archive: append-only segments of lines.

Appended lines count as soon as they are on disk and the state file says so;
they are never overwritten. Only one process at a time can open the folder.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from keys.files import write_secret_file
from masking_service.audit.lines import EntryLine, UnreadableLineError, read_line
from masking_service.audit.verify.verifier import StartingPoint, read_lines

CLOSED: Final = 0o400
OPEN: Final = 0o600
STATE: Final = "state.json"
WITNESS: Final = "witness.json"
"""The newest archived checkpoint, for ``audit verify --checkpoint``."""


class ArchiveError(Exception):
    """The archive is unusable, or the log contradicts it.

    The archive does not change.
    """


class Position(msgspec.Struct, frozen=True, order=True):
    """A 1-based segment and a byte offset in it."""

    segment: int
    size: int


class State(msgspec.Struct, frozen=True):
    """The saved state of an archive.

    Attributes:
        counted: the end of what counts.
        point, start: an earlier position, and the state from which it can be verified.
    """

    counted: Position
    point: Position
    start: StartingPoint


def segment_path(folder: Path, segment: int) -> Path:
    """Return the path of a segment."""
    return folder / f"audit-{segment:06}.ndjson"


def archived(folder: Path) -> Iterator[bytes]:
    """Yield the complete lines of an archive, oldest first."""
    for path in sorted(folder.glob("audit-*.ndjson")):
        yield from _complete_lines(path)


def archived_since(folder: Path, begin: int) -> Iterator[bytes]:
    """Yield the complete lines of the segments that have entries since `begin` (Unix seconds), and of those after."""
    paths = sorted(folder.glob("audit-*.ndjson"))
    older = [at for at, path in enumerate(paths) if (first := _first_entry_at(path)) is not None and first < begin]
    for path in paths[max(older, default=0) :]:
        yield from _complete_lines(path)


def _complete_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in read_lines(file) if line.endswith(b"\n"))


def _first_entry_at(path: Path) -> int | None:
    """Return the time of the first entry of a segment; None if it has none."""
    for line in _complete_lines(path):
        with suppress(UnreadableLineError):
            parsed = read_line(line)
            if isinstance(parsed, EntryLine):
                return parsed.at
    return None


class Segments:
    """The files in one folder, locked by this process.

    Attributes:
        position: where the next line will be written.

    Raises:
        ArchiveError: another process has the folder open.
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
            raise ArchiveError(f"{folder}: another process is archiving here") from None

    def close(self) -> None:
        """Release the folder."""
        for descriptor in (self._file, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._lock = None

    def path(self, segment: int) -> Path:
        """Return the path of a segment."""
        return segment_path(self._folder, segment)

    @property
    def begin(self) -> Position:
        """Where the oldest segment begins; older ones may have been deleted."""
        first = min(self._folder.glob("audit-*.ndjson"), default=self.path(1))
        return Position(int(first.stem.removeprefix("audit-")), 0)

    def state(self) -> State | None:
        """Read the saved state; None if there is none.

        Raises:
            ArchiveError: it is damaged, or it is missing together with the first segment.
        """
        path = self._folder / STATE
        if path.exists():
            try:
                return msgspec.json.decode(path.read_bytes(), type=State)
            except msgspec.DecodeError:
                raise ArchiveError(
                    f"{path}: is damaged. Move it away; the archive is then verified from its first segment"
                ) from None
        if any(self._folder.glob("audit-*.ndjson")) and not self.path(1).exists():
            raise ArchiveError(f"{path}: is missing, and so is the first segment, from which it could be recreated")
        return None

    def lines(self, begin: Position) -> Iterator[tuple[bytes, Position]]:
        """Yield lines, each with the position after it."""
        segment, size = begin.segment, begin.size
        while self.path(segment).exists():
            with self.path(segment).open("rb") as file:
                file.seek(size)
                for line in read_lines(file):
                    size += len(line)
                    yield line, Position(segment, size)
            segment, size = segment + 1, 0

    def append(self, content: bytes) -> None:
        """Append complete lines. They count after `sync` and `save_state`."""
        segment, size = self.position.segment, self.position.size
        if self._file is None:
            # An empty file may exist, from a process that died. The lock keeps other processes away.
            new = 0 if size else os.O_CREAT
            self._file = os.open(self.path(segment), os.O_WRONLY | os.O_APPEND | new, OPEN)
        at = 0
        while at < len(content):
            at += os.write(self._file, content[at:])
        self.position = Position(segment, size + len(content))

    def sync(self) -> None:
        """Write what was appended to disk."""
        if self._file is not None:
            os.fsync(self._file)

    def start_next(self) -> None:
        """Make the segment read-only, and start the next."""
        self.sync()
        if self._file is not None:
            os.fchmod(self._file, CLOSED)
            os.close(self._file)
            self._file = None
        self.position = Position(self.position.segment + 1, 0)

    def save_state(self, state: State, witness: bytes) -> None:
        """Save how far the archive counts, and its newest checkpoint."""
        if witness:
            write_secret_file(self._folder / WITNESS, witness, replace=True)
        write_secret_file(self._folder / STATE, msgspec.json.encode(state), replace=True)

    def resume_at(self, position: Position) -> int:
        """Continue at `position`, and remove an incomplete end.

        Returns:
            The number of bytes removed.

        Raises:
            ArchiveError: more than the end of one segment would be removed.
        """
        self.position = position
        path = self.path(position.segment)
        if not path.exists():
            return 0
        if self.path(position.segment + 1).exists():
            if path.stat().st_size != position.size or self.path(position.segment + 2).exists():
                raise ArchiveError(f"{path}: an incomplete line is not at the end")
            return self.resume_at(Position(position.segment + 1, 0))  # the newest segment has no complete line
        path.chmod(OPEN)
        more = path.stat().st_size - position.size
        if more:
            os.truncate(path, position.size)
        return more
