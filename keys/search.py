"""Keyed names for the search indexes of one tenant.

They say under which key of the store an entry is, in which group, and how it is
sealed. No value is encrypted here: entries are sealed by the day's data key.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from keys.aead import NONCE_BYTES
from keys.mac import Mac
from keys.secret import Secret

SEARCH_TAG_BYTES = 12
"""Length of a keyed hash: 96 bits."""
GROUP_BYTES = 2
REFERENCE_BYTES = 9
BLOCK_BYTES = 16
_HIGHER_BITS = bytes(byte & 0xFC for byte in range(256))


class SearchKeys(Secret):
    """The keyed names that find and seal index entries.

    Args:
        key: 32 derived bytes, used for nothing else.
    """

    __slots__ = ("_endings", "_entries", "_parts", "_phones")

    def __init__(self, key: bytes) -> None:
        self._parts = Mac(key, b"part")
        self._phones = Mac(key, b"phone")
        self._endings = Mac(key, b"last4")
        self._entries = Cipher(algorithms.AES(Mac(key, b"entry").digest()), modes.ECB())  # noqa: S305 - single blocks, as of tokens; no two are equal

    def period_tag(self, index: bytes, period: bytes) -> bytes:
        """Return the 12-byte name of the part of an index whose records expire in a period."""
        return self._parts.digest(index, period)[:SEARCH_TAG_BYTES]

    def phone_tags(self, phones: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte tag of each phone."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._phones.digest_each(phones)]

    def ending_tags(self, endings: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte tag of each site with the last four digits of a phone."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._endings.digest_each(endings)]

    def nonces(self, tags: Sequence[bytes], references: Sequence[bytes]) -> bytes:
        """Return the nonces of entries, concatenated: 12 bytes each that repeat only if the same entry is sealed again.

        A batch takes one cipher call.

        Args:
            tags: of what finds the entries.
            references: 9 bytes each, which name a revision of a waybill.
        """
        blocks = [
            reference + tag[REFERENCE_BYTES - BLOCK_BYTES :] for tag, reference in zip(tags, references, strict=True)
        ]
        secret = self._entries.encryptor().update(b"".join(blocks))
        nonces = bytearray(NONCE_BYTES * len(blocks))
        nonces[::NONCE_BYTES], nonces[1::NONCE_BYTES] = _group(b"".join(tags))
        for at in range(NONCE_BYTES - GROUP_BYTES):  # one byte of every nonce at a time, as in `keys.tokens`
            nonces[GROUP_BYTES + at :: NONCE_BYTES] = secret[at::BLOCK_BYTES]
        return bytes(nonces)


def group_of(tag: bytes) -> bytes:
    """Return the first two bytes of the nonces of a tag's entries: 14 bits of the tag, and zeros.

    A reader asks the store for one group of entries, see `vault.search_index`.
    """
    return b"".join(_group(tag))


def _group(tags: bytes) -> tuple[bytes, bytes]:
    """Return the first bytes of the groups of concatenated tags, and their second bytes."""
    return tags[1::SEARCH_TAG_BYTES], tags[2::SEARCH_TAG_BYTES].translate(_HIGHER_BITS)
