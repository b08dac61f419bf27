"""Ed25519 signatures (RFC 8032) over the audit log.

The public key is enough to verify; only a process with the keyset can sign.
Every signed message names its purpose.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from keys.errors import IntegrityError, KeysetError
from keys.secret import Secret

SIGNATURE_BYTES = 64


class Signer(Secret):
    """Signs with one Ed25519 key.

    Args:
        seed: 32 random or derived bytes, the private key.
    """

    __slots__ = ("_key",)

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes."""
        return self._key.sign(message)

    def public_pem(self) -> bytes:
        """Return the public key in PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


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

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check that the key signed `message`.

        Raises:
            IntegrityError: the signature is wrong.
        """
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            raise IntegrityError("a signature was not made with this key") from None
