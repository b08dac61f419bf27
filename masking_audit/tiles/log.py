"""The tiles of an archive and its signed checkpoint note, kept up to date as entries are archived.

Everything here follows from the archived entries. A publication writes the
tiles first, then the note, then how far it came: after a kill at any moment,
the same tiles are made again, and the same tree is signed or a longer one. A
note that the archive no longer leads to stops the witness.
"""

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from keys.files import write_secret_file
from masking_audit.archive.segments import ArchiveError
from masking_audit.tiles.check import damage
from masking_audit.tiles.layout import ENTRIES, WIDTH, levels, split_bundle, split_hashes, tile_path, write_bundle
from masking_audit.tiles.log_key import open_log_key, sign_as_log
from masking_audit.tiles.merkle import leaf_hash
from masking_audit.tiles.notes import Note, NoteError, NoteKey, SignatureLine
from masking_audit.tiles.reader import Split, TileError, read_tile
from masking_audit.tiles.tree import complete_root, root
from masking_audit.tiles.tree_head import TreeHead, head_of
from masking_service.audit.questions import Position

FOLDER: Final = "log"
CHECKPOINT: Final = "checkpoint"
STATE: Final = "log-state.json"
LEAVES_PER_PUBLICATION: Final = 65_536
WRITERS: Final = 4
"""Threads that write tiles: a disk syncs several files in the time of one."""


class LogState(msgspec.Struct, frozen=True):
    """How far the archive was published: the number of entries, and the position after them."""

    size: int
    position: Position


class TiledLog:
    """The log in an archive that this process has open.

    Args:
        origin: the name of a new log; see `open_log_key`.

    Attributes:
        position: where in the archive the entries begin that must be added.
        note: the published note; None before the first.

    Raises:
        ArchiveError: the tiles or the note were changed.
        KeysetError: the private key cannot be read.
    """

    def __init__(self, archive: Path, begin: Position, origin: str = "") -> None:
        self.folder = archive / FOLDER
        self._state_path = archive / STATE
        self._finished: dict[str, bytes] = {}
        try:
            self._signer, self.key = open_log_key(archive, origin)
            self.note = read_checkpoint(self.folder / CHECKPOINT, self.key)
            state = self._read_state(begin)
            self._hashes = [self._edge(level, count, split_hashes) for level, count in levels(state.size)]
            self._leaves = self._edge(ENTRIES, state.size, split_bundle)
        except (NoteError, TileError) as error:
            raise ArchiveError(str(error)) from None
        self.size, self.position = state.size, state.position
        self._signed = head_of(self.note) if self.note else TreeHead(self.key.name, 0, b"")
        if self._signed.size < self.size:
            raise ArchiveError(f"{self.folder / CHECKPOINT}: is missing, or older than the one that was published")
        self._compare()

    def add(self, leaf: bytes) -> None:
        """Add the leaf of the next entry. Raises ArchiveError: the archive does not lead to the published note."""
        if not self._hashes:
            self._hashes.append([])
        self._leaves.append(leaf)
        self._hashes[0].append(leaf_hash(leaf))
        self.size += 1
        if len(self._leaves) == WIDTH:
            self._finished[tile_path(ENTRIES, self.size // WIDTH - 1)] = write_bundle(self._leaves)
            self._leaves = []
            self._finish_tiles()
        if self.size == self._signed.size:
            self._compare()

    def publish(self, position: Position) -> None:
        """Write the tiles of what was added, and sign the tree.

        Args:
            position: in the archive, after the newest added entry; it is on disk up to there.

        Raises:
            ArchiveError: a tile was published with another content.
        """
        if self.size == self._signed.size and not self._finished:
            return
        partial = {
            tile_path(level, count // WIDTH, count % WIDTH): b"".join(self._hashes[level])
            for level, count in levels(self.size)
            if count % WIDTH
        }
        if self._leaves:
            partial[tile_path(ENTRIES, self.size // WIDTH, len(self._leaves))] = write_bundle(self._leaves)
        write_files(self.folder, self._new_files(self._finished | partial))
        if self.size > self._signed.size:
            head = TreeHead(self.key.name, self.size, root(self.size, self._edge_node))
            self._write_note(Note(head.text, [sign_as_log(head.text, self.key.name, self._signer)]))
            self._signed = head
        for path in self._finished:
            shutil.rmtree(self.folder / f"{path}.p", ignore_errors=True)
        self._finished = {}
        write_secret_file(self._state_path, msgspec.json.encode(LogState(self.size, position)), replace=True)

    def require_published_entries(self) -> None:
        """Check that the whole archive was not too short.

        Raises:
            ArchiveError: entries of the published note are missing in the archive.
        """
        if self.size < self._signed.size:
            missing = f"the archive has {self.size} entries, and its published checkpoint {self._signed.size}"
            raise ArchiveError(f"{self.folder / CHECKPOINT}: {missing}")

    def add_signatures(self, lines: Iterable[SignatureLine]) -> None:
        """Add verified cosignatures to the published note."""
        if self.note:
            known = {(line.name, line.key_id): line for line in [*self.note.signatures, *lines]}
            self._write_note(Note(self.note.text, [*known.values()]))

    def _write_note(self, note: Note) -> None:
        write_files(self.folder, {CHECKPOINT: bytes(note)})
        self.note = note

    def _new_files(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """Return the files that are not published yet. What is published never changes."""
        published = {name for name in files if (self.folder / name).exists()}
        for name in published:
            if (self.folder / name).read_bytes() != files[name]:
                raise ArchiveError(f"{self.folder / name}: is not what the archived entries give")
        return {name: content for name, content in files.items() if name not in published}

    def _finish_tiles(self) -> None:
        """Keep the tiles that the newest leaf has filled, and pass the hash of each to the level above."""
        level, count = 0, self.size
        while len(self._hashes[level]) == WIDTH:
            full, self._hashes[level] = self._hashes[level], []
            count //= WIDTH
            self._finished[tile_path(level, count - 1)] = b"".join(full)
            level += 1
            if level == len(self._hashes):
                self._hashes.append([])
            self._hashes[level].append(complete_root(full))

    def _edge_node(self, level: int, index: int) -> bytes:
        """Return the hash of a subtree that ends at the right edge; see `tree.Nodes`."""
        tile_level, height = divmod(level, 8)
        at = (index << height) % WIDTH
        return complete_root(self._hashes[tile_level][at : at + (1 << height)])

    def _compare(self) -> None:
        """Compare the tree with the published one, which has the same size."""
        if self.size and self.size == self._signed.size and root(self.size, self._edge_node) != self._signed.root:
            found = next(damage(self.folder, self._signed), None)
            where = found or "the archived entries are not those of its published checkpoint"
            raise ArchiveError(f"{self.folder / CHECKPOINT}: {where}")

    def _read_state(self, begin: Position) -> LogState:
        if not self._state_path.exists():
            return LogState(0, begin)
        try:
            return msgspec.json.decode(self._state_path.read_bytes(), type=LogState)
        except msgspec.DecodeError:
            raise ArchiveError(
                f"{self._state_path}: is damaged. Move it away; the tiles are then made again from the first segment"
            ) from None

    def _edge(self, level: int | str, count: int, split: Split) -> list[bytes]:
        """Return the content of the partial tile or bundle at the end of a level."""
        index, width = divmod(count, WIDTH)
        return read_tile(self.folder, level, index, width, split) if width else []


def read_checkpoint(path: Path, key: NoteKey) -> Note | None:
    """Read the published note of a log; None if there is none.

    Raises:
        NoteError: it is malformed, of another log, or not signed with `key`.
    """
    if not path.exists():
        return None
    try:
        note = Note.parse(path.read_bytes())
        note.verify(key)
        if head_of(note).origin != key.name:
            raise NoteError("the checkpoint of another log")
    except NoteError as error:
        raise NoteError(f"{path}: {error}") from None
    return note


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write files durably, each of them atomically; they are on disk when this returns."""
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(_write_file, [folder / name for name in files], files.values()):
            pass
    for changed in {parent for name in files for parent in (folder / name).parents if folder.parent in parent.parents}:
        _sync(changed)
    _sync(folder.parent)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
