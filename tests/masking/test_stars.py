"""Stars: one for each character that a reader sees."""

import regex
from hypothesis import given
from hypothesis import strategies as st

from masking_service.masking.stars import graphemes, stars
from tests.every import every


@every(
    ("value", "count"),
    [
        ("", 0), ("张三", 2), ("abc", 3), ("𠮷田", 2), ("e\u0301", 1), ("👨‍👩‍👧", 1), ("🇨🇳", 1), ("क्षमा", 2), ("각", 1),
        ("a\u200bb", 2), ("\u202eab", 2), ("a\nb", 3), ("\u200b", 1), ("１２", 2), ("ｶﾞ", 1),
    ],
)  # fmt: skip
def test_there_is_a_star_for_each_perceived_character(value: str, count: int) -> None:
    assert stars(value) == "*" * count


@given(st.text(max_size=30))
def test_characters_are_never_cut(value: str) -> None:
    seen = graphemes(value)
    clusters = regex.findall(r"\X", value)
    assert [cluster for cluster in clusters if cluster in seen] == seen


@given(st.text(min_size=1, max_size=30))
def test_a_value_never_looks_empty(value: str) -> None:
    assert set(stars(value)) == {"*"}
