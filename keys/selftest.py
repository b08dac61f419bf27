"""Known-answer tests of the cryptographic library at every start.

A library that was built or patched wrongly is detected before it seals
anything: each suite must produce the published bytes, open them again, and
refuse them with a changed tag. The tests cannot be switched off.
"""

import hmac
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keys.errors import KeysError
from keys.suites import Aead, Sm4Gcm

_GCM_PLAIN: Final = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
_SM4_PLAIN: Final = b"".join([bytes((value,)) * 8 for value in b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa"])


def _sealed(cipher: Aead, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Return ciphertext and tag; empty unless it opens, and only with the right tag."""
    sealed = cipher.encrypt(nonce, plain, context)
    changed = sealed[:-1] + bytes((sealed[-1] ^ 1,))
    right = _opened(cipher, nonce, sealed, context) == plain and _opened(cipher, nonce, changed, context) is None
    return sealed if right else b""


def _opened(cipher: Aead, nonce: bytes, sealed: bytes, context: bytes) -> bytes | None:
    try:
        return cipher.decrypt(nonce, sealed, context)
    except InvalidTag:
        return None


def _gcm_siv() -> bytes:
    return _sealed(AESGCMSIV(bytes([1]) + bytes(31)), bytes([3]) + bytes(11), bytes([1]) + bytes(7), b"")


def _gcm() -> bytes:
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308") * 2
    nonce, context = bytes.fromhex("cafebabefacedbaddecaf888"), bytes.fromhex("feedfacedeadbeef") * 2
    return _sealed(AESGCM(key), nonce, _GCM_PLAIN, context + bytes.fromhex("abaddad2"))


def _sm4_gcm() -> bytes:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce, context = bytes.fromhex("00001234567800000000abcd"), bytes.fromhex("feedfacedeadbeef") * 2
    return _sealed(Sm4Gcm(key), nonce, _SM4_PLAIN, context + bytes.fromhex("abaddad2"))


def _hmac() -> bytes:
    return hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha256")


def _hmac_sm3() -> bytes:
    mac = HMAC(bytes(range(1, 33)), SM3())
    mac.update(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2)
    return mac.finalize()


def _hkdf() -> bytes:
    kdf = HKDF(SHA256(), 42, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)))
    return kdf.derive(b"\x0b" * 22)


def _aes() -> bytes:
    cipher = Cipher(algorithms.AES(bytes(range(32))), modes.ECB())  # noqa: S305 - the block cipher itself is what is asked
    return cipher.encryptor().update(bytes.fromhex("00112233445566778899aabbccddeeff"))


def _ed25519() -> bytes:
    seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)).sign(b"")


KNOWN_ANSWERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "AES-256-GCM-SIV (RFC 8452, C.2)": (_gcm_siv, "c2ef328e5c71c83b843122130f7364b761e0b97427e3df28"),
    "AES-256-GCM (the GCM specification submitted to NIST, B, case 16)": (
        _gcm,
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    "SM4-GCM (RFC 8998, A.1)": (
        _sm4_gcm,
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
    "HMAC-SHA-256 (RFC 4231, case 2)": (_hmac, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    "HMAC-SM3 (GM/T 0042-2015, D.3)": (_hmac_sm3, "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"),
    "HKDF-SHA-256 (RFC 5869, A.1)": (
        _hkdf,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    "AES-256 (FIPS 197, C.3)": (_aes, "8ea2b7ca516745bfeafc49904b496089"),
    "Ed25519 (RFC 8032, 7.1)": (
        _ed25519,
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
}


def run() -> None:
    """Run every known-answer test.

    Raises:
        KeysError: a result is wrong, or the library lacks the algorithm; the message names it.
    """
    for name, (ask, answer) in KNOWN_ANSWERS.items():
        try:
            given = ask()
        except UnsupportedAlgorithm:
            raise KeysError(
                f"known-answer test failed: {name}: the cryptographic library does not support it"
            ) from None
        if not hmac.compare_digest(given, bytes.fromhex(answer)):
            raise KeysError(f"known-answer test failed: {name}")
