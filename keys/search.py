"""Keyed hashes for the search indexes of one tenant.

They say under which key of the store an index is, and how an entry of it is
sealed. Nothing is encrypted here: entries are sealed by the day's data key.
"""

from collections.abc import Sequence

from keys.aead import NONCE_BYTES
from keys.mac import Mac
from keys.secret import Secret

SEARCH_TAG_BYTES = 12
"""Length of the keyed hash that names an index: 96 bits."""


class SearchKeys(Secret):
    """The keyed hashes that find and seal index entries.

    Args:
        key: 32 derived bytes, used for nothing else.
    """

    __slots__ = ("_endings", "_entries", "_phones")

    def __init__(self, key: bytes) -> None:
        self._phones = Mac(key, b"phone")
        self._endings = Mac(key, b"last4")
        self._entries = Mac(key, b"entry")

    def phone_tags(self, phones: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte name of each phone's index."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._phones.digest_each(phones)]

    def ending_tags(self, endings: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte name of each index of a site and the last four digits of a phone."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._endings.digest_each(endings)]

    def nonces(self, entries: Sequence[bytes]) -> list[bytes]:
        """Return the nonce of each entry: 12 bytes that repeat only if the same entry is sealed again.

        Args:
            entries: everything that an entry says, and its index.
        """
        return [mac[:NONCE_BYTES] for mac in self._entries.digest_each(entries)]
