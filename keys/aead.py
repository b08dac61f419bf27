"""Sealing: authenticated encryption behind a format byte, an algorithm byte and a key id.

A sealed value says what it needs to be opened, and opens only at the place it
was sealed for: the place, the tenant, the label, the format, the algorithm and
the key id are its context. There is no trial of keys and no fallback of
algorithms. `docs/record-format.md` lets someone else write a reader.
"""

from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from keys.errors import IntegrityFault
from keys.framing import frame
from keys.secret import Secret

FORMAT = 1
AES_256_GCM_SIV = 1
"""RFC 8452. A nonce that repeats by accident tells at most that two plaintexts are equal."""

KEY_BYTES = 32
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 2 + KEY_ID_BYTES
OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class _Cipher(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


def _cipher(algorithm: int, key: bytes) -> _Cipher:
    if algorithm == AES_256_GCM_SIV and len(key) == KEY_BYTES:
        return AESGCMSIV(key)
    raise IntegrityFault("a sealed value names an algorithm that this release does not know")


class SealingKey(Secret):
    """One key for one label of one tenant.

    Args:
        key: 32 random or derived bytes.
        key_id: 8 bytes, unique to the key; stands in every value that it seals.
        label: what kind of thing it seals, such as ``b"record"``.
        tenant: whose; bound into the context.
    """

    __slots__ = ("_cipher", "_context", "header", "key_id")

    def __init__(
        self,
        key: bytes,
        key_id: bytes,
        *,
        label: bytes,
        tenant: bytes,
        algorithm: int = AES_256_GCM_SIV,
    ) -> None:
        if len(key_id) != KEY_ID_BYTES:
            raise ValueError(f"a key id has {KEY_ID_BYTES} bytes")
        self.key_id = key_id
        self.header = bytes((FORMAT, algorithm)) + key_id
        self._cipher = _cipher(algorithm, key)
        self._context = frame(label, tenant, self.header[:1], self.header[1:2], key_id)

    def seal(self, plaintext: bytes, place: bytes, nonce: bytes) -> bytes:
        """Seal `plaintext` for `place`; `nonce` is 12 fresh random bytes.

        Returns header (10 B), nonce (12 B), then the ciphertext with its tag (16 B).
        """
        context = self._context + len(place).to_bytes(4, "big") + place
        return self.header + nonce + self._cipher.encrypt(nonce, plaintext, context)

    def seal_many(self, plaintexts: Sequence[bytes], places: Sequence[bytes], nonces: bytes) -> list[bytes]:
        """Seal a batch: `nonces` is 12 fresh random bytes for each plaintext, in one string."""
        encrypt, header, context = self._cipher.encrypt, self.header, self._context
        sealed = []
        at = 0
        for plaintext, place in zip(plaintexts, places, strict=True):
            nonce = nonces[at : at + NONCE_BYTES]
            at += NONCE_BYTES
            full = context + len(place).to_bytes(4, "big") + place
            sealed.append(header + nonce + encrypt(nonce, plaintext, full))
        return sealed

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Open what was sealed for `place` by this key.

        Raises:
            IntegrityFault: it was changed, moved, cut, or sealed by another key.
        """
        if sealed[:HEADER_BYTES] != self.header or len(sealed) < OVERHEAD_BYTES:
            raise IntegrityFault("a sealed value does not name the key that it was looked up for")
        nonce = sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
        context = self._context + len(place).to_bytes(4, "big") + place
        try:
            return self._cipher.decrypt(nonce, sealed[HEADER_BYTES + NONCE_BYTES :], context)
        except InvalidTag:
            raise IntegrityFault("a sealed value did not open at its place") from None


def key_id_of(sealed: bytes) -> bytes:
    """The 8-byte id of the key that sealed a value.

    Raises:
        IntegrityFault: the value is too short, or of a format that this release does not know.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[0] != FORMAT:
        raise IntegrityFault("a sealed value is cut or of a format that this release does not know")
    return sealed[2:HEADER_BYTES]
