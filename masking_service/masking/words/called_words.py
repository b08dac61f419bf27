"""Says which Han are words, and which words can be a person's name: 方圆女士, 由方言签收."""

import re
from functools import cache
from importlib import resources
from typing import Final

from masking_service.masking.members.name_words import name_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES
from masking_service.masking.words.han_words import NO_WORD, UNKNOWN, han_words

ROLE_ENDS: Final = frozenset("员人师者工")
PERSON_ENDS: Final = frozenset("户生友方手长士徒商主客警官妇婆公嫂弟妹哥姐爷奶叔姨侄")
ORGANISATION_ENDS: Final = frozenset("场地司厂店部科处组班院局所行社馆校市队站库间堂舍心室园会团办房吧厅委楼")
_TITLES: Final = frozenset(f"{cues.SHORT_TITLES}家")
_LAST: Final = _TITLES | ROLE_ENDS | PERSON_ENDS | ORGANISATION_ENDS
_NO_CALLED: Final = _LAST | (frozenset(cues.NO_GIVEN) - {"可"}) | frozenset(cues.PLACE_ENDS)
_NO_CALLED_LAST: Final = _LAST | frozenset("管位保卫机台府委办处色款码箱盒袋")
"""Last characters of words that mean people, posts, organisations or kinds of goods: 白色."""
_ENDS_OF_VILLAGES: Final = frozenset("集镇乡屯店铺桥口寨堡庄村")
home_as_place: Final = re.compile(
    ".家(?:[庄村湾桥浜宅沟屯堡坪坝港塘山岭寨营店集楼角嘴渡巷弄窑滩圩岗墩畈冲垸坳埠圳]|木桥|花园|大院)"
).match
"""Matches a village or a street that is called after a family: 丁家庄, 龙家角."""
_FLAT_ENDS: Final = frozenset("卡券票纸贴膜毯床饼片条信图")
_is_time: Final = re.compile(
    "[今明昨前后当次翌即同近本末][天日晚早夜]|[今明去前次当同本]年|[本当次同上下]月|[一二三四五六七八九十正腊]月"
    "|[上中下正]午|傍晚|凌晨|清晨|早[晨上]|晚[上间]|夜[里间晚]|周[一二三四五六日末]|[本上下]周|日前|现在|刚才"
).fullmatch
"""Matches words for a time. Others are given names as well: 明月, 初夏."""
_DISTANCE: Final = re.compile(r"(?<![0-9])(?:[0-9]{1,2}|[0-9]{1,2}[05]0)$").search
_CUES: Final = frozenset((*cues.ROLES, *cues.WEAK, *cues.TITLES, *cues.VERBS))


def is_word(text: str) -> bool:
    """Whether a whole text is a known word."""
    return text in han_words().words or text in cues.common_words()


@cache
def _whole_words() -> tuple[dict[int, frozenset[str]], frozenset[str]]:
    """Return the words inside which no name is, by length, and all pairs of characters in them."""
    text = resources.files(__package__).joinpath("whole_words.txt").read_text("utf-8")
    words = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    by_length = {length: frozenset(word for word in words if len(word) == length) for length in {*map(len, words)}}
    return by_length, frozenset(word[at : at + 2] for word in words for at in range(len(word) - 1))


def is_inside_word(text: str, start: int, end: int) -> bool:
    """Whether a span of two characters or more is part of an idiom or another long word: 李戴 of 张冠李戴."""
    words_of, pairs = _whole_words()
    return text[start : start + 2] in pairs and any(
        text[first : first + length] in words
        for length, words in words_of.items()
        for first in range(max(0, end - length), start + 1)
    )


def is_noun(text: str) -> bool:
    """Whether a whole text is a known noun."""
    return is_word(text) and han_words().words.get(text, NO_WORD)[0] in ("n", UNKNOWN)


def is_distance(text: str, at: int) -> bool:
    """Whether a number of metres is before `at`, not one of a room: 40米, 200米."""
    return text[at] == "米" and _DISTANCE(text, at - 5, at) is not None


def is_of_village(given: str) -> bool:
    """Whether a possible given name ends like a village or its market: 楼集 of 杨楼集."""
    return len(given) > 1 and given[0] in cues.PLACE_ENDS and given[1] in _ENDS_OF_VILLAGES


def can_be_called(name: str, *, politely: bool) -> bool:
    """Whether Han beside a title or cue can be a name although they are a word or a place.

    Before polite titles, every word can that does not mean people. Before other titles, a trade cannot, either
    (安装师傅).
    """
    known, family = han_words().words, 2 if name[:2] in DOUBLE_FAMILY_NAMES else 1
    if not 1 <= len(name) - family <= len("小明") or name in _CUES or name in cues.NO_CALLED:
        return False
    if name[-1] in _NO_CALLED_LAST or (not politely and name in cues.TRADES):
        return False
    if name in known or name in cues.common_words():
        return True
    return name[:2] not in known and name[:2] not in cues.common_words() and name[-1] not in _NO_CALLED


def counts_goods(text: str, start: int) -> bool:
    """Whether 张 is a measure word for something flat behind it: 送张贺卡."""
    goods = text[start + 1 : start + 3]
    return text[start : start + 1] == "张" and goods[-1:] in _FLAT_ENDS and is_noun(goods)


def is_once(text: str, start: int, at: int) -> bool:
    """Whether 一下 belongs to the verb at `at`, between another verb and its object: 查一下单号, but not 解一下单了."""
    object_follows = text[start + 1 : at + 1] == "一下" and is_word(text[at + 1 : at + 3])
    return object_follows and han_words().words.get(text[start], NO_WORD)[0] == "v"


def is_time_or_anyone(word: str) -> bool:
    """Whether a word means a time, or people in general."""
    return _is_time(word) is not None or word in name_words().anyone


def goes_on(text: str, at: int) -> bool:
    """Whether a verb or an adverb follows the title of one character at `at`: 张工看一下."""
    if is_word(text[at : at + 2]) or is_word(text[at : at + 3]) or is_word(text[at - 1 : at + 2]):
        return False
    words, behind = han_words().words, text[at + 1 : at + 3]
    return (words.get(behind) or words.get(behind[:1], NO_WORD))[0] in ("v", "p", "a", "r", "t")
