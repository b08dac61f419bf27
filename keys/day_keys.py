"""Day keys: key pairs to which a machine that cannot open records wraps the keys that it seals with.

The private part is derived from a tenant's data key of the day, so a process that can unwrap that data key can open
what was wrapped to it, and shredding it ends both. Wrapping is HPKE (RFC 9180), base mode, with the hybrid
post-quantum KEM MLKEM768-X25519, HKDF-SHA-256 and AES-256-GCM. It proves nothing about the sender: see
`keys.hour_keys`.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.aead import SealingKey
from keys.errors import IntegrityError
from keys.framing import frame
from keys.secret import Secret

PUBLIC_KEY_BYTES: Final = 1216
"""An ML-KEM-768 encapsulation key (1,184 bytes, FIPS 203) and an X25519 public key (32 bytes)."""
OVERHEAD_BYTES: Final = 1120 + 16
"""Bytes that a wrapped value has beside its content: the KEM's ciphertexts, and the tag."""
_MLKEM_SEED_BYTES: Final = 64
_MLKEM_PUBLIC_BYTES: Final = 1184
_SEED_BYTES: Final = _MLKEM_SEED_BYTES + 32
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class DayPublicKey:
    """The public part of a day key: wraps.

    Args:
        public: `PUBLIC_KEY_BYTES` bytes.

    Raises:
        IntegrityError: it is no public key.
    """

    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        if len(public) != PUBLIC_KEY_BYTES:
            raise IntegrityError(f"a day key does not have {PUBLIC_KEY_BYTES} bytes")
        try:
            self._key = MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES]),
                X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:]),
            )
        except ValueError:
            raise IntegrityError("a day key is not a public key") from None

    def wrap(self, content: bytes, context: bytes) -> bytes:
        """Wrap `content` for `context`. The result differs each time."""
        return _SUITE.encrypt(content, self._key, info=context)


class DayKey(Secret):
    """A day key: unwraps.

    Args:
        seed: 96 derived bytes: the seed of the ML-KEM key (d and z), and the X25519 private key.

    Attributes:
        public: the public part, `PUBLIC_KEY_BYTES` bytes.
    """

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:_MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(seed[_MLKEM_SEED_BYTES:])
        self._key = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Return what was wrapped for `context`.

        Raises:
            IntegrityError: it was changed, or wrapped for another context or key.
        """
        try:
            return _SUITE.decrypt(wrapped, self._key, info=context)
        except (InvalidTag, ValueError):
            raise IntegrityError("a wrapped key did not open with its day key") from None


class DataKey(SealingKey):
    """A data key, which seals records, and from which the day key is derived.

    Args:
        key: 32 random bytes.
        key_id: its 8-byte id.
    """

    __slots__ = ("_day_key", "_seed")

    def __init__(self, key: bytes, key_id: bytes, *, tenant: bytes, algorithm: int) -> None:
        super().__init__(key, key_id, label=b"record", tenant=tenant, algorithm=algorithm)
        info = frame(b"waybill-masking/1", b"day key", tenant, key_id)
        self._seed = HKDF(SHA256(), _SEED_BYTES, salt=None, info=info).derive(key)
        self._day_key: DayKey | None = None

    @property
    def day_key(self) -> DayKey:
        if self._day_key is None:
            self._day_key = DayKey(self._seed)
        return self._day_key
