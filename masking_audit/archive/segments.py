"""The files of an archive: append-only segments of lines.

Appended lines count as soon as they are on disk and the state file says so;
they are never overwritten. Only one process at a time can open the folder.

An entry and its signature do not say where the store put it in the order of its
tenant, so files beside the segments keep the orders. They are not signed: a wrong
one moves an entry in a list, and neither hides nor changes it. A line is the id of
the first entry of a commit, and the order of each of its entries, ``-`` for one
without a tenant: ``WRITER-7 1796000000000-0 - 1796000000000-1``.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from keys.files import write_secret_file
from masking_audit.format.lines import EntryLine, entry_lines
from masking_audit.format.links import entry_id, place_of
from masking_audit.verify.verifier import StartingPoint, read_lines
from masking_service.audit.order import Order
from masking_service.audit.questions import Position

NONE: Final = b"-"


def write_orders(commit: Sequence[EntryLine]) -> bytes:
    """Return the line of a commit; empty if none of its entries is in an order."""
    if not any(one.order for one in commit):
        return b""
    first = entry_id(commit[0].writer, commit[0].number).encode()
    return b" ".join([first, *(one.order or NONE for one in commit)]) + b"\n"


def read_orders(lines: Iterable[bytes]) -> Iterator[tuple[str, Order]]:
    """Yield (id, order) of each entry.

    A line that a killed process did not finish may say something else than the complete one, which comes later.
    """
    for line in lines:
        first, *orders = line.split() or [b""]
        try:
            writer, number = place_of(first.decode("ascii"))
            found = [(at, Order.parse(order)) for at, order in enumerate(orders, number) if order != NONE]
        except ValueError:
            continue
        for at, order in found:
            yield entry_id(writer, at), order


CLOSED: Final = 0o400
OPEN: Final = 0o600
STATE: Final = "state.json"
WITNESS: Final = "witness.json"
"""The newest archived checkpoint, for ``audit verify --checkpoint``."""
FLUSH_BYTES: Final = 1024 * 1024
"""Bytes that are kept in memory before they are written."""


class ArchiveError(Exception):
    """The archive is unusable, or the log contradicts it. The archive does not change."""


class ArchiveBusyError(ArchiveError):
    """Another process writes the archive."""


class ArchiveState(msgspec.Struct, frozen=True):
    """The saved state of an archive.

    Attributes:
        counted: the end of what counts.
        point, start: an earlier position, and the state from which it can be verified.
        tenants: the hashes of all tenants that have entries; None if an older release wrote the state.
    """

    counted: Position
    point: Position
    start: StartingPoint
    tenants: tuple[str, ...] | None = None


def segment_path(folder: Path, segment: int) -> Path:
    return folder / f"audit-{segment:06}.ndjson"


def order_path(folder: Path, segment: int) -> Path:
    """Return the path of the file with the orders of a segment's entries; see `write_orders`."""
    return folder / f"order-{segment:06}.txt"


def read_state(folder: Path) -> ArchiveState | None:
    """Read the saved state of an archive; None if there is none. Raises ArchiveError: it is damaged."""
    path = folder / STATE
    try:
        return msgspec.json.decode(path.read_bytes(), type=ArchiveState)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        raise ArchiveError(
            f"{path}: is damaged. Move it away; the archive is then verified from its first segment"
        ) from None


def archived(folder: Path, since: int = 0) -> Iterator[bytes]:
    """Yield the complete lines of an archive, oldest first, also of segments that are started meanwhile.

    Args:
        since: segments whose entries are all older (Unix seconds) may be left out.
    """
    segment = segment_since(folder, since)
    while (path := segment_path(folder, segment)).exists():
        yield from _complete_lines(path)
        segment += 1


def segment_since(folder: Path, begin: int) -> int:
    """Return the first segment that may have entries since `begin` (Unix seconds); the oldest one for 0."""
    paths = sorted(folder.glob("audit-*.ndjson"))
    each = enumerate(paths) if begin else ()
    older = [at for at, path in each if (first := _first_entry_at(path)) is not None and first < begin]
    return int(paths[max(older, default=0)].stem.removeprefix("audit-")) if paths else 1


def lines_at(folder: Path, position: Position, max_bytes: int) -> tuple[bytes, Position | None]:
    """Return at least one complete line from a position, and the next position; None at the end."""
    state = read_state(folder)
    if state is None or position >= state.counted:
        return b"", None
    segment, size = position.segment, position.size
    with segment_path(folder, segment).open("rb") as file:
        file.seek(size)
        found = file.read(max_bytes)
        if not found.endswith(b"\n"):
            found += file.readline()
    if segment == state.counted.segment:
        found = found[: state.counted.size - size]
    return found, Position(segment, size + len(found)) if found else Position(segment + 1, 0)


def _complete_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in read_lines(file) if line.endswith(b"\n"))


def _first_entry_at(path: Path) -> int | None:
    """Return the time of the first entry of a segment; None if it has none."""
    return next((one.at for one in entry_lines(_complete_lines(path))), None)


class Segments:
    """The files in one folder, locked by this process.

    Attributes:
        position: where the next line will be written; unknown before `resume_at`.

    Raises:
        ArchiveError: another process has the folder open.
    """

    position: Position

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._file: int | None = None
        self._lines, self._orders = bytearray(), bytearray()  # appended, and not written yet
        self._lock: int | None = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, OPEN)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise ArchiveBusyError(f"{folder}: another process is archiving here") from None

    def close(self) -> None:
        """Release the folder."""
        for descriptor in (self._file, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._lock = None

    def path(self, segment: int) -> Path:
        return segment_path(self._folder, segment)

    @property
    def begin(self) -> Position:
        """Return the beginning of the oldest segment; older ones may have been deleted."""
        return Position(segment_since(self._folder, 0), 0)

    def state(self) -> ArchiveState | None:
        """Read the saved state; None if there is none.

        Raises:
            ArchiveError: it is damaged, or it is missing together with the first segment.
        """
        state = read_state(self._folder)
        if state is None and any(self._folder.glob("audit-*.ndjson")) and not self.path(1).exists():
            path = self._folder / STATE
            raise ArchiveError(f"{path}: is missing, and so is the first segment, from which it could be recreated")
        return state

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

    def append(self, content: bytes, orders: bytes = b"") -> None:
        """Append complete lines, and the orders of their entries. They count after `sync` and `save_state`."""
        self._lines += content
        self._orders += orders
        self.position = Position(self.position.segment, self.position.size + len(content))
        if len(self._lines) >= FLUSH_BYTES:
            self._flush()

    def sync(self) -> None:
        """Write what was appended to disk."""
        self._flush()
        if self._file is not None:
            os.fsync(self._file)

    def _flush(self) -> None:
        """Write what was appended. Orders are on disk before their entries: no entry is archived without its order."""
        segment, size = self.position.segment, self.position.size
        if self._orders:
            with order_path(self._folder, segment).open("ab") as file:
                file.write(b"\n" + self._orders)  # the line before may be incomplete, from a process that died
                file.flush()
                os.fsync(file.fileno())
            self._orders.clear()
        if self._lines and self._file is None:
            # An empty file may exist, from a process that died. The lock keeps other processes away.
            new = 0 if size > len(self._lines) else os.O_CREAT
            self._file = os.open(self.path(segment), os.O_WRONLY | os.O_APPEND | new, OPEN)
        while self._lines and self._file is not None:
            del self._lines[: os.write(self._file, self._lines)]

    def start_next(self) -> None:
        """Make the segment read-only, and start the next."""
        self.sync()
        if self._file is not None:
            os.fchmod(self._file, CLOSED)
            os.close(self._file)
            self._file = None
        self.position = Position(self.position.segment + 1, 0)

    def save_state(self, state: ArchiveState, witness: bytes) -> None:
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
