"""One entry with the proof that it is in the log, in one file (https://c2sp.org/tlog-proof).

The file is verified with public keys alone. Its ``extra`` line holds what the
leaf is made from: the entry, and the hashes of the later entries of its commit, up
to the service's signature. No other entry is in it. It may also hold an older checkpoint note, with the proof
that the log has only grown since.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from keys.errors import IntegrityError
from keys.signatures import Verifier
from masking_audit.format.commits import Commit, links_of, verify_commit
from masking_audit.format.links import encode, entry_id, leaf_of
from masking_audit.format.signed import verify_entry
from masking_audit.tiles.merkle import ProofError, leaf_hash, verify_consistency, verify_inclusion
from masking_audit.tiles.notes import Note, NoteError, NoteKey
from masking_audit.tiles.tree_head import TreeHead, head_of, parse_hash, parse_number

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
SUFFIX: Final = ".tlog-proof"
MAX_HASHES: Final = 63


class Older(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An older checkpoint note, and the consistency proof from it, in base64."""

    checkpoint: str
    proof: Sequence[str]


class Extra(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The ``extra`` line.

    Attributes:
        commit: begins with the entry that is proved, and ends with the signature of the service.
    """

    commit: Commit
    older: Older | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The content of a proof file.

    Attributes:
        index: of its leaf, from 0.
    """

    extra: Extra
    index: int
    hashes: Sequence[bytes]
    note: Note

    @property
    def size(self) -> int:
        """The number of leaves in the checkpoint."""
        return head_of(self.note).size

    def __bytes__(self) -> bytes:
        """Return the file."""
        lines = [
            FIRST_LINE,
            f"extra {b64encode(msgspec.json.encode(self.extra)).decode()}",
            f"index {self.index}",
            *(b64encode(each).decode() for each in self.hashes),
        ]
        return "\n".join([*lines, "", ""]).encode() + bytes(self.note)

    @classmethod
    def parse(cls, content: bytes) -> "Proof":
        """Read a proof file; verify nothing. Raises ProofError: it is malformed."""
        head, separator, note = content.partition(b"\n\n")
        try:
            first, extra, index, *hashes = head.decode().split("\n")
            if not separator or first != FIRST_LINE or len(hashes) > MAX_HASHES:
                raise ProofError("not a proof of an entry")
            decoded = b64decode(_without_prefix("extra ", extra), validate=True)
            return cls(
                msgspec.json.decode(decoded, type=Extra),
                parse_number(_without_prefix("index ", index)),
                [parse_hash(each) for each in hashes],
                Note.parse(note),
            )
        except (ValueError, msgspec.MsgspecError, RecursionError):
            raise ProofError("not a proof of an entry") from None
        except NoteError as error:
            raise ProofError(f"the proof's checkpoint: {error}") from None


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys that a proof is verified with.

    Attributes:
        cosigners: each of them must have cosigned the checkpoint.
        service: the key that signs the entries; None to leave that unverified.
    """

    log: NoteKey
    cosigners: Sequence[NoteKey] = ()
    service: Verifier | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof has proved.

    Attributes:
        entry: its canonical JSON.
        index: of its leaf, from 0.
        cosigned_at: for each cosigner, the time in Unix seconds.
        older: the older head that the log has only grown from; None if the proof has none.
        approver: the fingerprint of the key that approved, in the end, the one that signed; empty if none signed.
    """

    id: str
    entry: bytes
    index: int
    head: TreeHead
    cosigned_at: Sequence[int]
    older: TreeHead | None
    approver: str


def verify_proof(proof: Proof, keys: Keys, kept: Note | None = None) -> Proved:
    """Verify a proof.

    Args:
        kept: an older checkpoint note from another source; the log must have only grown since.

    Raises:
        ProofError: something is not proved; the text says what.
    """
    head = _signed_head(proof.note, keys.log, "the proof's checkpoint")
    try:
        cosigned_at = [proof.note.verify(key) for key in keys.cosigners]
    except NoteError as error:
        raise ProofError(f"the proof's checkpoint: {error}") from None
    name = _verify_entry(proof, head, keys.service)
    older = _verify_older(proof.extra.older, head, keys.log) if proof.extra.older else None
    if kept is not None:
        known = _signed_head(kept, keys.log, "the kept checkpoint")
        if known not in (head, older):
            raise ProofError("the proof does not cover the kept checkpoint; make it again with that checkpoint")
    entry, approver = _content(proof)
    return Proved(name, entry, proof.index, head, cosigned_at, older, approver)


def _verify_entry(proof: Proof, head: TreeHead, service: Verifier | None) -> str:
    """Verify the entry; return its id."""
    try:
        writer, number, link = next(links_of(proof.extra.commit))
        if service is not None:
            verify_commit(proof.extra.commit, service)
    except IntegrityError:
        raise ProofError("the entry is not as the service signed it, or was signed with another key") from None
    except (ValueError, msgspec.MsgspecError, StopIteration, OverflowError, RecursionError):
        raise ProofError("the entry is malformed") from None
    try:
        verify_inclusion(leaf_hash(leaf_of(writer, number, link)), proof.index, head.size, proof.hashes, head.root)
    except ProofError as error:
        raise ProofError(f"the entry is not in the log: {error}") from None
    return entry_id(writer, number)


def _content(proof: Proof) -> tuple[bytes, str]:
    """Return the entry that is proved, as canonical JSON, and the fingerprint of the approver of its person's key."""
    entry = msgspec.json.decode(proof.extra.commit.entries[0])
    if not isinstance(entry, dict):
        raise ProofError("the proof has only the hash of the entry")
    try:
        return encode(entry), verify_entry(entry) if "signed" in entry else ""
    except (IntegrityError, KeyError, TypeError, AttributeError):
        raise ProofError("the person's signature is not valid for the entry") from None


def _verify_older(older: Older, head: TreeHead, key: NoteKey) -> TreeHead:
    try:
        note, hashes = Note.parse(older.checkpoint.encode()), [parse_hash(each) for each in older.proof]
    except (NoteError, ValueError):
        raise ProofError("the proof's older checkpoint is malformed") from None
    known = _signed_head(note, key, "the proof's older checkpoint")
    try:
        verify_consistency(known.size, known.root, head.size, head.root, hashes)
    except ProofError as error:
        raise ProofError(f"the log has not only grown since the proof's older checkpoint: {error}") from None
    return known


def _signed_head(note: Note, key: NoteKey, what: str) -> TreeHead:
    """Return the head in a note that the log signed."""
    try:
        note.verify(key)
        head = head_of(note)
        if head.origin != key.name:
            raise NoteError("from another log")
    except NoteError as error:
        raise ProofError(f"{what}: {error}") from None
    return head


def _without_prefix(prefix: str, line: str) -> str:
    if not line.startswith(prefix):
        raise ValueError("is another line")
    return line.removeprefix(prefix)
