"""Signs messages with a shared key: HMAC-SHA-256 over length-prefixed parts."""

import hmac
from pathlib import Path

from keys.errors import KeysetError
from keys.files import read_secret_file
from keys.framing import frame
from keys.secret import Secret

MIN_BYTES = 32


class MessageKey(Secret):
    """A key shared with the receiver of signed messages.

    Args:
        key: at least 32 unguessable bytes.

    Raises:
        KeysetError: it is too short.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_BYTES:
            raise KeysetError(f"a message key must have at least {MIN_BYTES} bytes")
        self._key = key

    @classmethod
    def read(cls, path: Path) -> "MessageKey":
        """Read a key from a file, without a trailing line end.

        Raises:
            KeysetError: others may read or write the file, or the key is too short. Names the file.
        """
        content = read_secret_file(path).rstrip(b"\r\n")
        if len(content) < MIN_BYTES:
            raise KeysetError(f"{path}: holds fewer than {MIN_BYTES} bytes; make one with: openssl rand -hex 32")
        return cls(content)

    def sign(self, *parts: bytes) -> str:
        """Return the signature of the framed `parts`: 64 hexadecimal digits."""
        return hmac.digest(self._key, frame(*parts), "sha256").hex()
