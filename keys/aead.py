"""Sealing: authenticated encryption behind a format byte, an algorithm byte and a key id.

A sealed value says what it needs to be opened, and opens only at the place it
was sealed for: the place, the tenant, the label, the format, the algorithm and
the key id are its context. There is no trial of keys and no fallback of
algorithms. `docs/record-format.md` lets someone else write a reader.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from keys.errors import IntegrityError
from keys.framing import frame
from keys.secret import Secret
from keys.suites import AES_256_GCM_SIV, SUITES, TAG_BYTES
from keys.suites import NONCE_BYTES as NONCE_BYTES

FORMAT = 1

KEY_BYTES = 32
KEY_ID_BYTES = 8
HEADER_BYTES = 2 + KEY_ID_BYTES
OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class SealingKey(Secret):
    """One key for one label of one tenant: seals with one suite, opens what any suite sealed with it.

    Args:
        key: 32 random or derived bytes.
        key_id: 8 bytes, unique to the key; stands in every value that it seals.
        label: what kind of thing it seals, such as ``b"record"``.
        tenant: whose; bound into the context.
        algorithm: the suite that it seals with, a key of `keys.suites.SUITES`.

    Attributes:
        limit: how many values it may seal. Whoever keeps the key counts, over all processes.

    Raises:
        IntegrityError: the key has not 32 bytes, or the algorithm is none of this release's.
    """

    __slots__ = ("_cipher", "_context", "_openers", "header", "key_id", "limit")

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
        if len(key) != KEY_BYTES:
            raise IntegrityError(f"a sealing key has not {KEY_BYTES} bytes")
        if algorithm not in SUITES:
            raise IntegrityError("a key is to seal with an algorithm that this release does not know")
        self._openers = {}
        for number, suite in SUITES.items():
            header = bytes((FORMAT, number)) + key_id
            context = frame(label, tenant, header[:1], header[1:2], key_id)
            self._openers[header] = (suite.cipher(key, context), context)
        self.key_id = key_id
        self.header = bytes((FORMAT, algorithm)) + key_id
        self.limit = SUITES[algorithm].messages
        self._cipher, self._context = self._openers[self.header]

    def seal(self, plaintext: bytes, place: bytes, nonce: bytes) -> bytes:
        """Seal `plaintext` for `place`; `nonce` is 12 fresh random bytes.

        Returns header (10 B), nonce (12 B), then the ciphertext with its tag (16 B).
        """
        return self.seal_many([plaintext], [place], nonce)[0]

    def seal_many(self, plaintexts: Sequence[bytes], places: Sequence[bytes], nonces: bytes) -> list[bytes]:
        """Seal a batch: `nonces` is 12 fresh random bytes for each plaintext, in one string.

        Raises:
            ValueError: the three do not belong together.
        """
        if len(nonces) != NONCE_BYTES * len(plaintexts):
            raise ValueError(f"every plaintext takes {NONCE_BYTES} bytes of nonces")
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
        """Open what was sealed for `place` by this key, by the suite that the value names.

        Raises:
            IntegrityError: it was changed, moved, cut, sealed by another key, or by a suite of another release.
        """
        opener = self._openers.get(sealed[:HEADER_BYTES])
        if opener is None or len(sealed) < OVERHEAD_BYTES:
            raise IntegrityError("a sealed value does not name the key that it was looked up for")
        cipher, context = opener
        full = context + len(place).to_bytes(4, "big") + place
        try:
            return cipher.decrypt(
                sealed[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES], sealed[HEADER_BYTES + NONCE_BYTES :], full
            )
        except InvalidTag:
            raise IntegrityError("a sealed value did not open at its place") from None


def key_id_of(sealed: bytes) -> bytes:
    """The 8-byte id of the key that sealed a value.

    Raises:
        IntegrityError: the value is too short, or of a format that this release does not know.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[0] != FORMAT:
        raise IntegrityError("a sealed value is cut or of a format that this release does not know")
    return sealed[2:HEADER_BYTES]
