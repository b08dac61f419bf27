"""Verifies Ed25519 signatures (RFC 8032): over the audit log, and over the checkpoint notes of its archive.

The public key is enough. `signers` makes the signatures.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from keys.errors import IntegrityError, KeysetError

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class Verifier:
    """Verifies signatures with a public key.

    Args:
        pem: an Ed25519 public key in PEM.

    Raises:
        KeysetError: it is not an Ed25519 public key in PEM.
    """

    def __init__(self, pem: bytes) -> None:
        try:
            key = load_pem_public_key(pem)
        except ValueError:
            raise KeysetError("is not a public key in PEM") from None
        if not isinstance(key, Ed25519PublicKey):
            raise KeysetError("is not an Ed25519 public key")
        self._key = key

    @classmethod
    def from_bytes(cls, public_key: bytes) -> "Verifier":
        """Return a verifier for a 32-byte public key.

        Raises:
            KeysetError: it has another length.
        """
        try:
            key = Ed25519PublicKey.from_public_bytes(public_key)
        except ValueError:
            raise KeysetError("is not an Ed25519 public key") from None
        return cls(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check that the key signed `message`.

        Raises:
            IntegrityError: the signature is wrong.
        """
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise IntegrityError("a signature was not made with this key") from None
