"""Tests signed messages."""

import hmac
from pathlib import Path
from typing import Literal

import pytest

from keys.errors import KeysetError
from keys.messages import MessageKey, ProviderSecret
from tests.keys.known import known_bytes, secret_file

KEY = known_bytes("messages")


def test_a_signature_is_hmac_sha256_over_the_parts_behind_their_lengths() -> None:
    message = b"\x00\x00\x00\x0a1796000000" + b"\x00\x00\x00\x02{}"

    assert MessageKey(KEY).sign(b"1796000000", b"{}") == hmac.digest(KEY, message, "sha256").hex()


def test_a_byte_cannot_move_from_one_part_to_the_next() -> None:
    key = MessageKey(KEY)

    assert key.sign(b"17960000001", b"{}") != key.sign(b"1796000000", b"1{}")


def test_the_signature_of_a_message_names_its_version() -> None:
    key = MessageKey(KEY)

    assert key.signature("1796000000", b"{}") == "v1=" + key.sign(b"1796000000", b"{}")


def test_another_key_signs_otherwise() -> None:
    assert MessageKey(KEY).sign(b"a") != MessageKey(known_bytes("other")).sign(b"a")


@pytest.mark.parametrize("length", [0, 1, 31])
def test_a_short_key_is_refused(length: int) -> None:
    with pytest.raises(KeysetError, match="at least 32 bytes"):
        MessageKey(b"k" * length)


@pytest.mark.parametrize(
    "key",
    [*(KEY.hex().encode() + last for last in (b"", b" ", b"\t", b"X")), b"k" * 32],
    ids=["a digit last", "a space last", "a tab last", "a letter last", "exactly 32 bytes"],
)
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_key_of_32_bytes_or_more_is_read_without_the_line_end_alone(tmp_path: Path, key: bytes, end: bytes) -> None:
    path = secret_file(tmp_path / "alert.key", key + end)

    assert MessageKey.read(path).sign(b"a") == MessageKey(key).sign(b"a")


def test_a_key_file_readable_by_others_is_refused(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "alert.key", KEY, 0o644)

    with pytest.raises(KeysetError):
        MessageKey.read(path)


def test_a_file_that_holds_too_little_is_named(tmp_path: Path) -> None:
    path = secret_file(tmp_path / "alert.key", b"short\n")

    with pytest.raises(KeysetError, match=r"alert\.key: holds fewer than 32 bytes"):
        MessageKey.read(path)


def test_a_key_is_in_no_repr() -> None:
    assert repr(MessageKey(KEY)) == "<MessageKey>"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_a_providers_secret_signs_as_the_standards_say(algorithm: Literal["sha1", "sha256"], digest: str) -> None:
    """The second test case of RFC 2202 and of RFC 4231."""
    message = b"what do ya want for nothing?"

    assert ProviderSecret(b"Jefe").hmac(algorithm, message).hex() == digest
    assert ProviderSecret(b"Je").hmac(algorithm, message, suffix=b"fe").hex() == digest


def test_a_providers_secret_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    read = ProviderSecret.read(secret_file(tmp_path / "provider.key", b"Jefe\n"))

    assert read.hmac("sha1", b"a") == ProviderSecret(b"Jefe").hmac("sha1", b"a")
    assert repr(read) == "<ProviderSecret>"


@pytest.mark.parametrize(("content", "mode"), [(b"\n", 0o600), (b"Jefe", 0o644)], ids=["empty", "read by others"])
def test_a_providers_secret_that_is_none_is_refused(tmp_path: Path, content: bytes, mode: int) -> None:
    path = secret_file(tmp_path / "provider.key", content, mode)

    with pytest.raises(KeysetError):
        ProviderSecret.read(path)


def test_the_headers_of_a_message_are_its_time_and_its_signature() -> None:
    key = MessageKey(KEY)

    assert key.headers(1796000000, b"{}") == {
        "Masking-Timestamp": "1796000000",
        "Masking-Signature": key.signature("1796000000", b"{}"),
    }


@pytest.mark.parametrize(
    ("stamp", "body", "signed"), [("nonce", b"{}", True), ("other", b"{}", False), ("nonce", b"[]", False)]
)
def test_headers_have_signed_their_own_message_only(stamp: str, body: bytes, signed: bool) -> None:
    key = MessageKey(KEY)

    assert key.has_signed({"masking-signature": key.signature("nonce", b"{}")}, stamp, body) is signed


def test_headers_without_a_signature_have_signed_nothing() -> None:
    assert not MessageKey(KEY).has_signed({}, "nonce", b"{}")
