"""What a token refers to: a field of a record, packed into the 16 bytes of one block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keys.tokens import TokenKeys
from masking_service.vault.layout import MOST_REVISIONS
from masking_service.vault.records import Record

BASE_BYTES = 12


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


def block(base: bytes, revision: int, ordinal: int, salt: bytes) -> bytes:
    """The 16 bytes behind a token: base 12, revision 1, ordinal 1, salt 2."""
    return base + bytes((revision, ordinal)) + salt


def make_tokens(keys: TokenKeys, blocks: Sequence[tuple[int, bytes]]) -> Iterator[str]:
    """Tokens, in order, for (token key version, block) pairs: one cipher call for each version among them."""
    by_version: dict[int, list[bytes]] = {}
    for version, one in blocks:
        by_version.setdefault(version, []).append(one)
    made = {version: iter(keys.make(some, version)) for version, some in by_version.items()}
    return (next(made[version]) for version, _ in blocks)


def read_token(keys: TokenKeys, token: str) -> Reference | None:
    """What a token refers to, or None for what cannot be one of this tenant's: most forgeries end here."""
    found = keys.read(token)
    if found is None:
        return None
    version, plain = found
    if plain[BASE_BYTES] >= MOST_REVISIONS:
        return None
    return Reference(plain[:BASE_BYTES], plain[BASE_BYTES], plain[BASE_BYTES + 1], plain[BASE_BYTES + 2 :], version)
