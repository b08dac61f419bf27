"""Tests keyed hashes, and that framing is unambiguous."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.framing import frame
from keys.mac import Mac
from tests.keys.known import known_bytes

KEY = known_bytes("a key")
PARTS = st.lists(st.binary(max_size=8), max_size=5)


def parts_of(framed: bytes) -> list[bytes]:
    parts = []
    while framed:
        end = 4 + int.from_bytes(framed[:4], "big")
        parts.append(framed[4:end])
        framed = framed[end:]
    return parts


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


@given(PARTS)
def test_the_parts_can_be_read_back(parts: list[bytes]) -> None:
    assert parts_of(frame(*parts)) == parts


@given(PARTS, PARTS)
def test_two_lists_give_the_same_bytes_only_if_they_are_the_same(one: list[bytes], other: list[bytes]) -> None:
    assert (frame(*one) == frame(*other)) == (one == other)


@given(st.binary(max_size=16), st.integers(0, 16))
def test_where_a_string_is_cut_makes_a_difference(text: bytes, at: int) -> None:
    assert (frame(text[:at], text[at:]) == frame(text, b"")) == (text[at:] == b"")


def test_a_part_follows_its_length_in_four_bytes() -> None:
    assert frame(b"a|b", b"c") == b"\x00\x00\x00\x03a|b\x00\x00\x00\x01c"


def test_no_part_and_one_empty_part_differ() -> None:
    assert (frame(), frame(b"")) == (b"", b"\x00\x00\x00\x00")
