"""What is asked before a costly expression passes every text in which the expression matches."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from masking_service.masking.addresses import addresses_in_text, han_units_in_text
from masking_service.masking.names import names_of_clauses
from masking_service.masking.numbers import identity
from masking_service.masking.texts import full_reading
from masking_service.masking.words.alternatives import only_at
from tests.every import every

SEARCHES = {
    "units": han_units_in_text._MAY_HOLD_UNITS,
    "rooms": addresses_in_text._ROOM_SIGN,
    "places": addresses_in_text._PLACE_OR_ROOM,
    "unusual": full_reading._UNUSUAL,
}
CLASS, EXPRESSION = "[a](?<=(?=", r")[\s\S])"
SPACES = [char for char in map(chr, range(0x10000)) if char.isspace()]
SITES = "花园 小区 苑 庭 公寓 山庄 新村 城 市场 商厦 广场 中心 大楼 宿舍 酒店 宾馆 客栈 民宿 三期".split()
LINES = (
    *(f"东山{region}金都402" for region in "省市区區县縣镇鎮乡鄉"),
    *(f"东山{road}12金都3" for road in "路街道巷弄"),
    *(f"东山{site}402" for site in SITES),
    *(f"东山金都{house}402" for house in ("3号楼", "3號樓", "3栋", "3棟", "3幢", "A座")),
)
CODES = ("1203", "A1203", "****", "SF123456789")
PERSONS = ("张三", "欧阳娜娜")
BESIDE_CODES = (
    *(f"{code}{sign}{name}" for code in CODES for sign in (*" ,，;；、|\n", "， ") for name in PERSONS),
    *(f"{name}{sign}{code}" for code in CODES for sign in (*" ,，;；、|\n", "， ") for name in PERSONS),
    *(f"{name}{bracket}{code})" for code in CODES for bracket in "(（" for name in PERSONS),
)


def first_characters(items: Any) -> tuple[set[str], bool]:
    """The characters that matches of a parsed expression begin with, and whether one may be empty."""
    found: set[str] = set()
    for kind, of in items:
        inner, empty = _of_item(str(kind), of)
        found |= inner
        if not empty:
            return found, False
    return found, True


def _of_item(kind: str, of: Any) -> tuple[set[str], bool]:
    if kind == "LITERAL":
        return {chr(of)}, False
    if kind == "IN":
        return {char for one in of for char in _of_class(str(one[0]), one[1])}, False
    if kind == "BRANCH":
        branches = [first_characters(branch) for branch in of[1]]
        return set().union(*(first for first, _ in branches)), any(empty for _, empty in branches)
    if kind == "SUBPATTERN":
        return first_characters(of[3])
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        first, empty = first_characters(of[2])
        return first, empty or of[0] == 0
    assert kind in ("ASSERT", "ASSERT_NOT", "AT")
    return set(), True


def _of_class(kind: str, of: Any) -> list[str]:
    if kind == "RANGE":
        return [*map(chr, range(of[0], of[1] + 1))]
    assert kind == "LITERAL" or str(of) == "CATEGORY_SPACE"
    return [chr(of)] if kind == "LITERAL" else SPACES


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_an_expression_is_tried_at_each_character_that_it_may_begin_with(search: Callable[[str], object]) -> None:
    assert only_at("a", "b") == f"{CLASS}b{EXPRESSION}"
    pattern: str = search.__self__.pattern  # type: ignore[attr-defined]
    tried, _, expression = pattern.removesuffix(EXPRESSION).partition(CLASS.removeprefix("[a]"))

    firsts, may_be_empty = first_characters(_parser.parse(expression))

    assert not may_be_empty
    assert {char for char in firsts if re.match(tried, char) is None} == set()


def test_an_account_is_looked_for_at_each_character_that_its_words_begin_with() -> None:
    tried = f"[{identity._ACCOUNT_BEGINS}]"

    firsts, may_be_empty = first_characters(_parser.parse(identity._ACCOUNT_WORDS, re.I))

    assert not may_be_empty
    assert {char for char in firsts | {"w"} if re.match(tried, char, re.I) is None} == set()


@every("line", LINES)
def test_the_line_of_an_address_has_the_sign_of_a_place(line: str) -> None:
    assert addresses_in_text._ADDRESS_LINE(line) is not None
    assert addresses_in_text._PLACE_SIGN(line) is not None


@every("text", BESIDE_CODES)
def test_a_name_beside_a_code_has_a_sign_between_them(text: str) -> None:
    assert [*names_of_clauses._beside_code(text)] != []
    assert names_of_clauses._begins_or_ends_with_code(text) is not None
