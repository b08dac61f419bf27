"""Hides unit, floor and room in Chinese addresses, by the text before and behind each number.

An address goes from the street to the room, so its numbers are read in order. The text before a number says how far the
address has come (`level_of`): behind a road the number is a house's, in a market a stall's, behind a building a
room's. A word behind the number may say it, too (单元, 号楼, 室). Both together say what of the number is shown
(`han_number_rules`).
"""

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.addresses.han_number_rules import is_next_house, read_with_word
from masking_service.masking.addresses.han_numbers import (
    ALNUM,
    BARE_NUMBER,
    BUILDING,
    ESTATE,
    FILLERS,
    FLOOR,
    FLOOR_WORD,
    HOUSE_WORD,
    LANE,
    LANE_WORD,
    NUMBER,
    NUMBER_WORD,
    NUMERAL,
    PLACE,
    POSTCODE,
    ROAD,
    ROOM,
    ROOM_DIGITS,
    STOREY,
    TOKENS,
    UNIT,
    ZONE,
    count_digits,
    level_of,
    starred,
    word_behind,
)
from masking_service.masking.words import address_words as words
from masking_service.masking.words.name_cues import PINYIN_FAMILIES

_NUMERALS: Final = frozenset(words.NUMERALS)
_SIDE_OF_A_FLOOR: Final = re.compile(
    r"[东東西南北中左右](?:(?:(?<=\*[层層楼樓fF].)|(?<=\*[单單]元.))(?<!中)"
    r"(?=(?:侧|側|边|邊|手|手边|手邊|头|頭|首)?[门門]?(?:$|[\s,，(（]))"
    r"|(?:(?<=\*.)|(?<=\*-.))(?=$|[\s,，(（]))"
).sub
"""Matches the side of a floor or of a room: 5栋21西, 6-3-东."""
_SIDE_OF_A_HOUSE: Final = re.compile("[东東西南北中](?<=[元单單楼樓层層栋棟幢座号號].)(?=[边邊间間][户戶])").sub
_ROOM_IN_WORDS: Final = re.compile(
    rf"[号號院内內楼樓层層栋棟幢元F](?:(?:{words.OLD_ROOM})(?=.(?:$|[(（]))|(?:地下|天[台臺])(?=$|[(（]))"
).sub
"""Matches a room without a number, and the character before it, which belongs to a house or a floor: 71号前楼."""
_SIDES_OF_A_FLOOR: Final = re.compile(
    r"[A-Z](?<=\*[楼樓层層].)(?:[A-Z]{1,4}(?=[单單]元|[座室])|(?=[\u4e00-\u9fff](?<![座栋棟区區型])))"
).sub
"""Matches doors on a floor that are named by letters: 16楼ABC单元, 3樓A店."""
_LETTERS_OF_A_SHOP: Final = re.compile(
    r"(?<=[\u4e00-\u9fff])(?<![號号])[A-Z]{1,5}(?=地[舖鋪铺])|(?<=[廈厦座])[A-Z]{1,2}(?=\s?座地(?:下|[舖鋪铺]))"
    r"|(?<=地下)[A-Z]{2,5}(?=\s?[舖鋪铺座]|$)"
).sub
"""Matches letters of shops on the ground floor, in Hong Kong and Macau: B座地下, AR地舖, 地下BC舖."""
_ITEM: Final = rf"(?:[A-Za-z]{{1,3}}[0-9]{{0,4}}|[0-9]{{1,4}}[A-Za-z]?|[{words.NUMERALS}]{{1,2}})"
_OF_SEVERAL: Final = re.compile(
    rf"(?<![0-9A-Za-z*\-_~/.#{words.NUMERALS}]){_ITEM}(?=\s?(?:[、&/]|(?<!{NUMERAL})[及和與与]|(?<=[A-Z])[,，])\s?"
    rf"(?:{_ITEM}[、&/及和與与,，]\s?){{0,8}}\*{{1,4}}(?:-\*{{1,4}})?(?:[号號]?(?:{words.ROOM})|座|{words.FLOOR}|(?:(?<=[A-Za-z][、及和與与]\*)$)))"
).sub
"""Matches the first of several rooms or floors, the last of which is hidden: A及*舖, 16、**楼."""
_LOWER_FLOOR: Final = re.compile("(?<![A-Za-z0-9][LU]G)(?<=[LU]G)[0-9]{1,2}(?![0-9A-Za-z])").sub
"""Matches a floor below or above the ground floor, in Hong Kong: LG3."""
_BETWEEN_SEVERAL: Final = frozenset("、&/及和與与,，")
_OPEN_FLOORS: Final = ("空层", "空層")
_LISTS: Final = frozenset("、,，/&+")
_AND: Final = frozenset("及和與与")
_INSIDE: Final = re.compile(r"[^0-9A-Za-z\u3400-\u9fff。；;\n]{1,2}|的|第").fullmatch
"""Matches what is between the numbers of a building, a unit and a room in a text: 3栋 2单元 203."""
_IS_ROOM_OF_A_TEXT: Final = re.compile(r"(?![BLbl]?[0-9]{1,2}[Ff]$)[0-9A-Za-z*]+").fullmatch
_IS_ALNUM: Final = re.compile(ALNUM).match
_ORDER_DIGITS: Final = 8
"""The digits from which on a number is no room's."""
_BEHIND_ORDER: Final = re.compile(
    r"(?:[单單](?:编|編)?[号號码碼]|[订訂运運][单單]|流水|交易|合同|物流|[取提][件货貨]|验证)[号號码碼]{0,2}[\s:：=#是为為]{0,3}$"
).search
"""Finds the end of the text before an order's number, which is shown. Only these words count in an address."""
_BEHIND_COUNT: Final = re.compile(r"(?:[件箱个個盒]数|数量|重量|体积|金额|货款)[\s:：=是为]{0,3}$").search
"""Finds the end of the text before a quantity, a weight or an amount of money."""
_IS_OF_CARRIER: Final = re.compile("[A-Z]{2,4}[0-9]{12,15}|JD[A-Z]{0,2}[0-9]{11,13}").fullmatch
"""Matches the number of a parcel in the format of a carrier: SF1381234567890."""
_CODE_OF_TAIWAN: Final = re.compile(
    r"[0-9]{3}(?:[0-9]{2,3})?(?=\s?(?:[臺台](?:[北中南]市|[东東][县縣])|新北市|桃[园園]市|高雄市|基隆市|新竹[市县縣]|[嘉]义[市县]|嘉義[市縣]"
    r"|苗栗[县縣]|彰化[县縣]|南投[县縣]|[云雲]林[县縣]|屏[东東][县縣]|宜[兰蘭][县縣]|花[莲蓮][县縣]|澎湖[县縣]|金[门門][县縣]))"
).match
"""Matches a postcode in front of a city or county of Taiwan: 813 高雄市."""
_IsSure = Callable[[str, str, int, int, int], bool]
"""Takes a text, a number in it, the word behind the number, its level and its end."""


def hide_han_units(text: str) -> str:
    """Return a Chinese address with the numbers of its units, floors and rooms as stars."""
    return read_han_units(text)[0]


def read_han_units(text: str, level: int = ESTATE, is_sure: _IsSure | None = None) -> tuple[str, int]:
    """Read an address or a text.

    Args:
        text: the text.
        level: what is in front of its first number.
        is_sure: asked whether a number is hidden that is so in an address; always if None.

    Returns:
        The text with its units hidden, and where the words behind its last number begin.
    """
    pieces: list[str] = []
    done = end = 0
    before, last_kind, last_number, last_hidden = level, 0, "", False
    postcode = code.end() if (code := _CODE_OF_TAIWAN(text)) is not None else 0
    for match in TOKENS(text):
        kind = match.lastindex
        if kind is None or match.start() < postcode:
            continue  # a Latin word
        if is_sure is not None and text.startswith(_OPEN_FLOORS, max(0, match.start() - 1)):
            continue  # 放架空层, which tells no floor
        start, last = match.span()
        if kind >= STOREY:
            begin = _side_begin(text, start - 1, done)
            pieces += text[done:begin], "*" * (start - begin)
            done, end, level = start, last, FLOOR if kind == STOREY else ROOM if text[start] in "室户戶" else UNIT
            continue
        apart = start > end
        listed = False
        if apart:
            gap = text[end:start]
            listed = _is_listed(gap, last_kind, last_number, kind, text[start : match.end(1)])
            listed = listed and not is_next_house(text, start - 1)
            if listed:
                level = before
            else:
                goes_on = not is_sure or gap[0] not in FILLERS or (level >= BUILDING and _INSIDE(gap))
                level = level_of(gap, kind, level if goes_on else PLACE, end == 0)
        stop = match.end(1)
        kind, last = word_behind(text, kind, stop, last)
        before, end = level, last
        number = text[start:stop]
        last_kind, last_number = kind, number
        if is_sure is not None and not is_sure(text, number, kind, level, end):
            level = _passed(text[end - 1], kind, level)
            continue
        if kind == BARE_NUMBER and (_is_of_no_unit(number, gap, level) if apart else _IS_OF_CARRIER(number)):
            continue
        if is_sure is not None and kind == BARE_NUMBER and _IS_ROOM_OF_A_TEXT(number):
            shown, level = "*" * len(number), ROOM
        else:
            shown, level = read_with_word(text, number, kind, level, stop, end)
            if listed and last_hidden and kind == NUMBER_WORD:
                shown = starred(number)  # 13、14、15号 are all rooms or all houses
        last_hidden = shown != number
        if last_hidden:
            begin = _hidden_from(text, number, kind, start, done)
            pieces += text[done:begin], "*" * (start - begin) + shown
            done = stop
    shown = "".join(pieces) + text[done:] if pieces else text
    return _hide_beside(shown, found=bool(pieces), address=is_sure is None), end


def _hide_beside(shown: str, *, found: bool, address: bool) -> str:
    """Hide sides of houses and floors and, in an address, rooms in words and the first of several rooms.

    `found` tells whether any number is hidden in `shown`.
    """
    shown = _SIDE_OF_A_HOUSE("*", shown)
    if not address:
        return shown
    if found:
        if not _BETWEEN_SEVERAL.isdisjoint(shown):
            shown = _OF_SEVERAL(_stars, shown)
        shown = _SIDE_OF_A_FLOOR("*", _SIDES_OF_A_FLOOR(_stars, shown))
    if "G" in shown:
        shown = _LOWER_FLOOR(_stars, shown)
    if "地" in shown:
        shown = _LETTERS_OF_A_SHOP(_stars, shown)
    return _ROOM_IN_WORDS(lambda room: room[0][0] + "*" * (len(room[0]) - 1), shown)


def _stars(found: re.Match[str]) -> str:
    return "*" * len(found[0])


def _is_of_no_unit(number: str, gap: str, level: int) -> bool:
    """Whether a number is no unit's.

    It may be a quantity, a postcode (名苑_315104), an order's, a parcel's or a family name (3栋 lu hong).
    """
    if _BEHIND_COUNT(gap):
        return True
    if number in PINYIN_FAMILIES:
        return not gap.strip(" (（")
    if len(number) == POSTCODE:
        return number.isdecimal() and (level not in (ZONE, ESTATE) or gap[-1] not in "_-")
    long = count_digits(number) >= _ORDER_DIGITS
    return long and (_BEHIND_ORDER(gap) is not None or _IS_OF_CARRIER(number) is not None)


def behind_last_number(text: str) -> int:
    """Return where the words behind an address's last number begin. A numeral alone may be part of a name (张三)."""
    numbers = [match for match in TOKENS(text) if match.lastindex is not None and match[0] not in _NUMERALS]
    if not numbers:
        return 0
    last = numbers[-1]
    return word_behind(text, last.lastindex or 0, last.end(1), last.end())[1]


def _is_listed(gap: str, last_kind: int, last_number: str, kind: int, number: str) -> bool:
    """Whether a number behind a comma or 及 is one of several: true of 66号、68号 and 101、102室, not of 66号，601."""
    if gap not in _LISTS and not (gap in _AND and (last_kind != BARE_NUMBER or last_number.isdecimal())):
        return False
    if last_kind != BARE_NUMBER or kind != BARE_NUMBER:
        return last_kind in (kind, BARE_NUMBER)
    if number.isdecimal() and last_number.isdecimal() and len(number) >= ROOM_DIGITS:
        return len(number) <= len(last_number) and int(last_number) < int(number)
    return len(number) <= len(last_number) or len(number) < ROOM_DIGITS


def _passed(last: str, kind: int, level: int) -> int:
    """Return the level behind a number in a text that is no unit's, and whose word ends with `last`."""
    if kind == HOUSE_WORD:
        return BUILDING
    if kind == LANE_WORD:
        return LANE if last == "弄" else ROAD
    return NUMBER if kind == NUMBER_WORD and level in (ROAD, LANE) else PLACE


def _hidden_from(text: str, number: str, kind: int, start: int, done: int) -> int:
    """Return where the hidden part of a number begins: at the sign of a basement or at its own digits, as in 12三."""
    in_han = not number[0].isascii()
    if in_han and not done and text[:start].isdecimal():
        return 0
    return start - 1 if (kind == FLOOR_WORD or in_han) and start > done and text[start - 1] in "负負" else start


def _side_begin(text: str, side: int, done: int) -> int:
    """Return where the hidden part of 2东户 and 架空层 begins: the side, with the number before it."""
    if text[side] == "空":
        return side - 1
    while side > done and _IS_ALNUM(text, side - 1):
        side -= 1
    return side
