"""Reads the session key, and again when its file is replaced, so sessions end without a restart."""

import hmac
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from keys.aead import KEY_BYTES
from keys.errors import KeysetError
from keys.files import read_secret_file

CHECK_SECONDS: Final = 1.0
MAX_AGE_SECONDS: Final = 365 * 86_400
"""The age to which the service's default policy lets keys grow."""


class SessionKey:
    """The key in a file: 64 hexadecimal digits.

    Raises:
        KeysetError: it cannot be used; names the file.
    """

    __slots__ = ("_checked_at", "_created", "_key", "_path")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._key, self._created = _read(path)
        self._checked_at = time.monotonic()

    def __repr__(self) -> str:
        return "<SessionKey>"

    def __call__(self) -> bytes:
        """Return the key, 32 bytes. A file that cannot be used changes nothing."""
        now = time.monotonic()
        if now - self._checked_at > CHECK_SECONDS:
            self._checked_at = now
            with suppress(KeysetError):  # `doctor` names a file that stays unusable
                self._key, self._created = _read(self._path)
        return self._key

    def created(self) -> float:
        """Return the date of the file that holds the key, in Unix seconds."""
        self()
        return self._created

    def cookie_key(self) -> bytes:
        """Return the key that signs the cookies of a sign-in on its way."""
        return hmac.digest(self(), b"masking-console sign-in cookie", "sha256")


def _read(path: Path) -> tuple[bytes, float]:
    try:
        created = path.stat().st_mtime if path.exists() else 0.0
        key = bytes.fromhex(read_secret_file(path).decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysetError(f"{path}: does not hold {2 * KEY_BYTES} hexadecimal digits: openssl rand -hex {KEY_BYTES}")
    return key, created
