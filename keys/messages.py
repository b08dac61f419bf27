"""Signs messages with shared keys: our own way over length-prefixed parts, and as a provider's protocol wants it."""

import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from keys.errors import KeysetError
from keys.files import read_secret_file
from keys.framing import frame
from keys.secret import Secret

MIN_BYTES = 32
TIMESTAMP = "Masking-Timestamp"
SIGNATURE = "Masking-Signature"
"""Headers of a signed message."""


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

    def signature(self, stamp: str, body: bytes) -> str:
        """Return the signature header of a message: ``v1=`` and the signature over stamp and body.

        Args:
            stamp: the timestamp of a request, or the nonce that an answer repeats; ASCII.
        """
        return "v1=" + self.sign(stamp.encode("ascii"), body)

    def headers(self, now: int, body: bytes) -> dict[str, str]:
        """Return the headers of a signed message; `now` is in Unix seconds."""
        timestamp = str(now)
        return {TIMESTAMP: timestamp, SIGNATURE: self.signature(timestamp, body)}

    def has_signed(self, headers: Mapping[str, str], stamp: str, body: bytes) -> bool:
        """Return whether the headers, by their names in lower case, have the signature over stamp and body."""
        given = headers.get(SIGNATURE.lower(), "")
        return hmac.compare_digest(given.encode(), self.signature(stamp, body).encode())


class ProviderSecret(Secret):
    """A secret, as a provider has given it, that its protocol signs with."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def read(cls, path: Path) -> "ProviderSecret":
        """Read a secret from a file, without a trailing line end.

        Raises:
            KeysetError: others may read or write the file, or it is empty. Names the file.
        """
        content = read_secret_file(path).rstrip(b"\r\n")
        if not content:
            raise KeysetError(f"{path}: is empty")
        return cls(content)

    def hmac(self, algorithm: Literal["sha1", "sha256"], message: bytes, *, suffix: bytes = b"") -> bytes:
        """Return the HMAC of a message. The key is the secret and `suffix`."""
        return hmac.digest(self._secret + suffix, message, algorithm)
