"""What words and characters of names cost, and how a run of Han is read as words."""

from typing import Any

import pytest

from masking_service.masking.words import name_cues
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.words.han_words import HanWords, han_words

WORDS = HanWords(
    """# a list of words
[words]
n11 华 明 甲乙丙
v12 送 乙丙
n9 包裹 龘龘龘龘龘
a30 王
[given]
8 明
22 华
[family]
4 王
5 单
[simplified]
東东張张
"""
)


def test_words_have_their_class_and_cost_and_two_characters_say_how_long_the_longest_is() -> None:
    words = {word: WORDS.words[word] for word in ("华", "送", "乙丙", "包裹", "龘龘龘龘龘")}
    plain = {word: kind for kind, some in name_cues.PLAIN.items() for word in some if word not in name_cues.NO_WORDS}

    assert words == {"华": ("n", 11), "送": ("v", 12), "乙丙": ("v", 12), "包裹": ("n", 9), "龘龘龘龘龘": ("n", 9)}
    assert {word: WORDS.words[word] for word in plain if word not in words} == {
        word: (kind, 18) for word, kind in plain.items() if word not in words
    }
    assert name_cues.NO_WORDS.isdisjoint(WORDS.words)
    assert [WORDS.longest.get(two) for two in ("龘龘", "甲乙", "乙丙", "明华")] == [5, 3, 2, None]
    assert [WORDS.word(one) for one in ("送", "龘", "龘龘")] == [("v", 12), ("x", 24), None]


def test_names_have_their_costs() -> None:
    rare = {*FAMILY_NAMES, *RARE_FAMILY_NAMES} - {"王", "单"} - {*DOUBLE_FAMILY_NAMES}

    assert WORDS.family == {"王": 4, "单": 5, **dict.fromkeys(rare, 19), **dict.fromkeys(DOUBLE_FAMILY_NAMES, 12)}
    assert WORDS.given == {"华": 22, "明": 8, **{one: min(13, WORDS.given[one]) for one in name_cues.GIVEN}}
    assert [WORDS.is_family(one) for one in "王单李华"] == [True, True, False, False]
    assert [WORDS.given_cost(one) for one in ("明", "龘", "明龘", "明明", "龘龘", "")] == [8, 21, 29, 14, 27, 6]
    assert [WORDS.saved_as_given(one) for one in ("明", "华", "龘", "王明", "送")] == [3, -2, 3, 12, -9]


def test_a_given_name_that_is_a_word_has_a_cost_of_its_own() -> None:
    given = min(name_cues.GIVEN_WORDS)
    words = han_words()

    assert words.given_cost(given) == 14
    assert words.saved_as_given(given) == sum(words.words.get(one, ("", 24))[1] for one in given) - 14


@pytest.mark.parametrize(
    ("han", "before", "begins", "behind", "ends"),
    [
        ("", [0], [0], [0], [0]),
        ("送包裹", [0, 12, 36, 21], [0, 0, 1, 1], [21, 9, 24, 0], [1, 3, 3, 3]),
        (
            "甲乙丙送乙丙",
            [0, 24, 48, 11, 23, 47, 35],
            [0, 0, 1, 0, 3, 4, 4],
            [35, 36, 48, 24, 12, 24, 0],
            [3, 3, 3, 4, 6, 6, 6],
        ),
        (
            "龘龘龘龘龘龘",
            [0, 24, 48, 72, 96, 9, 33],
            [0, 0, 1, 2, 3, 0, 1],
            [33, 9, 96, 72, 48, 24, 0],
            [1, 6, 3, 4, 5, 6, 6],
        ),
        ("王明华", [0, 30, 41, 52], [0, 0, 1, 2], [52, 22, 11, 0], [1, 2, 3, 3]),
    ],
)
def test_a_run_is_read_as_its_cheapest_words(han: str, before: Any, begins: Any, behind: Any, ends: Any) -> None:
    assert WORDS.read(han) == ((before, begins), (behind, ends))
    assert WORDS.cost(han) == before[-1]


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert [WORDS.simplified(one) for one in ("張東", "张东", "a", "")] == ["张东", "张东", "a", ""]
    assert {"東", "張"} <= WORDS.traditional
    assert "东" not in WORDS.traditional
