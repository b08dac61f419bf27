"""Tests the cipher suites."""

import hmac
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from keys.suites import AES_256_GCM, AES_256_GCM_SIV, SM4_GCM, SUITES, Sm4Gcm
from tests.keys.known import known_bytes

KEY = known_bytes("a key")
NONCE = known_bytes("a nonce")[:12]
CONTEXT = b"\0\0\0\6record"
INFO = b"\0\0\0\x11waybill-masking/1\0\0\0\x0bsealing key" + CONTEXT


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    mac = HMAC(key, SM3())
    mac.update(message)
    return mac.finalize()


def hkdf(mac: Callable[[bytes, bytes], bytes], secret: bytes, info: bytes) -> bytes:
    """HKDF (RFC 5869) without salt, 32 bytes."""
    return mac(mac(bytes(32), secret), info + b"\x01")


def sealed_by(algorithm: int) -> bytes:
    return SUITES[algorithm].cipher(KEY, CONTEXT).encrypt(NONCE, b"plain", b"where")


def test_every_byte_has_its_name_and_its_limit() -> None:
    assert {byte: (suite.name, suite.messages) for byte, suite in SUITES.items()} == {
        1: ("aes-256-gcm-siv", 2**48),
        2: ("aes-256-gcm", 2**32),
        3: ("sm4-gcm", 2**32),
    }


def test_no_suite_can_be_added_or_taken_away_at_run_time() -> None:
    assert not hasattr(SUITES, "__setitem__")


def test_gcm_siv_takes_the_key_as_it_is() -> None:
    assert sealed_by(AES_256_GCM_SIV) == AESGCMSIV(KEY).encrypt(NONCE, b"plain", b"where")


def test_gcm_takes_a_key_derived_with_hmac_sha_256() -> None:
    key = hkdf(hmac_sha256, KEY, INFO)

    assert sealed_by(AES_256_GCM) == AESGCM(key).encrypt(NONCE, b"plain", b"where")


def test_sm4_takes_the_first_half_of_a_key_derived_with_hmac_sm3() -> None:
    key = hkdf(hmac_sm3, KEY, INFO)[:16]

    assert sealed_by(SM4_GCM) == Sm4Gcm(key).encrypt(NONCE, b"plain", b"where")


@pytest.mark.parametrize("algorithm", [AES_256_GCM, SM4_GCM])
def test_a_derived_key_is_another_in_another_context(algorithm: int) -> None:
    other = SUITES[algorithm].cipher(KEY, CONTEXT + b"\0")

    with pytest.raises(InvalidTag):
        other.decrypt(NONCE, sealed_by(algorithm), b"where")


def test_sm4_gcm_returns_nothing_of_a_changed_ciphertext() -> None:
    sealed = sealed_by(SM4_GCM)

    with pytest.raises(InvalidTag):
        SUITES[SM4_GCM].cipher(KEY, CONTEXT).decrypt(NONCE, b"\0" + sealed[1:], b"where")


def test_a_cipher_with_a_key_in_it_cannot_be_printed() -> None:
    assert repr(Sm4Gcm(bytes(16))) == "<Sm4Gcm>"
