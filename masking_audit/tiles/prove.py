"""Makes the proof of one entry from an archive. It reads files only: the witness may be running."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from masking_audit.archive.segments import archived
from masking_audit.format.commits import Commit
from masking_audit.format.lines import EntryLine, read_line
from masking_audit.format.links import FIRST_LINK, entry_id, leaf_of
from masking_audit.packs.evidence import commit_of
from masking_audit.tiles.layout import ENTRIES, WIDTH, split_bundle, width_of
from masking_audit.tiles.log import CHECKPOINT, FOLDER, read_checkpoint
from masking_audit.tiles.log_key import PUBLIC, read_public_key
from masking_audit.tiles.merkle import ProofError
from masking_audit.tiles.notes import Note
from masking_audit.tiles.proofs import Extra, Keys, Older, Proof, verify_proof
from masking_audit.tiles.reader import TileReader, read_tile
from masking_audit.tiles.tree import consistency_proof, inclusion_proof
from masking_audit.tiles.tree_head import head_of


def prove(archive: Path, writer: str, number: int, older: Note | None = None) -> Proof:
    """Return the proof that an entry is in the log of an archive, verified.

    Args:
        older: an older checkpoint note of the log; the proof then also shows that the log has only grown since.

    Raises:
        ProofError: the entry is not in the archive, or the older note is not of this log.
        NoteError, TileError, UnreadableLineError: the archive was changed.
    """
    key, folder = read_public_key(archive / PUBLIC), archive / FOLDER
    note = read_checkpoint(folder / CHECKPOINT, key)
    if note is None:
        raise ProofError("the archive has published nothing yet")
    reader = TileReader(folder, head_of(note))
    commit, leaf = find_entry(archived(archive), writer, number)
    index = _index_of(folder, reader, leaf)
    if index is None:
        raise ProofError(f"{entry_id(writer, number)} is not in the log that the checkpoint names")
    size = reader.head.size
    proof = Proof(
        Extra(commit, _growth(reader, older) if older else None), index, inclusion_proof(index, size, reader.node), note
    )
    verify_proof(proof, Keys(key), older)
    return proof


def find_entry(lines: Iterable[bytes], writer: str, number: int) -> tuple[Commit, bytes]:
    """Return an entry with the hashes of the rest of its commit, and its leaf.

    Raises:
        ProofError: the entry, or the one before it, is not in these lines.
        UnreadableLineError: a line of this writer is not a line of a log.
    """
    begin = b'{"id":"%b-' % writer.encode()
    previous = FIRST_LINK if number == 1 else None
    found: list[EntryLine] = []
    for line in lines:
        parsed = read_line(line) if line.startswith(begin) else None
        if not isinstance(parsed, EntryLine):
            continue
        if parsed.number == number - 1:
            previous = parsed.link
        elif parsed.number >= number and previous is not None:
            found.append(parsed)
            if parsed.signature:
                return commit_of(previous, found, {0}), leaf_of(writer, number, found[0].link)
    raise ProofError(f"{entry_id(writer, number)} is not in the archive, or the entry before it is not")


def _index_of(folder: Path, reader: TileReader, leaf: bytes) -> int | None:
    """Return the index of a leaf, from the newest bundle back."""
    for bundle in reversed(range(-(-reader.head.size // WIDTH))):
        if leaf in read_tile(folder, ENTRIES, bundle, width_of(bundle, reader.head.size), split_bundle):
            return bundle * WIDTH + reader.leaves(bundle).index(leaf)
    return None


def _growth(reader: TileReader, older: Note) -> Older:
    known, size = head_of(older), reader.head.size
    if known.size > size:
        raise ProofError("the older checkpoint has more entries than the log")
    hashes = consistency_proof(known.size, size, reader.node)
    return Older(bytes(older).decode(), [b64encode(each).decode() for each in hashes])
