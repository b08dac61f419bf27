"""Finds the numbers of Chinese addresses: their places, the words behind them, their parts, and their levels.

The level of a number is told by the words in front of it, those that roads, estates and markets end with; no list of
places is known.
"""

import re
from typing import Final

from masking_service.masking.names import names_between_words
from masking_service.masking.words import address_words as words
from masking_service.masking.words.alternatives import by_char
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
"""What joins two numbers. A numeral in Han between digits is a dash (`3一402`) or a slip. The side of a floor may also
be between numbers (`3-东-402`).
"""
_SUFFIX: Final = (
    rf"(?:[号號]?(?:{words.UNIT})<>|(?:{words.OTHER_NUMBERS})<>|(?:{words.BUILDING})<>|[号號]?(?:{words.ROOM})<>"
    rf"|(?:{words.FLOOR})<>|[门門](?=\s?-?[0-9A-Za-z*{words.NUMERALS}甲乙丙丁东東西南北中])<>|(?:{words.LANE})<>|[号號]<>)"
)
_DIGIT_OF_ROOM: Final = "(?:[零〇一二三四五六七八九]|[0Oo](?=[一二三四五六七八九]))"
HAN_ROOM: Final = (
    rf"(?<=[一二三四五六七八九])(?:(?<=[栋棟幢座元楼樓层層门門].){_DIGIT_OF_ROOM}{{2,3}}"
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
    r"(?:(?<=[0-9*]{3})|(?<=[0-9*A-Z\-][0-9*]{2}\s))[\u4e00-\u9fff]"
    r"(?:\*{1,2}(?![0-9*]|单元|單元|[门門室户戶层層楼樓号號梯座铺舖鋪床档檔柜摊攤]|商位|店面)|\*{8,}|(?![东東西南北中](?![\u4e00-\u9fff]))[\u4e00-\u9fff]{1,2}?"
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
    """Return which word is behind a number of TOKENS that ends at `stop`, and where the word ends.

    A family name is no such word, even if it seems to be one (`kind`, `end`).
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


PLACE, VILLAGE, ROAD, ZONE, ESTATE, AISLE, MARKET, TOWER, NUMBER, LANE, BUILDING, UNIT, FLOOR, ROOM = range(14)
"""Levels: what is in front of a number. PLACE is a name that says nothing of the number. ZONE is a part of an estate
(小区, 二期), AISLE a part or a lane of a market, TOWER a building with a name, which has only floors and rooms, NUMBER
the number of a house in a road, and LANE a 弄, which has houses.
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
    if level == FLOOR and HAN_AT(gap, 0) and found <= BUILDING and _BEGINS_ANEW(gap) is None:
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
    is_side = here == "" or here[-1] in "路街道村场場市厦" or place[-1] in "内內"
    return here if is_side else place
