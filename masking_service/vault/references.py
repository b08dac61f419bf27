"""What a token refers to: a field of a record, packed into the 16 bytes of one block.

The block is base (12), revision (1), the field's ordinal among those stored (1), the record's salt (2).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keys.tokens import TokenKeys
from masking_service.vault.layout import MOST_REVISIONS
from masking_service.vault.records import Record

BASE_BYTES = 12
_BYTES = [bytes((number,)) for number in range(256)]


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a token points: the waybill's base, the revision, the field's ordinal among those stored there,
    and what the record must say of itself for the token to be one of its own."""

    base: bytes
    revision: int
    ordinal: int
    salt: bytes
    token_version: int

    def names(self, record: Record) -> bool:
        """Whether `record` is the one that this token was made for, not a later one of the same number."""
        return (record.salt, record.token_version) == (self.salt, self.token_version)


class Tokens:
    """Collects references, record by record, and makes their tokens: one cipher call for a whole batch.

    (One for each token key version among its records, and there are two only while a rotation is young.)
    """

    def __init__(self, keys: TokenKeys) -> None:
        self._keys = keys
        self._blocks: dict[int, list[bytes]] = {}

    def add(self, base: bytes, revision: int, record: Record, ordinals: Iterable[int]) -> None:
        """Ask for the tokens of the fields at `ordinals` of a record at (base, revision)."""
        head, tail = base + _BYTES[revision], record.salt
        between = [_BYTES[ordinal] for ordinal in ordinals]
        blocks = self._blocks.setdefault(record.token_version, [])  # also for a record of which nothing gets a token
        if between:
            blocks.append(head + (tail + head).join(between) + tail)

    def make(self) -> dict[int, Iterator[str]]:
        """By token key version, its tokens in the order in which they were asked for."""
        return {version: iter(self._keys.make(b"".join(blocks), version)) for version, blocks in self._blocks.items()}


def read_token(keys: TokenKeys, token: str) -> Reference | None:
    """What a token refers to, or None for what cannot be one of this tenant's: most forgeries end here."""
    found = keys.read(token)
    if found is None:
        return None
    version, plain = found
    if plain[BASE_BYTES] >= MOST_REVISIONS:
        return None
    return Reference(plain[:BASE_BYTES], plain[BASE_BYTES], plain[BASE_BYTES + 1], plain[BASE_BYTES + 2 :], version)
