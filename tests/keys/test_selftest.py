"""Tests the known-answer tests."""

from typing import NoReturn

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys import selftest
from keys.errors import KeysError
from keys.suites import Aead, Sm4Gcm


class OpensAnything(Sm4Gcm):
    """A cipher that does not look at the tag."""

    __slots__ = ()

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        return super().encrypt(nonce, data[:-16], associated_data)[:-16]


class OpensNothing(Sm4Gcm):
    """A cipher that refuses its own work."""

    __slots__ = ()

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        return super().decrypt(nonce, data[:-1] + bytes((data[-1] ^ 2,)), associated_data)


class OverlooksTheLastBit(Sm4Gcm):
    """A cipher that ignores the tag's last bit."""

    __slots__ = ()

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        try:
            return super().decrypt(nonce, data, associated_data)
        except InvalidTag:
            return super().decrypt(nonce, data[:-1] + bytes((data[-1] ^ 1,)), associated_data)


class OpensToSomethingElse(Sm4Gcm):
    """A cipher that gives back another plaintext."""

    __slots__ = ()

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        return super().decrypt(nonce, data, associated_data) + b"\0"


def test_the_library_passes_the_known_answer_tests() -> None:
    selftest.run()


@pytest.mark.parametrize("name", selftest.KNOWN_ANSWERS)
def test_one_wrong_answer_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, answer = selftest.KNOWN_ANSWERS[name]
    monkeypatch.setitem(selftest.KNOWN_ANSWERS, name, (lambda: ask()[:-1] + b"\0", answer))

    with pytest.raises(KeysError) as fault:
        selftest.run()

    assert str(fault.value) == f"known-answer test failed: {name}"


@pytest.mark.parametrize("name", selftest.KNOWN_ANSWERS)
def test_an_algorithm_that_the_library_lacks_is_refused_by_name(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> NoReturn:
        raise UnsupportedAlgorithm("no such cipher")

    monkeypatch.setitem(selftest.KNOWN_ANSWERS, name, (lacking, ""))

    with pytest.raises(KeysError) as fault:
        selftest.run()

    assert str(fault.value) == f"known-answer test failed: {name}: the cryptographic library does not support it"


def test_every_algorithm_in_use_is_tested() -> None:
    asked = {name.partition(" (")[0] for name in selftest.KNOWN_ANSWERS}

    assert asked == {
        "AES-256-GCM-SIV",
        "AES-256-GCM",
        "SM4-GCM",
        "HMAC-SHA-256",
        "HMAC-SM3",
        "HKDF-SHA-256",
        "AES-256",
        "Ed25519",
    }


@pytest.mark.parametrize("cipher", [OpensAnything, OpensNothing, OverlooksTheLastBit, OpensToSomethingElse])
def test_a_cipher_that_seals_rightly_and_opens_wrongly_is_refused(
    cipher: type[Sm4Gcm], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "Sm4Gcm", cipher)

    with pytest.raises(KeysError, match="SM4-GCM"):
        selftest.run()


@pytest.mark.parametrize("cipher", [AESGCM(bytes(32)), Sm4Gcm(bytes(16))])
def test_a_right_cipher_gives_its_ciphertext_with_the_tag(cipher: Aead) -> None:
    assert selftest._sealed(cipher, bytes(12), b"plain", b"") == cipher.encrypt(bytes(12), b"plain", b"")
