"""Ed25519 signatures (RFC 8032): over the audit log, and over the checkpoint notes of its archive.

The public key is enough to verify. The log is signed by a process with the
keyset; an archive and a cosigner have key files of their own. Every signed
message names its purpose, or is a note, which no framed message can be.
"""

import os
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from keys.errors import IntegrityError, KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.secret import Secret

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
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

    def public_bytes(self) -> bytes:
        """Return the public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read the key file of an archive or a cosigner: an Ed25519 private key in PEM.

        Raises:
            KeysetError: it is not one, is missing, or is accessible to others.
        """
        try:
            key = load_pem_private_key(read_secret_file(path), password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeysetError(f"{path}: is not an Ed25519 private key in PEM")
        return cls(key.private_bytes_raw())


def create_key_file(path: Path) -> None:
    """Write a new private key for the owner only.

    Raises:
        FileExistsError: the file exists. Keys are never overwritten.
    """
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(SEED_BYTES))
    write_secret_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), replace=False)


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
