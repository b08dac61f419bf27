"""Signs messages that leave for somebody who holds the same key: HMAC-SHA-256 over length-prefixed parts."""

import hmac
from pathlib import Path

from keys.errors import KeysetError
from keys.files import read_secret_file
from keys.framing import frame
from keys.secret import Secret

LEAST_BYTES = 32


class MessageKey(Secret):
    """A key that two sides share.

    Args:
        key: at least 32 bytes that nobody can guess.

    Raises:
        KeysetError: it is too short.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < LEAST_BYTES:
            raise KeysetError(f"a key for messages has at least {LEAST_BYTES} bytes")
        self._key = key

    @classmethod
    def read(cls, path: Path) -> "MessageKey":
        """The key in a file, without the line end behind it.

        Raises:
            KeysetError: others may read or write the file, or what it holds is too short. Names the file.
        """
        content = read_secret_file(path).rstrip(b"\r\n")
        if len(content) < LEAST_BYTES:
            raise KeysetError(f"{path}: holds fewer than {LEAST_BYTES} bytes; make one with: openssl rand -hex 32")
        return cls(content)

    def sign(self, *parts: bytes) -> str:
        """The signature of `parts`, each bound in its length: 64 hexadecimal digits."""
        return hmac.digest(self._key, frame(*parts), "sha256").hex()
