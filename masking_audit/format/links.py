"""Ids of entries, the hash chain over them, and the messages that are signed. Bytes in, bytes out."""

import hashlib
import re
from struct import Struct
from typing import Final

import msgspec

from keys.framing import frame

LINK_BYTES: Final = 32
FIRST_LINK: Final = bytes(LINK_BYTES)
"""The value before the first link of a chain."""
WRITER: Final = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
ENTRY_ID: Final = re.compile(rf"({WRITER.pattern})-([1-9][0-9]{{0,17}})", re.ASCII)
_ENTRY: Final = frame(b"audit-entry/2")
_FIRST_ENTRY: Final = frame(b"audit-entry/1")
_length: Final = Struct(">I").pack
_place: Final = Struct(">IQI").pack
"""The length of a number, the number, and the length of the entry behind it."""


def encode(entry: object) -> bytes:
    """Return the canonical JSON (RFC 8785) of an entry.

    An entry contains only strings, integers, booleans, lists and objects, so a copy with other spaces or another
    order of members gives the same bytes again.
    """
    return msgspec.json.encode(entry, order="sorted")


def link(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """Return the chain hash (SHA-256) of an entry; `number` is 1-based.

    It covers the hash of the entry, so that a chain can be verified without the content of every entry.
    """
    return link_of_hash(previous, writer, number, entry_hash(entry))


def entry_hash(entry: bytes) -> bytes:
    """Return the SHA-256 of an entry's canonical JSON, which its link holds."""
    return hashlib.sha256(entry).digest()


def fact_hash(content: bytes) -> str:
    """Return the hash by which entries announce sealed bytes, or a place: SHA-256, the first 16 bytes, hexadecimal."""
    return hashlib.sha256(content).digest()[:16].hex()


def link_of_hash(previous: bytes, writer: str, number: int, hashed: bytes) -> bytes:
    return _linked(_ENTRY, previous, writer, number, hashed)


def first_link_form(previous: bytes, writer: str, number: int, entry: bytes) -> bytes:
    """Return the chain hash of earlier releases, which covers the entry itself."""
    return _linked(_FIRST_ENTRY, previous, writer, number, entry)


LINK_FORMS: Final = (link, first_link_form)
"""The newest first. All entries of a chain have links of one form."""


def is_link(linked: bytes, previous: bytes, writer: str, number: int, entry: bytes) -> bool:
    """Return whether this is an entry's link, of whatever form."""
    return any(linked == form(previous, writer, number, entry) for form in LINK_FORMS)


def _linked(label: bytes, previous: bytes, writer: str, number: int, content: bytes) -> bytes:
    name = writer.encode()
    # `frame` inlined: it would be a twentieth of verifying an entry.
    framed = (label, _length(len(previous)), previous, _length(len(name)), name, _place(8, number, len(content)))
    return hashlib.sha256(b"".join((*framed, content))).digest()


def commit_message(writer: str, number: int, linked: bytes) -> bytes:
    """Return the signed message of a commit, given the number and link of its last entry."""
    return frame(b"audit-commit/1", writer.encode(), number.to_bytes(8, "big"), linked)


def checkpoint_message(linked: bytes) -> bytes:
    """Return a checkpoint's signed message, given its link."""
    return frame(b"audit-checkpoint/1", linked)


def entry_id(writer: str, number: int) -> str:
    """Return the id of an entry, ``WRITER-NUMBER``."""
    return f"{writer}-{number}"


def place_of(name: str) -> tuple[str, int]:
    """Return writer and number of an entry id. Raises ValueError: it is not one."""
    place = ENTRY_ID.fullmatch(name)
    if not place:
        raise ValueError("is not the id of an entry")
    return place[1], int(place[2])


SLOT_DIGITS: Final = "0123456789abcdef"
MAX_AUDIT_SLOTS: Final = len(SLOT_DIGITS)


def slot_of(writer: str, slots: int) -> int:
    """Return the 0-based slot of a writer, of `slots`."""
    return SLOT_DIGITS.find(writer[-1:]) % slots


def leaf_of(writer: str, number: int, link: bytes) -> bytes:
    """Return the leaf of an entry: ``audit-leaf/1 WRITER-NUMBER LINK``, the link in hexadecimal.

    It holds no content of the entry, so the tiles can be published.
    """
    return f"audit-leaf/1 {entry_id(writer, number)} {link.hex()}".encode()
