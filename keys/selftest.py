"""Known answers, asked of the cryptography under us at every start.

A library that was built or patched wrongly is found here, before it seals
anything. There is no way to go on without the right answers.
"""

import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import KeyFault


def _gcm_siv() -> bytes:
    key, nonce = bytes([1]) + bytes(31), bytes([3]) + bytes(11)
    return AESGCMSIV(key).encrypt(nonce, bytes([1]) + bytes(7), None)


def _hmac() -> bytes:
    return hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha256")


def _hkdf() -> bytes:
    kdf = HKDF(SHA256(), 42, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)))
    return kdf.derive(b"\x0b" * 22)


def _aes() -> bytes:
    cipher = Cipher(algorithms.AES(bytes(range(32))), modes.ECB())  # noqa: S305 - the block cipher itself is what is asked
    return cipher.encryptor().update(bytes.fromhex("00112233445566778899aabbccddeeff"))


KNOWN_ANSWERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "AES-256-GCM-SIV (RFC 8452, C.2)": (_gcm_siv, "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"),
    "HMAC-SHA-256 (RFC 4231, case 2)": (_hmac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    "HKDF-SHA-256 (RFC 5869, A.1)": (
        _hkdf,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    "AES-256 (FIPS 197, C.3)": (_aes, "8ea2b7ca516745bfeafc49904b496089"),
}


def run() -> None:
    """Ask every known answer.

    Raises:
        KeyFault: one of them was wrong; the message names the algorithm.
    """
    for name, (ask, answer) in KNOWN_ANSWERS.items():
        if not hmac.compare_digest(ask(), bytes.fromhex(answer)):
            raise KeyFault(f"known-answer test failed: {name}")
