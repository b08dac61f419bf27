"""Keyed names for the search indexes of one tenant.

They say under which key of the store an entry is, in which group, and how it is
sealed. No value is encrypted here: entries are sealed with the data key of their record.
"""

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from keys.aead import NONCE_BYTES
from keys.mac import Mac
from keys.secret import Secret

NAME_BYTES = 12
"""Length of a keyed name: 96 bits."""
TAG_BYTES = 16
"""Length of a tag: one block."""
GROUP_BYTES = 2
BASE_BYTES = 12
PERIOD_BYTES = 2
TEXT_BYTES: Final = TAG_BYTES - PERIOD_BYTES
_FROM_BASE, _FROM_TAG = 8, 7
"""Bytes of a waybill's base and of a tag that make a nonce, with one byte for the revision."""
_HIGHER_BITS = bytes(byte & 0xFC for byte in range(256))


class _Tags(Secret):
    """The tags of an index's search terms, one AES block each: a MAC takes five times as long."""

    __slots__ = ("_cipher", "_long")

    def __init__(self, key: bytes, index: bytes) -> None:
        self._cipher = _blocks(Mac(key, index))
        self._long = Mac(key, index, b"long")

    def of(self, period: bytes, texts: Sequence[bytes]) -> bytes:
        """Return the tags of texts, concatenated. A text that does not fit into a block is hashed first."""
        short = [text if len(text) <= TEXT_BYTES else self._long.digest(text)[:TEXT_BYTES] for text in texts]
        blocks = period.join([b"", *[text.ljust(TEXT_BYTES, b"\0") for text in short]])
        return self._cipher.encryptor().update(blocks)


class SearchKeys(Secret):
    """The keyed names that find and seal index entries; the key, 32 derived bytes, is used for nothing else."""

    __slots__ = ("_endings", "_entries", "_parts", "_phones")

    def __init__(self, key: bytes) -> None:
        self._parts = Mac(key, b"set")
        self._phones = _Tags(key, b"phone")
        self._endings = _Tags(key, b"last4")
        self._entries = _blocks(Mac(key, b"entry"))

    def period_tag(self, index: bytes, period: bytes) -> bytes:
        """Return the 12-byte name of the part of an index whose records expire in a period."""
        return self._parts.digest(index, period)[:NAME_BYTES]

    def phone_tags(self, period: bytes, phones: Sequence[str]) -> bytes:
        """Return the tags of phones in a period (2 bytes), concatenated: 16 bytes each.

        A batch takes one cipher call.
        """
        return self._phones.of(period, [phone.encode() for phone in phones])

    def ending_tags(self, period: bytes, endings: Sequence[str]) -> bytes:
        """Return the same for the last four digits of a phone, each followed by the site."""
        return self._endings.of(period, [ending.encode() for ending in endings])

    def nonces(self, tags: bytes, bases: bytes, revisions: bytes) -> bytes:
        """Return the nonces of entries, concatenated: 12 bytes each that repeat only if the same entry is sealed again.

        A batch takes one cipher call.

        Args:
            tags: of what finds the entries, concatenated.
            bases: where the waybills that they name are stored, concatenated.
            revisions: one byte each.
        """
        blocks = bytearray(TAG_BYTES * len(revisions))
        for at in range(_FROM_BASE):  # one byte of every block at a time, as in `keys.tokens`
            blocks[at::TAG_BYTES] = bases[at::BASE_BYTES]
        blocks[_FROM_BASE::TAG_BYTES] = revisions
        for at in range(TAG_BYTES - _FROM_TAG, TAG_BYTES):
            blocks[at::TAG_BYTES] = tags[at::TAG_BYTES]
        secret = self._entries.encryptor().update(blocks)
        nonces = bytearray(NONCE_BYTES * len(revisions))
        nonces[::NONCE_BYTES], nonces[1::NONCE_BYTES] = _group(tags)
        for at in range(NONCE_BYTES - GROUP_BYTES):
            nonces[GROUP_BYTES + at :: NONCE_BYTES] = secret[at::TAG_BYTES]
        return bytes(nonces)


def group_of(tag: bytes) -> bytes:
    """Return the first two bytes of the nonces of a tag's entries: 14 bits of the tag, and zeros.

    A reader asks the store for one group of entries, see `service.search.state`.
    """
    return b"".join(_group(tag))


def _blocks(key: Mac) -> Cipher[modes.ECB]:
    """Return a cipher for single blocks."""
    return Cipher(algorithms.AES(key.digest()), modes.ECB())  # noqa: S305 - single blocks, as of tokens; equal ones are to be equal


def _group(tags: bytes) -> tuple[bytes, bytes]:
    """Return the first bytes of the groups of concatenated tags, and their second bytes."""
    return tags[1::TAG_BYTES], tags[2::TAG_BYTES].translate(_HIGHER_BITS)
