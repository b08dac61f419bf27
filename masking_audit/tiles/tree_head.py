"""The text of a checkpoint note (https://c2sp.org/tlog-checkpoint): origin, size and root of a tree."""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from masking_audit.tiles.merkle import HASH_BYTES
from masking_audit.tiles.notes import Note, NoteError

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_HASH: Final = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The head of a log.

    Attributes:
        size: number of leaves.
        root: the root hash, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def head_of(note: Note) -> TreeHead:
    """Read the head in a note; later lines of its text are extensions, and ignored.

    Raises:
        NoteError: it is not a checkpoint.
    """
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise NoteError("not a checkpoint note")
    try:
        return TreeHead(lines[0], parse_number(lines[1]), parse_hash(lines[2]))
    except ValueError:
        raise NoteError("not a checkpoint note") from None


def parse_number(text: str) -> int:
    """Read a decimal number without leading zeroes, up to 19 digits. Raises ValueError: it is not one."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("is not a decimal number")
    return int(text)


def parse_hash(text: str) -> bytes:
    """Read a hash in canonical base64. Raises ValueError: it is not one."""
    content = b64decode(text) if _HASH.fullmatch(text) else b""
    if len(content) != HASH_BYTES or b64encode(content).decode() != text:
        raise ValueError("is not a hash")
    return content
