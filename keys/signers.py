"""Makes Ed25519 signatures (RFC 8032): over the audit log, and over the checkpoint notes of its archive.

The log is signed by a process with the keyset; an archive and a cosigner have
key files of their own. Every signed message names its purpose, or is a note,
which no framed message can be.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from keys.errors import KeysetError
from keys.files import read_secret_file, write_secret_file
from keys.secret import Secret
from keys.signatures import Verifier

SEED_BYTES = 32


class Signer(Secret):
    """Signs with one Ed25519 key, whose private key is a seed of 32 random or derived bytes."""

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


class LogSigner(Secret):
    """Signs the audit log with its active key, and verifies what its other keys signed.

    Args:
        seeds: the private key of each version, 32 bytes.
        active: the version that signs.
        ended: how many of the first versions sign nothing new any more.
    """

    __slots__ = ("_held",)

    def __init__(self, seeds: Mapping[int, bytes], active: int, ended: int) -> None:
        self.adopt(seeds, active, ended)

    def adopt(self, seeds: Mapping[int, bytes], active: int, ended: int) -> None:
        """Switch to other versions; arguments as of the class."""
        signers = [Signer(seeds[version]) for version in sorted(seeds)]
        pems = [signer.public_pem() for signer in signers]
        # One reference, so that no thread combines versions of two keysets.
        self._held = (
            signers,
            active,
            Verifier(b"".join(reversed(pems))),
            Verifier(b"".join(reversed(pems[ended:]))),
            b"".join(reversed(pems[: ended + 1])),
        )

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the active key, 64 bytes."""
        signers, active, *_ = self._held
        return signers[active].sign(message)

    def public_pem(self) -> bytes:
        """Return the public key that signs and all before it in PEM, the newest first.

        While the key turns over, the log names the next one; a verifier needs it in the file once the old one ended.
        """
        return self._held[4]

    def successors(self) -> list[bytes]:
        """Return the public keys, 32 bytes each, of the active version and of those that wait to become active."""
        signers, active, *_ = self._held
        return [signer.public_bytes() for signer in signers[active:]]

    @property
    def every(self) -> Verifier:
        """Verifies what any version has signed."""
        return self._held[2]

    @property
    def present(self) -> Verifier:
        """Verifies what any version has signed, except ended ones."""
        return self._held[3]


def create_key_file(path: Path) -> None:
    """Write a new private key for the owner only.

    Raises:
        FileExistsError: the file exists. Keys are never overwritten.
    """
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(SEED_BYTES))
    write_secret_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), replace=False)
