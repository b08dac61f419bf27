"""Tests that framing is unambiguous."""

from hypothesis import given
from hypothesis import strategies as st

from keys.framing import frame

PARTS = st.lists(st.binary(max_size=8), max_size=5)


def parts_of(framed: bytes) -> list[bytes]:
    parts = []
    while framed:
        end = 4 + int.from_bytes(framed[:4], "big")
        parts.append(framed[4:end])
        framed = framed[end:]
    return parts


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
