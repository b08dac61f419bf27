"""Names public keys of people and devices: by fingerprint, by id, and by the code that is read out.

It verifies nothing, so that a command or the desk does not load what does.
"""

import hashlib
from base64 import b32encode, urlsafe_b64encode
from typing import Final

CODE_CHARACTERS: Final = 10


def b64(content: bytes) -> str:
    """Return base64url without padding; `keys.assertions.unb64` reads it."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def fingerprint(public_key: bytes) -> str:
    """Return the fingerprint of a public key: SHA-256 of its SubjectPublicKeyInfo, in hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def key_id(public_key: bytes) -> str:
    """Return the id of a person's key: 22 characters of base64url, from its public key."""
    return b64(hashlib.sha256(b"person-key/1" + public_key).digest()[:16])


def spoken_code(public_key: bytes) -> str:
    """Return the code that the person reads out: ten characters, from the public key.

    The page computes the same from what the authenticator gave it, so a proxy cannot exchange the key.
    """
    return b32encode(hashlib.sha256(b"key-code/1" + public_key).digest())[:CODE_CHARACTERS].decode("ascii")
