"""The cipher suites: the meaning of each algorithm byte, its key derivation and its limit.

An algorithm byte never changes its meaning and is never reused, so that values
of all suites stay readable. `keys/aead.py` builds sealed values from the
ciphers defined here; `docs/record-format.md` specifies the format.
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
    """An AEAD cipher with 12-byte nonces; the ciphertext ends with a 16-byte tag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the ciphertext with its tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """Return the plaintext, or raise `cryptography.exceptions.InvalidTag`."""
        ...


@dataclass(frozen=True, slots=True)
class Suite:
    """The meaning of one algorithm byte.

    Attributes:
        messages: how many values one key may seal with fresh random nonces.
        cipher: makes the cipher from a 32-byte key and its framed context.
    """

    name: str
    messages: int
    cipher: Callable[[bytes, bytes], Aead]


class Sm4Gcm(Secret):
    """SM4-GCM (RFC 8998, GB/T 32907) with the library's AEAD interface; its key has 16 bytes."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """See `Aead.encrypt`."""
        sealing = Cipher(self._key, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(data) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        """See `Aead.decrypt`. Nothing is returned before the tag is verified."""
        opening = Cipher(self._key, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(data[:-TAG_BYTES]) + opening.finalize()


def _derive(hashing: HashAlgorithm, length: int, key: bytes, context: bytes) -> bytes:
    """Derive the key of one suite: HKDF (RFC 5869) over the context without the place."""
    info = frame(b"waybill-masking/1", b"sealing key") + context
    return HKDF(hashing, length, salt=None, info=info).derive(key)


# If a site changes its suite within a day, the same 32-byte data key seals under two suites. AES-GCM and AES-GCM-SIV
# must not share an AES key, because the key stream of the first could equal the input from which the second derives
# its keys. So every suite except the first derives its own key.
#
# Under GCM, a repeated nonce reveals the authentication key. NIST SP 800-38D, section 8.3, allows 2^32 values per key
# with random 96-bit nonces, which leaves a probability of 2^-33. GCM-SIV derives new keys from every nonce (RFC 8452,
# section 4), and a repetition reveals only whether two plaintexts are equal; 96-bit nonces begin to repeat at 2^48.
SUITES: Mapping[int, Suite] = MappingProxyType(
    {
        AES_256_GCM_SIV: Suite("aes-256-gcm-siv", 2**48, lambda key, _: AESGCMSIV(key)),
        AES_256_GCM: Suite("aes-256-gcm", 2**32, lambda key, context: AESGCM(_derive(SHA256(), 32, key, context))),
        SM4_GCM: Suite("sm4-gcm", 2**32, lambda key, context: Sm4Gcm(_derive(SM3(), 16, key, context))),
    }
)
"""The suites by algorithm byte. 16 and above belong to providers, which wrap keys outside this process."""
