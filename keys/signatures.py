"""Verifies Ed25519 signatures (RFC 8032) with public keys: of the audit log, and of its archive's checkpoint notes."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from keys.errors import IntegrityError, KeysetError

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
_BEGIN = b"-----BEGIN"


class Verifier:
    """Verifies signatures with public keys, any of which may have signed.

    Args:
        pem: Ed25519 public keys in PEM, the newest first; raises KeysetError if it is another text.
    """

    def __init__(self, pem: bytes) -> None:
        try:
            keys = [load_pem_public_key(_BEGIN + part) for part in pem.split(_BEGIN)[1:]]
        except ValueError:
            keys = []
        if not keys:
            raise KeysetError("is not a public key in PEM")
        self._keys = [key for key in keys if isinstance(key, Ed25519PublicKey)]
        if len(self._keys) < len(keys):
            raise KeysetError("is not an Ed25519 public key")

    @classmethod
    def from_bytes(cls, *public_keys: bytes) -> "Verifier":
        """Return a verifier for 32-byte public keys; raises KeysetError if one has another length."""
        try:
            keys = [Ed25519PublicKey.from_public_bytes(key) for key in public_keys]
        except ValueError:
            raise KeysetError("is not an Ed25519 public key") from None
        return cls(b"".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in keys))

    @property
    def public_keys(self) -> list[bytes]:
        """The keys, 32 bytes each, the newest first."""
        return [key.public_bytes_raw() for key in self._keys]

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check that one of the keys signed `message`; raises IntegrityError if none did."""
        for key in self._keys:
            try:
                return key.verify(signature, message)
            except InvalidSignature:
                continue
        raise IntegrityError("a signature was not made with this key")
