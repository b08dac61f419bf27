"""Tests keyed hashes."""

import hmac

import pytest

from keys.framing import frame
from keys.mac import Mac
from tests.keys.known import known_bytes

KEY = known_bytes("a key")


def by_the_standard_library(message: bytes) -> bytes:
    return hmac.digest(KEY, message, "sha256")


def test_the_parts_are_hashed_with_their_lengths() -> None:
    assert Mac(KEY).digest(b"ab", b"", b"c") == by_the_standard_library(frame(b"ab", b"", b"c"))


def test_the_first_parts_precede_every_message() -> None:
    mac = Mac(KEY, b"tenant")

    assert [mac.digest(b"a"), mac.digest(b"b")] == [by_the_standard_library(frame(b"tenant", x)) for x in (b"a", b"b")]


def test_many_are_hashed_as_one() -> None:
    mac = Mac(KEY, b"tenant")

    assert mac.digest_each([b"a", b"", b"bc"]) == [mac.digest(b"a"), mac.digest(b""), mac.digest(b"bc")]


def test_an_unframed_message_has_no_length() -> None:
    assert Mac(KEY).digest_unframed(b"key") == by_the_standard_library(b"key")


def test_a_key_with_first_parts_refuses_unframed_messages() -> None:
    with pytest.raises(ValueError, match="cannot follow other parts"):
        Mac(KEY, b"tenant").digest_unframed(b"key")


def test_its_repr_does_not_contain_its_key() -> None:
    assert repr(Mac(KEY)) == "<Mac>"
