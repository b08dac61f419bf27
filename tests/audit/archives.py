"""An archive of a real log in a store, with its tiles."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_audit.tiles.log import CHECKPOINT, FOLDER, TiledLog
from masking_audit.tiles.log_key import PUBLIC, read_public_key
from masking_audit.tiles.notes import Note, NoteKey
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.audit.questions import Position
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import VERIFIER, Process, full_entry
from tests.store.stores import NOW


def follow(store: Store, folder: Path, *, now: int = NOW, keep_hours: int = 30 * 24, **how: Any) -> None:
    """Archive everything new with a new witness, which trims the store at `now`."""
    with Archive(folder, VERIFIER, **how) as archive:
        archive_all(Follower(Streams(store), archive, lambda: now, keep_hours))


def archive_all(follower: Follower) -> None:
    """Let a witness archive everything new, and trim all that it may."""
    while follower.archive_new():
        pass


def grow(store: Store, folder: Path, *commits: int, seed: str = "writer") -> list[str]:
    """Write commits of a new process, archive them, and return the ids of the entries."""
    process = Process(store, seed)
    names = [name for count in commits for name in process.commit(*map(full_entry, range(1, count + 1)))]
    logs.checkpoint(store)
    follow(store, folder, origin="log.example/1")
    return names


def extend(log: TiledLog, leaves: Sequence[bytes], *sizes: int) -> TiledLog:
    """Publish the tiles of a log at each of the sizes; positions in the archive are sizes here."""
    for size in sizes:
        for leaf in leaves[log.size : size]:
            log.add(leaf)
        log.publish(Position(1, log.size))
    return log


def key_of(folder: Path) -> NoteKey:
    return read_public_key(folder / PUBLIC)


def note_of(folder: Path) -> Note:
    return Note.parse((folder / FOLDER / CHECKPOINT).read_bytes())


class SilentArchive:
    """An archive that does not answer."""

    def page(self, *_: Any, **__: Any) -> Any:
        raise ArchiveUnavailable

    named = page
