"""What a stored record looks like inside its seal: one value a waybill revision, padded so that its size says little.

Pure bytes; `docs/record-format.md` describes them for someone who writes another reader.
"""

import hmac
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from masking_service.domain.schema import Place
from masking_service.schemas.places import place_code, place_of

SALT_BYTES: Final = 2
HEADER_BYTES: Final = SALT_BYTES + 1 + 4
BUCKET_BYTES: Final = 64
FIRST_BUCKET_BYTES: Final = 42
"""Lengths are 42, 106, 170, 234 and so on: six usual values come to 190 to 234 bytes, so they share one of them and
are not filled up to 256."""
MOST_FIELDS: Final = 256
"""A token names its field in one byte."""

_TOMBSTONE: Final = b"null"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Record(msgspec.Struct, frozen=True, gc=False):
    """A stored revision, opened.

    Attributes:
        salt: 2 random bytes that its tokens repeat, so that tokens of an earlier use of the number stay dead.
        token_version: the token key that its tokens were made with.
        expires_at: Unix seconds; the revisions of a waybill share it.
        body: the fields as stored, by which two records are compared.
    """

    salt: bytes
    token_version: int
    expires_at: int
    body: bytes

    def __repr__(self) -> str:
        return "<Record>"

    @property
    def erased(self) -> bool:
        """True for a tombstone."""
        return self.body == _TOMBSTONE

    @property
    def shredded(self) -> bool:
        """True where a record stands that nobody can open any more, because its data key was shredded."""
        return not self.body

    def living_at(self, now: int) -> bool:
        """Whether it can still be read at `now`, Unix seconds, whatever the store thinks of its expiry."""
        return not self.erased and now < self.expires_at

    def expiring(self, at: int) -> "Record":
        """The same record with another expiry."""
        return msgspec.structs.replace(self, expires_at=at)

    def same_as(self, body: bytes) -> bool:
        """Whether the same schema and values were stored."""
        return hmac.compare_digest(self.body, body)

    def content(self) -> tuple[str, list[tuple[Place, Any]]]:
        """The schema's name and the fields, in the order that tokens count them."""
        schema, *flat = _decode(self.body)
        codes = iter(flat)
        return schema, [(place_of(code), value) for code, value in zip(codes, codes, strict=True)]


def body_of(schema: str, fields: Sequence[tuple[Place, Any]]) -> bytes:
    """A record's schema and fields as JSON: ``["standard", place code, value, …]``."""
    flat: list[Any] = [schema]
    for place, value in fields:
        flat += (place_code(place), value)
    return _encode(flat)


def tombstone(expires_at: int) -> Record:
    """What stands in the place of an erased revision."""
    return Record(bytes(SALT_BYTES), 0, expires_at, _TOMBSTONE)


SHREDDED: Final = Record(bytes(SALT_BYTES), 0, 0, b"")
"""Stands for a record whose data key was shredded: a stored body is never empty."""


def plaintext(record: Record) -> bytes:
    """What is sealed: salt, token key version, expiry, body, and spaces up to the next of the lengths."""
    head = record.salt + bytes((record.token_version,)) + record.expires_at.to_bytes(4, "big") + record.body
    beyond_first = -(-(len(head) - FIRST_BUCKET_BYTES) // BUCKET_BYTES)
    return head.ljust(FIRST_BUCKET_BYTES + beyond_first * BUCKET_BYTES)


def read(opened: bytes) -> Record:
    """A record from its opened plaintext."""
    return Record(
        salt=opened[:SALT_BYTES],
        token_version=opened[SALT_BYTES],
        expires_at=int.from_bytes(opened[SALT_BYTES + 1 : HEADER_BYTES], "big"),
        body=opened[HEADER_BYTES:].rstrip(b" "),
    )
