"""References from tokens to fields of records, packed into one block of 16 bytes.

The block is base (12), revision (1), the field's ordinal among those stored (1), the record's salt (2).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from keys.tokens import BLOCK_BYTES, TokenKeys
from masking_service.service.waybills.records import Record
from masking_service.store.layout import MAX_REVISIONS

BASE_BYTES = 12
_REVISIONS = [bytes((number,)) for number in range(MAX_REVISIONS)]
_ANY_ORDINAL = b"\0"


@dataclass(frozen=True, slots=True)
class Reference:
    """The field that a token refers to: base, revision and ordinal, and the salt and key version of its record."""

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
    """Return what a token refers to; None if it cannot be a token of this tenant, as most forgeries cannot."""
    found = keys.read(token)
    if found is None:
        return None
    version, plain = found
    if plain[BASE_BYTES] >= MAX_REVISIONS:
        return None
    return Reference(plain[:BASE_BYTES], plain[BASE_BYTES], plain[BASE_BYTES + 1], plain[BASE_BYTES + 2 :], version)
