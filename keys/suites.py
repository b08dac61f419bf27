"""The suites: what an algorithm byte means, how its key is made, and how much one key may seal.

The byte of a suite never changes its meaning and is never given away again, so
that values of every suite stay readable side by side. Here stand the ciphers;
`keys/aead.py` makes sealed values of them, and `docs/record-format.md` is the
text that another reader is written from.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.framing import frame
from keys.secret import Secret

AES_256_GCM_SIV = 1
AES_256_GCM = 2
SM4_GCM = 3

NONCE_BYTES = 12
TAG_BYTES = 16


class Aead(Protocol):
    """A cipher that seals with a 12-byte nonce; the ciphertext ends in its 16-byte tag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The ciphertext with its tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """The plaintext; `cryptography.exceptions.InvalidTag` if anything was changed."""
        ...


@dataclass(frozen=True, slots=True)
class Suite:
    """One algorithm byte's meaning.

    Attributes:
        name: what settings and documents call it.
        messages: how many values one key may seal with fresh random nonces.
        cipher: makes the cipher from a 32-byte key and its framed context.
    """

    name: str
    messages: int
    cipher: Callable[[bytes, bytes], Aead]


class Sm4Gcm(Secret):
    """SM4 in GCM (RFC 8998, GB/T 32907), with the interface of the library's own AEADs.

    Args:
        key: 16 bytes.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """See `Aead.encrypt`."""
        sealing = Cipher(self._key, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """See `Aead.decrypt`: nothing is returned before the whole tag was found right."""
        opening = Cipher(self._key, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(data[:-TAG_BYTES]) + opening.finalize()


def _derive(hashing: HashAlgorithm, length: int, key: bytes, context: bytes) -> bytes:
    """The key of one suite: HKDF (RFC 5869) over everything in the context but the place."""
    info = frame(b"waybill-masking/1", b"sealing key") + context
    return HKDF(hashing, length, salt=None, info=info).derive(key)


# A 32-byte key may come to seal under two suites, where a site changes its choice within a day. AES-GCM and
# AES-GCM-SIV must then not share an AES key: the first one's key stream can be what the second one derives its keys
# from. So every suite but the first gets a key of its own.
#
# Under GCM a repeated nonce gives the key of the tag away. NIST SP 800-38D, section 8.3, allows 2^32 values a key with
# random nonces of 96 bits, which leaves a chance of 2^-33. GCM-SIV makes new keys of every nonce (RFC 8452, section 4)
# and a repetition tells only whether two plaintexts are equal; 2^48 is where nonces of 96 bits begin to repeat at all.
SUITES: Mapping[int, Suite] = MappingProxyType(
    {
        AES_256_GCM_SIV: Suite("aes-256-gcm-siv", 2**48, lambda key, _: AESGCMSIV(key)),
        AES_256_GCM: Suite("aes-256-gcm", 2**32, lambda key, context: AESGCM(_derive(SHA256(), 32, key, context))),
        SM4_GCM: Suite("sm4-gcm", 2**32, lambda key, context: Sm4Gcm(_derive(SM3(), 16, key, context))),
    }
)
"""Every suite by its algorithm byte. 16 and above are the providers', which seal data keys outside this process."""
