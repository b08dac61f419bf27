"""What the desk keeps in Redis: sealed values, each at a key that says nothing about a person."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis
from redis.exceptions import RedisError

from keys.aead import KEY_ID_BYTES, NONCE_BYTES, SealingKey
from keys.errors import IntegrityError
from masking_console.authorities import certificate_fault

TIMEOUT_SECONDS: Final = 0.5


class SessionsUnavailableError(Exception):
    """The store of the desk does not answer. If its certificate is the reason, the text says what is wrong with it."""


class SealedStore:
    """Seals values for their keys, and hashes what a key is found by.

    Args:
        key: returns the 32 bytes that seal the values. Values of another key are as good as gone.
        authority: the file of the authorities that sign for a server of `rediss://`; None for the system's.
        label: of the values, so that none is taken for another's.
    """

    def __init__(self, url: str, key: Callable[[], bytes], authority: Path | None, label: bytes) -> None:
        self.redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            max_connections=64,
            **({"ssl_ca_certs": str(authority)} if authority else {}),
        )
        self._key = key
        self._label = label
        self._made: tuple[bytes, SealingKey] | None = None

    def seal(self, key: bytes, value: bytes) -> bytes:
        return self._sealing.seal(value, key, secrets.token_bytes(NONCE_BYTES))

    def open(self, key: bytes, sealed: object) -> bytes | None:
        """Open the value of a key; None where there is none, or it was sealed by another key, or changed."""
        if not isinstance(sealed, bytes):
            return None
        try:
            return self._sealing.open(sealed, key)
        except IntegrityError:
            return None

    def pointer(self, kind: str, name: str) -> bytes:
        """The key of what is found by a name, which it does not show."""
        pointer_key = hmac.digest(self._key(), b"masking-console pointer", "sha256")
        digest = hmac.digest(pointer_key, f"{kind} {name}".encode(), "sha256").hex()
        return f"console:{kind}:{digest}".encode()

    @property
    def _sealing(self) -> SealingKey:
        """The sealing key of the present key, made once."""
        key, made = self._key(), self._made
        if made is None or not hmac.compare_digest(made[0], key):
            key_id = hashlib.sha256(b"masking-console key id" + key).digest()[:KEY_ID_BYTES]
            made = self._made = key, SealingKey(key, key_id, label=self._label, tenant=b"")
        return made[1]

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Raise SessionsUnavailableError where Redis does not answer."""
        try:
            yield
        except RedisError as error:
            raise SessionsUnavailableError(certificate_fault(error)) from None
