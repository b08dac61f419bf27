"""Says at which level of a Chinese address a number is, by the words in front of it.

It knows the words that roads, estates and markets end with, and no list of places.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.han_numbers import LETTERS, NUMBER_WORD
from masking_service.masking.words import address_words as words
from masking_service.masking.words.alternatives import by_char

PLACE, VILLAGE, ROAD, ZONE, ESTATE, AISLE, MARKET, TOWER, NUMBER, LANE, BUILDING, UNIT, FLOOR, ROOM = range(14)
"""Levels: what is in front of a number.

PLACE is a name that says nothing of the number. ZONE is a part of an estate (小区, 二期), AISLE a part or a lane of a
market, TOWER a building with a name, which has only floors and rooms, NUMBER the number of a house in a road, and LANE
a 弄, which has houses.
"""

HEADS: Final = {
    ending: level
    for level, endings in (
        (PLACE, words.WAYS),
        (VILLAGE, words.VILLAGES),
        (ROAD, words.ROADS),
        (ZONE, words.ZONES),
        (ESTATE, words.ESTATES),
        (AISLE, words.AISLES),
        (MARKET, words.MARKETS),
        (TOWER, words.TOWERS),
        (NUMBER, words.NUMBERED_ANEW),
        (LANE, words.LANES),
        (BUILDING, words.BUILDINGS),
        (UNIT, words.UNITS),
        (FLOOR, words.FLOORS),
        (ROOM, words.ROOMS),
    )
    for ending in endings.split()
}
_BY_LAST: Final = {last: tuple((word, HEADS[word]) for word in its) for last, its in by_char(HEADS, -1).items()}
"""The words in front of numbers with their levels, by their last character, longer words first."""

FILLERS: Final = " ,，:：-—.、~/_№第\t(（的；;|=+。!！?？\\→…·\"'“”‘’「」『』《》<>〔〕{}[]【】)）〈〉^$@%`※★☆◆◇■□▪←⇒"
_HASHES: Final = ("#", "＃")
_IN_THE_HOUSE: Final = frozenset("甲乙丙丁内內")
"""Characters behind the number of a house: for one of several houses, or for what is in it, as in 12号内5号."""
_PARTS_OF_A_HOUSE: Final = frozenset("东段 西段 南段 北段 中段".split())
"""Words for a part of a house; behind a road they are parts of the road."""
_BESIDE_A_HOUSE: Final = frozenset("付副增")
"""Words that stand for 附 behind the number of a house: 12号付3号."""
HERE: Final = "内內侧側边邊面旁东東西南北中"
"""Characters behind a place that say at which side of it."""
_NO_PLACE_ENDS: Final = frozenset((*FILLERS, *_HASHES, *HERE, *"里裡牌号號甲乙丙丁之附"))
"""Last characters with which the text before a number may hold more than the name of a place."""
INSIDE: Final = ("公寓", "大厦", "大楼", "市场", "商场", "小区", "园区", "业园", "酒店", "宿舍", "大院")
"""Places inside which people are: with 里 behind it, such a name is no lane."""
_SAYS_NO_MORE: Final = re.compile(
    rf"(?:{'|'.join(f'(?<={word})' for word in INSIDE)})[里裡]$|(?<=[路街道巷弄村])门牌[号號]?$"
    "|(?<=[路街道巷])[甲乙丙丁]$"
).search
"""Finds what is between a place and a number and is no place itself: 公寓里, 路门牌, 东街甲3号, 路乙56-2号."""
_BEFORE_NUMBERS: Final = frozenset("之附")
_HOUSE_IN_HAN: Final = re.compile(rf"(?:^|(?<=[路街道段巷弄]))[{words.NUMERALS}]{{1,4}}之$").search
"""Finds the first part of a house's number in Han: 一段二十一之三號."""
_IS_DISTRICT: Final = re.compile(
    r"(?:[省市州县縣][\s_-]?|^)(?![场場])[\u4e00-\u9fff]{2}(?<![小社园園校厂工新发業业])[区區]$"
).search
_BEGINS_ANEW: Final = re.compile("市[\u4e00-\u9fff]{2,3}[区區县縣]|省[\u4e00-\u9fff]{2,3}市").search
"""Finds the beginning of another address."""
_IS_LANE: Final = re.compile("(?<!大)[街巷]$").search
_HAS_MARKET: Final = re.compile(words.MARKET_INSIDE).search
_LATIN_HEAD: Final = re.compile(
    r"(?<![A-Za-z])(?:(lane|road|rd|street|st|avenue|ave|no)|building|bldg|block|blk|tower|phase)$", re.I
).search
"""Finds a word for a road or a house in an address that is partly in English."""
HAN_AT: Final = re.compile(r"[\u4e00-\u9fff]").match


def level_of(gap: str, kind: int, level: int, first: bool) -> int:
    """Return the level of a number of this kind behind these words, if the one before them was at `level`."""
    if gap == "里":
        return level
    if gap in _IN_THE_HOUSE and level in (NUMBER, BUILDING):
        return BUILDING
    if gap in _PARTS_OF_A_HOUSE and level >= BUILDING:
        return level
    if gap in _BESIDE_A_HOUSE and level in (NUMBER, BUILDING):
        return ROOM
    place = _place(gap, kind, level) if gap[-1] in _NO_PLACE_ENDS else gap
    if not place:
        return level
    if place[-1] in LETTERS and (latin := _LATIN_HEAD(place)):
        return ROAD if latin[1] else ESTATE
    for word, found in _BY_LAST.get(place[-1], ()):  # noqa: B007 - the length of the word counts
        if place.endswith(word):
            break
    else:
        return level if level in (AISLE, MARKET, TOWER, BUILDING, UNIT, FLOOR) else FLOOR if level == ROOM else PLACE
    if level == FLOOR and HAN_AT(gap, 0) and found < BUILDING and _BEGINS_ANEW(gap) is None:
        return FLOOR  # the lanes of a market are named like roads
    if found == ROAD and level in (AISLE, MARKET) and HAN_AT(gap, 0) and _IS_LANE(place):
        return AISLE
    if found == NUMBER and level < NUMBER:
        return VILLAGE
    return found if found != ZONE else _level_of_zone(place, level, first, len(word))


def _place(gap: str, kind: int, level: int) -> str:
    """Return the name of the place in front of a number, without signs and without what belongs to the number."""
    place = gap.rstrip(FILLERS)
    if kind == NUMBER_WORD and place[-1:] in _BEFORE_NUMBERS:
        if place == "之" or (place[:-1] and place[-1] == "附"):  # 88之3號, 人民路附6号
            place = place[:-1].rstrip(FILLERS)
        elif house := _HOUSE_IN_HAN(place):
            place = place[: house.start()]
    if place[-1:] in _HASHES and (level in (VILLAGE, ROAD, LANE) or HAN_AT(place, len(place) - 2)):
        place = place[:-1]
    may_say_no_more = "里裡牌号號甲乙丙丁" if kind == NUMBER_WORD else "里裡牌号號甲"
    if place and place[-1] in may_say_no_more and (more := _SAYS_NO_MORE(place)):
        place = place[: more.start()]
    return _without_side(place) if place and place[-1] in HERE else place


def _level_of_zone(place: str, level: int, first: bool, length: int) -> int:
    """Return the level of a number behind a part of an estate, market or town with a word of this length."""
    if level in (AISLE, MARKET, TOWER) or level >= BUILDING:
        return AISLE if level == TOWER else level
    if length > 1:
        return ZONE
    if _IS_DISTRICT(place) and (first or len(place) > len("青浦区")):
        return VILLAGE
    return MARKET if _HAS_MARKET(place) else ESTATE


def _without_side(place: str) -> str:
    """Return a place without its named side: 市场内, 大街路北, and C区西 for the part behind the number."""
    here = place.rstrip(HERE)
    return here if not here or here[-1] in "路街道村场場市厦" else place
