"""Keyed pseudonyms of values: the same value gives the same one under one key, and unrelated ones under two.

A pseudonym has 128 bits, as 32 letters from a to p. It has no digit, so nothing takes it for a number.
"""

from collections.abc import Sequence
from typing import Final

from keys.mac import Mac
from keys.secret import Secret

_BYTES: Final = 16
_LETTERS: Final = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class PseudonymKey(Secret):
    """The key of one permit: 32 random bytes."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, kind: str, values: Sequence[str]) -> list[str]:
        """Return the pseudonyms of values of one kind. A name and a phone of the same letters have two."""
        macs = Mac(self._key, b"waybill-masking/pseudonym/1", kind.encode()).digest_each(
            [value.encode("utf-8", "surrogatepass") for value in values]
        )
        return [mac[:_BYTES].hex().translate(_LETTERS) for mac in macs]
