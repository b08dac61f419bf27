"""Encodes and reads stored records, as `docs/record-format.md` describes them, and the references of tokens to fields.

There is one value for each revision of a waybill, padded so that its size says little.

A token refers to one field of a record, in one block of 16 bytes: base (12), revision (1), the field's ordinal among
those stored (1), the record's salt (2).

Places are stored as short codes, which never change their meaning: the code of a fixed path of a shipped schema is its
line number in `masking/schemas/places.txt`; any other place is stored in words.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from struct import Struct
from typing import Any, Final

import msgspec

from keys.secret import Unprinted
from keys.tokens import BLOCK_BYTES, TokenKeys
from masking_service.masking import schemas
from masking_service.masking.records.schema import Place
from masking_service.store.layout import MAX_REVISIONS

SALT_BYTES: Final = 2
_HEADER: Final = Struct(f">{SALT_BYTES}sBI")
HEADER_BYTES: Final = _HEADER.size
HELD_UNTIL: Final = 2**32 - 1
"""When a held record expires, in Unix seconds: in 2106, far behind each hold."""
BUCKET_BYTES: Final = 64
FIRST_BUCKET_BYTES: Final = 42
"""Lengths are 42, 106, 170, 234 and so on: six usual values fill 190 to 234 bytes, so they share one."""
MAX_FIELDS: Final = 256
"""A token names its field in one byte."""

BASE_BYTES: Final = 12
_REVISIONS: Final = [bytes((number,)) for number in range(MAX_REVISIONS)]
_ANY_ORDINAL: Final = b"\0"
_PLACES: Final = tuple(
    Place.parse(line) for line in resources.files(schemas).joinpath("places.txt").read_text("utf-8").splitlines()
)
"""Append only: a line's number, from 0, is in stored records."""

SHIPPED_POINTERS: Final = frozenset(place.pointer for place in _PLACES)
"""The JSON Pointers of every field of the shipped schemas: they come from no caller."""

_CODES: Final = {place.text: code for code, place in enumerate(_PLACES)}

_TOMBSTONE: Final = b"null"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Record(Unprinted, msgspec.Struct, frozen=True, gc=False):
    """A stored revision, opened.

    Attributes:
        salt: 2 random bytes that its tokens repeat, so that tokens of an earlier use of the number stay dead.
        token_version: the token key that its tokens were made with.
        expires_at: Unix seconds; the revisions of a waybill share it.
        body: the fields as stored, by which two records are compared.
        header: of its envelope, which names its data key and suite; empty before it is sealed.
        held: whether a hold keeps it: it is sealed with the hold's key, and does not expire.
        restricted: whether its waybill may be used only for the purposes that the policy lists for restricted ones.
    """

    salt: bytes
    token_version: int
    expires_at: int
    body: bytes
    header: bytes = b""
    held: bool = False
    restricted: bool = False

    @property
    def erased(self) -> bool:
        """True for a tombstone."""
        return self.body == _TOMBSTONE

    @property
    def shredded(self) -> bool:
        """True for a record that cannot be opened any more, because its data key was shredded."""
        return not self.body

    def active_at(self, now: int) -> bool:
        """Whether it may still be read at `now`, Unix seconds, even if the store has not expired it."""
        return not self.erased and (self.held or now < self.expires_at)

    @property
    def kept_until(self) -> int:
        """When the store deletes it and what belongs to it, in Unix seconds."""
        return HELD_UNTIL if self.held else self.expires_at

    def revising(self, stored: "Record") -> "Record":
        """Return the record as a revision of a stored one, with its expiry and hold."""
        return msgspec.structs.replace(
            self, expires_at=stored.expires_at, held=stored.held, header=stored.header if stored.held else b""
        )

    def sealed_in(self, header: bytes) -> "Record":
        """Return the record with its envelope's header."""
        return Record(self.salt, self.token_version, self.expires_at, self.body, header, self.held)

    def same_as(self, body: bytes) -> bool:
        """Whether the same schema and values were stored. A member that is null counts as one that is not there.

        A later version may give a value another kind.
        """
        return hmac.compare_digest(self.body, body) or hmac.compare_digest(_by_path(self.body), _by_path(body))

    def content(self) -> tuple[str, list[tuple[Place, Any]]]:
        """Return the schema's name and the fields, in the order of their ordinals in tokens."""
        schema, coded = self.coded()
        return schema, [(place_of(code), value) for code, value in coded]

    def coded(self) -> tuple[str, list[tuple[int | str, Any]]]:
        """Return the content with the code of each place."""
        schema, *flat = _decode(self.body)
        return schema, [*zip(flat[::2], flat[1::2], strict=True)]


def place_code(place: Place) -> int | str:
    """Return the line number of `place` in places.txt, or its text (``kind path``) if it has none."""
    return _CODES.get(place.text, place.text)


def place_of(code: int | str) -> Place:
    """The inverse of `place_code`.

    Raises:
        KeyError: a number that no line has (written by a later version).
        DefinitionError: words that are no place.
    """
    if type(code) is int:
        if not 0 <= code < len(_PLACES):
            raise KeyError(code)
        return _PLACES[code]
    return _place_in_words(str(code))


# Paths are schema names and array indexes, so what is kept here is not personal data.
_place_in_words = lru_cache(maxsize=4096)(Place.parse)


def frame_of(schema: str, places: Sequence[Place]) -> list[Any]:
    """Return the common frame of bodies with values at the same places: ``["standard", place code, null, …]``."""
    frame: list[Any] = [schema]
    for place in places:
        frame += (place_code(place), None)
    return frame


def body_of(frame: list[Any], values: Sequence[Any]) -> bytes:
    """Return a record's schema and fields as JSON: ``["standard", place code, value, …]``."""
    body = frame.copy()
    body[2::2] = values
    return _encode(body)


def _by_path(body: bytes) -> bytes:
    """Return a body without nulls, and with paths in place of its places, which say the kinds, too."""
    schema, *flat = _decode(body)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return _encode([schema, *((_path_of(code), value) for code, value in pairs if value is not None)])


def _path_of(code: int | str) -> int | str:
    try:
        return place_of(code).path
    except KeyError:  # written by a later version
        return code


def tombstone(expires_at: int) -> Record:
    """Return the record that replaces an erased revision."""
    return Record(bytes(SALT_BYTES), 0, expires_at, _TOMBSTONE)


def erasure_mark(expires_at: int) -> bytes:
    """Return what is sealed beside the tombstones of a waybill, at the place of its restriction.

    An intake host can write at the places of records, and not there: what it puts back stays erased.
    """
    return _encode([expires_at])


def erased_by(content: bytes) -> Record | None:
    """Return the tombstone of a mark, or None if it restricts the waybill."""
    said = _decode(content)
    return tombstone(said[0]) if len(said) == 1 else None


SHREDDED: Final = Record(bytes(SALT_BYTES), 0, 0, b"")
"""A record whose data key was shredded. The body of a stored record is never empty."""


def plaintext(record: Record) -> bytes:
    """Return what is sealed: salt, token key version, expiry, body, and spaces up to the next length."""
    plain = _HEADER.pack(record.salt, record.token_version, record.expires_at) + record.body
    return plain.ljust(len(plain) + (FIRST_BUCKET_BYTES - len(plain)) % BUCKET_BYTES)


def read(opened: bytes, header: bytes = b"", *, held: bool = False) -> Record:
    """Return the record of an opened plaintext, and of the envelope's header."""
    salt, token_version, expires_at = _HEADER.unpack_from(opened)
    return Record(salt, token_version, expires_at, opened[HEADER_BYTES:].rstrip(b" "), header, held)


@dataclass(frozen=True, slots=True)
class Reference:
    """The field of a token: base, revision and ordinal, with its record's salt and key version."""

    base: bytes
    revision: int
    ordinal: int
    salt: bytes
    token_version: int

    def names(self, record: Record) -> bool:
        """Return whether this token was made for `record`, and not for a later one of the same number."""
        return (record.salt, record.token_version) == (self.salt, self.token_version)


class Tokens:
    """Collects references, record by record, and makes their tokens.

    It makes the tokens of a batch in one cipher call for each token key version: usually one, and two shortly after a
    rotation.
    """

    def __init__(self, keys: TokenKeys) -> None:
        self._keys = keys
        self._asked: dict[int, tuple[list[bytes], list[bytes]]] = {}

    def add(self, base: bytes, revision: int, record: Record, ordinals: bytes) -> None:
        """Ask for the tokens of the fields at `ordinals` (one byte each) of a record at (base, revision)."""
        if record.token_version not in self._asked:
            self._asked[record.token_version] = [], []
        references, fields = self._asked[record.token_version]
        references.append((base + _REVISIONS[revision] + _ANY_ORDINAL + record.salt) * len(ordinals))
        fields.append(ordinals)

    def make(self) -> dict[int, Iterator[str]]:
        """Return the tokens of each token key version, in the order in which they were added."""
        made = {}
        for version, (references, fields) in self._asked.items():
            blocks = bytearray(b"".join(references))
            blocks[BASE_BYTES + 1 :: BLOCK_BYTES] = b"".join(fields)  # all at once
            made[version] = iter(self._keys.make(blocks, version))
        return made


def read_token(keys: TokenKeys, token: str) -> Reference | None:
    """Return the field of a token; None if it cannot be this tenant's, like most forgeries."""
    found = keys.read(token)
    if found is None:
        return None
    version, plain = found
    if plain[BASE_BYTES] >= MAX_REVISIONS:
        return None
    return Reference(plain[:BASE_BYTES], plain[BASE_BYTES], plain[BASE_BYTES + 1], plain[BASE_BYTES + 2 :], version)
