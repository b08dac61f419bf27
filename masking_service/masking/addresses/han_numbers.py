"""Finds the numbers of Chinese addresses: their places, the words behind them, and their parts."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.names import names_between_words
from masking_service.masking.words import address_words as words
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import FAMILY_NAMES, RARE_FAMILY_NAMES, WORDS_AS_FAMILY_NAMES

POSTCODE: Final = 6
"""The digits of a postcode. A longer number is no room's where there is no building."""
ROOM_DIGITS: Final = 3
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

ALNUM: Final = "[0-9A-Za-z*]"
NUMERAL: Final = f"[{words.NUMERALS}]"
END: Final = r"(?=$|[\s,，。.;；(（)）\[\]【】、/\"'“”‘’「」『』《》<>〔〕{}|+=~_])"
_JOIN: Final = (
    rf"(?:(?:[\-_~/.:—]{{1,2}}|[至到&+])(?=[0-9*]|[A-Za-z](?![A-Za-z]))|(?<=[0-9*]){NUMERAL}(?:(?=[0-9])|(?<![陆伍])(?=\*))"
    r"|(?<=[A-Za-z])一(?=[0-9*])|-[东東西南北中甲乙丙丁]-(?=[0-9*]))"
)
"""What joins two numbers.

A numeral in Han between digits is a dash (`3一402`) or a slip. The side of a floor may also be between numbers
(`3-东-402`).
"""
_SUFFIX: Final = (
    rf"(?:[号號]?(?:{words.UNIT})<>|(?:{words.OTHER_NUMBERS})<>|(?:{words.BUILDING})<>|[号號]?(?:{words.ROOM})<>"
    rf"|(?:{words.FLOOR})<>|[门門](?=\s?-?[0-9A-Za-z*{words.NUMERALS}甲乙丙丁东東西南北中])<>|(?:{words.LANE})<>|[号號]<>)"
)
_DIGIT_OF_ROOM: Final = "(?:[零〇一二三四五六七八九]|[0Oo](?=[一二三四五六七八九]))"
HAN_ROOM: Final = (
    rf"(?<=[一二三四五六七八九])(?:(?<=[栋棟幢座元楼樓层層].){_DIGIT_OF_ROOM}{{2,3}}"
    rf"|(?<=[号號].){_DIGIT_OF_ROOM}?(?:[零〇]|[0Oo](?=[一二三四五六七八九])){_DIGIT_OF_ROOM})(?!{NUMERAL})"
)
"""Finds the further digits of a room that is written as it is spoken, behind a house: 三栋一二零三放门口."""
_IN_HAN: Final = f"(?:{NUMERAL}|[0Oo](?={NUMERAL}))"
"""Matches a numeral, or a zero or the letter O in place of one: 三0八."""
_TO_A_FLOOR: Final = rf"[-—~]{NUMERAL}{{1,4}}(?=\s?[层層楼樓])"

(
    BARE_NUMBER,
    UNIT_WORD,
    OTHER_WORD,
    HOUSE_WORD,
    ROOM_WORD,
    FLOOR_WORD,
    DOOR_WORD,
    LANE_WORD,
    NUMBER_WORD,
    STOREY,
    _SIDES,
) = range(1, 12)
"""The groups of `TOKENS`. The last one that matches says which word is behind a number. The first ends the number."""
_SIDE: Final = "东東西南北中左右"
TOKENS: Final = Expression(
    rf"[0-9A-Za-z*{words.NUMERALS}单單室户戶层層楼樓门門头頭](?:(?<=[A-Za-z])(?:[A-Za-z]+[a-z](?=[A-Z][0-9*])|[A-Za-z]{{2,}}+|(?<=[A-Z])[a-z](?!{ALNUM})|(?:(?<=I)D|(?<=Q)Q|(?<=[VW])X|(?<=O)K)(?!{ALNUM}))"
    rf"|(?:(?<={ALNUM}){ALNUM}*+(?:{_JOIN}{ALNUM}++)*+"
    rf"|(?<={NUMERAL})(?<!千)(?:{_IN_HAN}{{0,7}}(?:[至到]{NUMERAL}{{1,4}}|{_TO_A_FLOOR})?"
    rf"(?={_SUFFIX.replace('<>', '')}|{END})|{HAN_ROOM}|(?=[0-9])|(?<![陆伍])(?=\*)))()"
    rf"(?:\s?{_SUFFIX.replace('<>', '()')})?"
    rf"|(?:(?<=[0-9A-Za-z*号號楼樓元栋棟幢座厦廈都城场場园園苑庭府寓心馆店院][首底顶頂][层層楼樓])|(?<=[及、,，\s(（地汇匯港坊塔区區期邸轩居]首[层層])|(?<=架空[层層]))()"
    rf"|(?:(?<=[单單])(?=元)|(?<=[室户戶])|(?<=[左右][门門])|(?<=[号號][楼樓][东東西南北][门門])|(?<=[栋棟幢座][东東西南北][门門])|(?<=[头頭])(?![0-9A-Za-z\u4e00-\u9fff]))"
    rf"(?:(?<=[甲乙丙丁].)|(?<=[元层層楼樓梯栋棟幢座号號厦廈苑园園馆館\-0-9A-Za-z*][{_SIDE}].)|(?<=^[{_SIDE}].))())"
).finditer

_FAMILIES: Final = frozenset(FAMILY_NAMES + RARE_FAMILY_NAMES + WORDS_AS_FAMILY_NAMES)
_NAME_AS_WORD: Final = re.compile(
    r"(?:(?<=[0-9*]{3})|(?<=[0-9*]{3}\s))[\u4e00-\u9fff]"
    r"(?:\*{1,2}(?![0-9*])|\*{8,}|(?![东東西南北中](?![\u4e00-\u9fff]))[\u4e00-\u9fff]{1,2}?"
    r"(?=$|[\s,，;；。、(（)）收代签簽取]|先生|女士|1[3-9][0-9*]{9}|\*{6}))"
).match
_CIRCLES: Final = re.compile(
    "(?<=[一二三四五六七八九○◯])(?<![^一二三四五六七八九][○◯])[○◯](?=[一二三四五六七八九○◯号號室弄巷])"
).sub
"""Matches a circle that is the zero of a number in Han: 五○二室. Other circles hide something: 王○明."""
_SLIP: Final = re.compile("[0-9][OoIl][0-9]").search
_SPLIT: Final = re.compile(rf"[\-_~/.:—至到&+{words.NUMERALS}]+").split
_STARRED: Final = re.compile(
    rf"[0-9A-Za-z*{words.NUMERALS.replace('一', '')}]|一(?![0-9*])|(?<=-)[{_SIDE}甲乙丙丁](?=-)"
).sub


def with_numerals(text: str) -> str:
    """Return a text of the same length with Han numerals in place of signs that look like them: 五○二室, 5樓之ㄧ."""
    if "○" in text or "◯" in text:
        text = _CIRCLES("〇", text)
    return text.replace("ㄧ", "一") if "ㄧ" in text else text


def is_of_name(text: str, stop: int) -> bool:
    """Whether the word behind a number that ends at `stop` is a family name behind a room: 402米秀英收."""
    at = stop + text.startswith(" ", stop)
    found = _NAME_AS_WORD(text, at) if text[at : at + 1] in _FAMILIES else None
    return found is not None and (found[0][-1] == "*" or names_between_words.is_name(found[0], plainly=True))


def word_behind(text: str, kind: int, stop: int, end: int) -> tuple[int, int]:
    """Return which word is behind a number of TOKENS, and where the word ends. A family name is no such word.

    Args:
        text: the address.
        kind: which word it seems to be.
        stop, end: where the number ends, and the word.
    """
    return (BARE_NUMBER, stop) if BARE_NUMBER < kind < STOREY and is_of_name(text, stop) else (kind, end)


def parts_of(number: str) -> list[str]:
    """Return the numbers that are joined in one."""
    return _SPLIT(number) if number[0].isascii() else [number]


def count_digits(number: str) -> int:
    """Return how many digits a number has, with hidden ones and a letter that was read in place of a digit."""
    return sum(char.isdecimal() or char == "*" for char in number) + (_SLIP(number) is not None)


def starred(number: str) -> str:
    """Return the number as stars. What joins its parts stays."""
    return _STARRED("*", number)
