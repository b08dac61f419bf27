"""Tests the ciphers with Wycheproof's vectors."""

import hmac
import json
from collections.abc import Callable
from pathlib import Path
from textwrap import shorten
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256, SM3
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keys.errors import IntegrityError
from keys.signatures import Verifier
from keys.suites import Aead, Sm4Gcm
from tests.every import every

FOLDER = Path(__file__).parent / "vectors" / "wycheproof"
CIPHERS: dict[str, Callable[[bytes], Aead]] = {"aes_gcm_siv": AESGCMSIV, "aes_gcm": AESGCM, "sm4_gcm": Sm4Gcm}


def vectors(name: str, *results: str) -> list[Any]:
    """Return a file's tests with these results."""
    tests = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["tests"]
    chosen = [test for test in tests if test["result"] in results]
    return [pytest.param(test, id=shorten(f"{test['tcId']} {test['comment']}", 80)) for test in chosen]


def aead_vectors(*results: str) -> list[Any]:
    chosen = [(name, test) for name in CIPHERS for test in vectors(name, *results)]
    return [pytest.param(name, *test.values, id=f"{name} {test.id}") for name, test in chosen]


def aead(name: str, test: dict[str, str]) -> tuple[Aead, bytes, bytes, bytes, bytes]:
    """The cipher, nonce, plaintext, context, and the ciphertext with its tag."""
    key, nonce, plain, context, sealed = (
        bytes.fromhex(text) for text in (test["key"], test["iv"], test["msg"], test["aad"], test["ct"] + test["tag"])
    )
    return CIPHERS[name](key), nonce, plain, context, sealed


@every(("name", "test"), aead_vectors("valid"))
def test_a_cipher_seals_to_exactly_these_bytes_and_opens_them(name: str, test: dict[str, str]) -> None:
    cipher, nonce, plain, context, sealed = aead(name, test)

    assert cipher.encrypt(nonce, plain, context) == sealed
    assert cipher.decrypt(nonce, sealed, context) == plain


@every(("name", "test"), aead_vectors("invalid"))
def test_a_cipher_opens_nothing_that_is_wrong(name: str, test: dict[str, str]) -> None:
    cipher, nonce, _, context, sealed = aead(name, test)

    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, sealed, context)


@every("test", vectors("hmac_sha256", "valid", "invalid"))
def test_hmac_sha_256_gives_the_tag_or_another(test: dict[str, str]) -> None:
    tag = hmac.digest(bytes.fromhex(test["key"]), bytes.fromhex(test["msg"]), "sha256")

    assert (tag.hex() == test["tag"]) == (test["result"] == "valid")


@every("test", vectors("hmac_sm3", "valid", "invalid"))
def test_hmac_sm3_gives_the_tag_or_another(test: dict[str, str]) -> None:
    mac = HMAC(bytes.fromhex(test["key"]), SM3())
    mac.update(bytes.fromhex(test["msg"]))

    assert (mac.finalize().hex() == test["tag"]) == (test["result"] == "valid")


def hkdf(test: dict[str, Any]) -> bytes:
    kdf = HKDF(SHA256(), test["size"], salt=bytes.fromhex(test["salt"]), info=bytes.fromhex(test["info"]))
    return kdf.derive(bytes.fromhex(test["ikm"]))


@every("test", vectors("hkdf_sha256", "valid"))
def test_hkdf_derives_exactly_this_key(test: dict[str, Any]) -> None:
    assert hkdf(test).hex() == test["okm"]


@pytest.mark.parametrize("test", vectors("hkdf_sha256", "invalid"))
def test_hkdf_derives_no_more_than_it_may(test: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        hkdf(test)


def verifier(test: dict[str, str]) -> Verifier:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(test["pk"]))
    return Verifier(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


@every("test", vectors("ed25519", "valid"))
def test_a_right_signature_verifies(test: dict[str, str]) -> None:
    verifier(test).verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))


@every("test", vectors("ed25519", "invalid"))
def test_a_wrong_or_second_signature_is_refused(test: dict[str, str]) -> None:
    with pytest.raises(IntegrityError):
        verifier(test).verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
