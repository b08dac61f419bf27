"""Tests tokens."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.tokens import KEY_CHARACTERS, TokenKeys, Uses
from tests.every import every
from tests.keys.known import known_bytes

BLOCKS = st.binary(min_size=16, max_size=16)
KEYS = TokenKeys({0: known_bytes("token key 0"), 1: known_bytes("token key 1")}, active=1, uses=Uses())
BLOCK = known_bytes("a reference")[:16]
(TOKEN,) = KEYS.make(BLOCK, 1)
SHAPE = re.compile(r"wbt1[A-Za-z0-9_-]{23}")


@given(BLOCKS, st.integers(0, 1))
def test_a_token_reads_back_to_its_key_version_and_reference(block: bytes, version: int) -> None:
    assert KEYS.read(KEYS.make(block, version)[0]) == (version, block)


@given(st.lists(BLOCKS, max_size=20))
def test_a_batch_gives_the_same_tokens_as_its_members_one_by_one(blocks: list[bytes]) -> None:
    assert KEYS.make(b"".join(blocks), 0) == [KEYS.make(block, 0)[0] for block in blocks]


@given(BLOCKS)
def test_a_token_is_27_characters_that_a_url_need_not_quote(block: bytes) -> None:
    assert SHAPE.fullmatch(KEYS.make(block, 0)[0])


def test_threads_that_make_tokens_at_once_do_not_disturb_each_other() -> None:
    batches = [known_bytes(f"reference {at}")[:16] * 200 for at in range(4)]
    expected = [KEYS.make(batch, 1) for batch in batches]

    with ThreadPoolExecutor(4) as pool:
        made = [*pool.map(lambda at: KEYS.make(batches[at % 4], 1), range(2_000))]

    assert all(tokens == expected[at % 4] for at, tokens in enumerate(made))


def test_the_same_reference_gives_the_same_token_under_keys_made_anew() -> None:
    again = TokenKeys({1: known_bytes("token key 1")}, active=1, uses=Uses())

    assert again.make(BLOCK, 1) == [TOKEN]


@given(BLOCKS, BLOCKS)
def test_two_references_share_a_token_only_if_they_are_the_same(one: bytes, other: bytes) -> None:
    first, second = KEYS.make(one + other, 0)

    assert (first == second) == (one == other)


def test_another_tenants_key_gives_another_token_and_reads_a_token_to_another_reference() -> None:
    other = TokenKeys({1: known_bytes("another tenant's token key")}, active=1, uses=Uses())

    assert other.make(BLOCK, 1) != [TOKEN]
    assert other.read(TOKEN) not in (None, (1, BLOCK))


def test_a_token_of_a_key_version_that_is_not_there_is_no_token() -> None:
    assert TokenKeys({0: known_bytes("token key 0")}, active=0, uses=Uses()).read(TOKEN) is None


def test_nothing_is_made_under_a_key_version_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        KEYS.make(BLOCK, 2)


@given(st.sampled_from(sorted({*KEY_CHARACTERS} - {TOKEN[-1]})))
def test_no_other_last_character_reads_to_the_same_reference(last: str) -> None:
    assert KEYS.read(TOKEN[:-1] + last) != (1, BLOCK)


def test_only_four_last_characters_are_canonical() -> None:
    read = [last for last in KEY_CHARACTERS if KEYS.read(TOKEN[:-1] + last) is not None]

    assert read == ["A", "Q", "g", "w"]


@given(st.sampled_from(range(4, 26)), st.sampled_from(KEY_CHARACTERS))
def test_a_changed_character_never_reads_to_the_same_reference(at: int, character: str) -> None:
    forged = TOKEN[:at] + character + TOKEN[at + 1 :]

    assert (KEYS.read(forged) == (1, BLOCK)) == (forged == TOKEN)


@every(
    "text",
    [
        "",
        "wbt1",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN.upper(),
        TOKEN.replace("wbt1", "wbt2"),
        TOKEN.replace("wbt1", "WBT1"),
        TOKEN[:10] + "=" + TOKEN[11:],
        TOKEN[:10] + "+" + TOKEN[11:],
        TOKEN[:10] + "\uff21" + TOKEN[11:],  # a full-width A
        TOKEN[:4] + "\u0660" + TOKEN[5:],  # an Arabic digit for the key character
        TOKEN + "==",
    ],
)
def test_a_string_of_another_shape_is_no_token(text: str) -> None:
    assert KEYS.read(text) is None


@given(st.text(max_size=40))
def test_no_text_makes_reading_fail(text: str) -> None:
    assert KEYS.read(text) is None or SHAPE.fullmatch(text)


def test_the_key_character_is_the_key_versions_place_in_base64url() -> None:
    keys = TokenKeys(dict.fromkeys(range(64), known_bytes("any")), active=0, uses=Uses())

    assert "".join(keys.make(BLOCK, version)[0][4] for version in range(64)) == KEY_CHARACTERS


def test_an_empty_batch_gives_no_tokens() -> None:
    assert KEYS.make(b"", 0) == []


def test_a_reference_that_is_not_whole_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        KEYS.make(BLOCK + b"x", 0)
