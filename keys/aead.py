"""Seals values: authenticated encryption with a header.

A sealed value names its key and algorithm, and opens only at the place it was
sealed for: place, tenant, label, format, algorithm and key id are all part of
its context. Keys are never tried in turn and algorithms never fall back.
`docs/record-format.md` specifies the format.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from keys.errors import IntegrityError
from keys.framing import frame
from keys.secret import Secret
from keys.suites import AES_256_GCM_SIV, SUITES, TAG_BYTES, Aead
from keys.suites import NONCE_BYTES as NONCE_BYTES

FORMAT = 1
HOUR_FORMAT = 2
"""Names an hour key, see `keys.hour_keys`; `FORMAT` names any other key."""

KEY_BYTES = 32
KEY_ID_BYTES = 8
HEADER_BYTES = 2 + KEY_ID_BYTES
OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class SealingKey(Secret):
    """Seals and opens values of one label and tenant.

    It seals with one suite and opens what any suite sealed with this key.

    Args:
        key: 32 random or derived bytes.
        key_id: 8 bytes, unique to the key; part of every sealed value.
        label: what kind of data it seals, such as ``b"record"``.
        tenant: the owner, bound into the context.
        algorithm: the suite it seals with, a key of `keys.suites.SUITES`.
        format_byte: `FORMAT`, or `HOUR_FORMAT` for an hour key.

    Attributes:
        limit: how many values it may seal. The owner of the key counts them, over all processes.

    Raises:
        IntegrityError: the key is not 32 bytes, or this release does not know the algorithm.
    """

    __slots__ = ("_openers", "header", "key_id", "limit")

    def __init__(
        self,
        key: bytes,
        key_id: bytes,
        *,
        label: bytes,
        tenant: bytes,
        algorithm: int = AES_256_GCM_SIV,
        format_byte: int = FORMAT,
    ) -> None:
        if len(key_id) != KEY_ID_BYTES:
            raise ValueError(f"a key id must have {KEY_ID_BYTES} bytes")
        if len(key) != KEY_BYTES:
            raise IntegrityError(f"a sealing key does not have {KEY_BYTES} bytes")
        if algorithm not in SUITES:
            raise IntegrityError("a sealing key uses an algorithm that this release does not know")
        self._openers: dict[bytes, tuple[Aead, bytes]] = {}
        for number, suite in SUITES.items():
            header = bytes((format_byte, number)) + key_id
            context = frame(label, tenant, header[:1], header[1:2], key_id)
            self._openers[header] = (suite.cipher(key, context), context)
        self.key_id = key_id
        self.header = bytes((format_byte, algorithm)) + key_id
        self.limit = SUITES[algorithm].messages

    def seal(self, plaintext: bytes, place: bytes, nonce: bytes) -> bytes:
        """Seal `plaintext` for `place`.

        Args:
            nonce: 12 fresh random bytes.

        Returns:
            The header (10 B), the nonce (12 B), then the ciphertext with its tag (16 B).
        """
        [sealed] = self.seal_many([plaintext], [place], nonce)
        return sealed

    def seal_many(
        self, plaintexts: Sequence[bytes], places: Sequence[bytes], nonces: bytes, header: bytes = b""
    ) -> list[bytes]:
        """Seal a batch.

        Args:
            nonces: 12 fresh random bytes for each plaintext, concatenated.
            header: of a value that this key sealed, to seal with the same suite.

        Raises:
            ValueError: the three arguments differ in length.
            IntegrityError: the header is not of this key, or its suite is unknown.
        """
        if len(nonces) != NONCE_BYTES * len(plaintexts):
            raise ValueError(f"every plaintext needs {NONCE_BYTES} nonce bytes")
        header = header or self.header
        cipher, context = self._opener(header)
        encrypt = cipher.encrypt
        contexts = {length: context + length.to_bytes(4, "big") for length in {*map(len, places)}}
        each = [nonces[at : at + NONCE_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]
        return [
            header + nonce + encrypt(nonce, plaintext, contexts[len(place)] + place)
            for plaintext, place, nonce in zip(plaintexts, places, each, strict=True)
        ]

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Open a value that this key sealed for `place`.

        Raises:
            IntegrityError: the value was changed, moved, truncated, or sealed by another key or an unknown suite.
        """
        cipher, context = self._opener(sealed[:HEADER_BYTES])
        if len(sealed) < OVERHEAD_BYTES:
            raise IntegrityError("a sealed value is truncated")
        full = context + len(place).to_bytes(4, "big") + place
        try:
            return cipher.decrypt(
                sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :], full
            )
        except InvalidTag:
            raise IntegrityError("a sealed value did not open at its place") from None

    def _opener(self, header: bytes) -> tuple[Aead, bytes]:
        """Return cipher and context of a header's suite."""
        opener = self._openers.get(header)
        if opener is None:
            raise IntegrityError("a sealed value names another key than expected")
        return opener


class SealingKeys(Secret):
    """The keys of one label and tenant: the active one seals, and each opens what it sealed.

    Args:
        keys: the active key first.
    """

    __slots__ = ("_by_id", "active")

    def __init__(self, keys: Sequence[SealingKey]) -> None:
        self.active = keys[0]
        self._by_id = {key.key_id: key for key in keys}

    def seal(self, plaintext: bytes, place: bytes, nonce: bytes) -> bytes:
        """Seal with the active key, see `SealingKey.seal`."""
        return self.active.seal(plaintext, place, nonce)

    def seal_many(self, plaintexts: Sequence[bytes], places: Sequence[bytes], nonces: bytes) -> list[bytes]:
        """Seal a batch with the active key, see `SealingKey.seal_many`."""
        return self.active.seal_many(plaintexts, places, nonces)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Open a value with the key that it names.

        Raises:
            IntegrityError: it names none of these keys; or as `SealingKey.open`.
        """
        key = self._by_id.get(key_id_of(sealed))
        if key is None:
            raise IntegrityError("a sealed value names another key than expected")
        return key.open(sealed, place)

    @property
    def retired_ids(self) -> frozenset[bytes]:
        """The ids of the keys that only open."""
        return frozenset(self._by_id) - {self.active.key_id}


def header_of(sealed: bytes) -> bytes:
    """Return the header of a sealed value, which names its key.

    Raises:
        IntegrityError: the value is too short, or this release does not know its format.
    """
    key_id_of(sealed)
    return sealed[:HEADER_BYTES]


def key_id_of(sealed: bytes) -> bytes:
    """Return the 8-byte id of a value's sealing key.

    Raises:
        IntegrityError: the value is too short, or this release does not know its format.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[0] not in (FORMAT, HOUR_FORMAT):
        raise IntegrityError("a sealed value is truncated or has an unknown format")
    return sealed[2:HEADER_BYTES]
