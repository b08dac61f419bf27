"""Signed notes and their keys (https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature).

Two types of signature are known: a log signs the text of a note with Ed25519
(`LOG`), and a cosigner signs it with a time (`COSIGNER`). Lines of other keys
are kept and ignored; a wrong signature of a known key makes a note invalid.
"""

import hashlib
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.errors import IntegrityError
from keys.signatures import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Verifier

LOG: Final = 0x01
COSIGNER: Final = 0x04
KEY_ID_BYTES: Final = 4
TIME_BYTES: Final = 8
MAX_TIME: Final = (1 << 63) - 1
MAX_NOTE_BYTES: Final = 1 << 20
MAX_SIGNATURES: Final = 100
_DASH: Final = "— "


class NoteError(Exception):
    """A note or key is malformed, or its signatures do not suffice. The text repeats none of it."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that verifies signatures of one type in notes.

    Attributes:
        kind: `LOG` or `COSIGNER`.
        public_key: 32 bytes.
    """

    name: str
    kind: int
    public_key: bytes

    @property
    def id(self) -> bytes:
        """The key id: 4 bytes."""
        content = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(content).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """Return the key as a verifier key (vkey)."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public_key).decode()}"

    @classmethod
    def parse(cls, text: str) -> "NoteKey":
        """Read a verifier key. Raises NoteError: it is malformed, or of an unknown type."""
        name, _, rest = text.partition("+")
        identity, _, encoded = rest.partition("+")
        content = _decode(encoded)
        if len(content) != 1 + PUBLIC_KEY_BYTES or content[0] not in (LOG, COSIGNER):
            raise NoteError("verifier key: not one of a log or cosigner with Ed25519")
        key = cls(name, content[0], content[1:])
        if not is_key_name(name) or identity != key.id.hex():
            raise NoteError("verifier key: the name or id does not match the key")
        return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A signature line of a note.

    Attributes:
        key_id: 4 bytes.
        signature: what follows the key id; of a cosigner, it begins with the time.
    """

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """Return the line, with its newline."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"

    def is_by(self, key: NoteKey) -> bool:
        """Return whether name and id are those of `key`; the signature may still be wrong."""
        return (self.name, self.key_id) == (key.name, key.id)


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its text, which ends with a newline, and its signature lines."""

    text: str
    signatures: Sequence[SignatureLine]

    def __bytes__(self) -> bytes:
        """Return the note as it is stored and sent."""
        return (self.text + "\n" + "".join(map(str, self.signatures))).encode()

    @classmethod
    def parse(cls, content: bytes) -> "Note":
        """Read a note; verify nothing. Raises NoteError: it is malformed."""
        try:
            whole = content.decode()
        except UnicodeDecodeError:
            raise NoteError("not a note: it is not UTF-8") from None
        text, separator, lines = whole.rpartition("\n\n")
        if not separator or len(content) > MAX_NOTE_BYTES or any(c < " " and c != "\n" for c in whole):
            raise NoteError("not a note: a text, an empty line, and signature lines")
        return cls(text + "\n", parse_signatures(lines))

    def verify(self, key: NoteKey) -> int:
        """Check that `key` signed the note.

        Returns:
            The time of a cosignature in Unix seconds; 0 for a signature of a log.

        Raises:
            NoteError: it did not, or a signature with its name and id is wrong.
        """
        lines = [line for line in self.signatures if line.is_by(key)]
        if not lines:
            raise NoteError(f"not signed by {key.name}")
        return max(_verify(self.text, line, key) for line in lines)


def parse_signatures(lines: str) -> list[SignatureLine]:
    """Read signature lines, at least one.

    Raises:
        NoteError: one of them is malformed, or there are more than `MAX_SIGNATURES`.
    """
    found = []
    for line in lines.removesuffix("\n").split("\n"):
        name, _, encoded = line.removeprefix(_DASH).partition(" ")
        signature = _decode(encoded)
        if not line.startswith(_DASH) or not is_key_name(name) or len(signature) <= KEY_ID_BYTES:
            raise NoteError("malformed signature line")
        found.append(SignatureLine(name, signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:]))
    if not lines.endswith("\n") or len(found) > MAX_SIGNATURES:
        raise NoteError("too many signature lines, or an incomplete one")
    return found


def is_key_name(name: str) -> bool:
    """Return whether a key may have this name: no space, plus or control character."""
    return bool(name) and not any(c == "+" or c.isspace() or unicodedata.category(c) in ("Zs", "Cc") for c in name)


def _verify(text: str, line: SignatureLine, key: NoteKey) -> int:
    signature, message, at = line.signature, text.encode(), 0
    if key.kind == COSIGNER:
        at, signature = int.from_bytes(signature[:TIME_BYTES], "big"), signature[TIME_BYTES:]
        message = cosigned_message(text, at)
    try:
        if len(signature) != SIGNATURE_BYTES or at > MAX_TIME:
            raise IntegrityError("a signature has another length")
        Verifier.from_bytes(key.public_key).verify(signature, message)
    except IntegrityError:
        raise NoteError(f"wrong signature of {key.name}") from None
    return at


def cosigned_message(text: str, at: int) -> bytes:
    """Return what a cosigner signs."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _decode(text: str) -> bytes:
    """Decode canonical base64; return nothing if it is malformed."""
    try:
        content = b64decode(text, validate=True)
    except ValueError:
        return b""
    return content if b64encode(content).decode() == text else b""
