"""HMAC-SHA-256 (RFC 2104) over length-prefixed parts, by a key that is taken in once."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from keys.framing import frame
from keys.secret import Secret


class Mac(Secret):
    """One key for one use.

    Args:
        key: 32 derived bytes.
        first: parts that stand at the beginning of whatever is hashed.
    """

    __slots__ = ("_begun", "_has_first")

    def __init__(self, key: bytes, *first: bytes) -> None:
        self._begun = HMAC(key, SHA256())
        self._begun.update(frame(*first))
        self._has_first = bool(first)

    def digest(self, *parts: bytes) -> bytes:
        """The keyed hash (32 bytes) of `first` and these.

        A copy of what was begun takes half of what the standard library's `hmac.digest` does, which takes the key in
        each time.
        """
        mac = self._begun.copy()
        mac.update(frame(*parts))
        return mac.finalize()

    def unframed(self, message: bytes) -> bytes:
        """The keyed hash (32 bytes) of a message alone, by a key that hashes nothing else.

        Raises:
            ValueError: the key hashes parts behind others.
        """
        if self._has_first:
            raise ValueError("a message alone has nothing in front")
        mac = self._begun.copy()
        mac.update(message)
        return mac.finalize()

    def each(self, parts: Sequence[bytes]) -> list[bytes]:
        """The keyed hash of `first` and one part, for each part."""
        begun = self._begun
        found = []
        for part in parts:
            mac = begun.copy()
            mac.update(len(part).to_bytes(4, "big") + part)  # `frame`, written out: it is half of the time
            found.append(mac.finalize())
        return found
