"""Keyed hashes for the search indexes of one tenant.

They say under which key of the store an entry is, in which group, and how it is
sealed. Nothing is encrypted here: entries are sealed by the day's data key.
"""

from collections.abc import Sequence

from keys.aead import NONCE_BYTES
from keys.mac import Mac
from keys.secret import Secret

SEARCH_TAG_BYTES = 12
"""Length of a keyed hash: 96 bits."""


class SearchKeys(Secret):
    """The keyed hashes that find and seal index entries.

    Args:
        key: 32 derived bytes, used for nothing else.
    """

    __slots__ = ("_endings", "_entries", "_periods", "_phones")

    def __init__(self, key: bytes) -> None:
        self._periods = Mac(key, b"period")
        self._phones = Mac(key, b"phone")
        self._endings = Mac(key, b"last4")
        self._entries = Mac(key, b"entry")

    def period_tag(self, index: bytes, period: bytes) -> bytes:
        """Return the 12-byte name of the part of an index whose records expire in a period."""
        return self._periods.digest(index, period)[:SEARCH_TAG_BYTES]

    def phone_tags(self, phones: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte tag of each phone."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._phones.digest_each(phones)]

    def ending_tags(self, endings: Sequence[bytes]) -> list[bytes]:
        """Return the 12-byte tag of each site with the last four digits of a phone."""
        return [mac[:SEARCH_TAG_BYTES] for mac in self._endings.digest_each(endings)]

    def nonces(self, entries: Sequence[bytes]) -> list[bytes]:
        """Return the nonce of each entry: 12 bytes that repeat only if the same entry is sealed again.

        Args:
            entries: the tag, and everything that the entry says.
        """
        # The first byte is the tag's: a reader asks the store for one group of entries, see `vault.search_index`.
        return [
            entry[:1] + mac[: NONCE_BYTES - 1]
            for entry, mac in zip(entries, self._entries.digest_each(entries), strict=True)
        ]
