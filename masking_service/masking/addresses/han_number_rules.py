"""Says what of a number in a Chinese address is shown, by its level, its form and the word behind it.

Each of these words has a function of its own. Numbers with 号 or nothing behind them are judged by their form.
"""

import re
from itertools import pairwise
from typing import Final

from masking_service.masking.addresses.han_numbers import (
    AISLE,
    ALNUM,
    BARE_NUMBER,
    BUILDING,
    DOOR_WORD,
    END,
    ESTATE,
    FLOOR,
    FLOOR_WORD,
    HAN_AT,
    HOUSE_WORD,
    LANE,
    LANE_WORD,
    LETTERS,
    MARKET,
    NUMBER,
    NUMBER_WORD,
    NUMERAL,
    OTHER_WORD,
    PLACE,
    POSTCODE,
    ROAD,
    ROOM,
    ROOM_DIGITS,
    ROOM_WORD,
    TOWER,
    UNIT,
    UNIT_WORD,
    VILLAGE,
    ZONE,
    count_digits,
    parts_of,
    starred,
)
from masking_service.masking.words import address_words as words
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES

_NEVER: Final = 99
_BARE: Final = (3, _NEVER, _NEVER, 3, 3, 3, 3, 0, 0, 3, 0, 0, 0, 0)
_NUMBERED: Final = (_NEVER, _NEVER, _NEVER, 4, 3, 3, 0, 3, 3, 4, 0, 0, 0, 0)
"""The digits from which on a number, bare or with 号, is a room's or a stall's, by level."""
_LONGEST_RUN: Final = 8
"""The largest number of digits of a house, a unit and a room that are written as one number."""
_IN_A_NAME: Final = 3
"""The largest number of digits that may be part of the name of a place: 阳光100国际公寓."""
_WIDEST_RANGE: Final = 60
_ROWS_OF_SHOPS: Final = ("商业街", "商業街", "步行街")
"""Streets of shops, whose numbers with a letter are those of shops: 商业街A8."""
_LANES_INSIDE: Final = frozenset("弄 巷 胡同 街 道 通道".split())
"""Words for lanes that markets have, too."""
_FLOOR_FIRST: Final = re.compile(r"[BLbl*]?[0-9*]{1,3}(?=[Ff](?![A-Za-eg-z]))").match
_WITH_HOUSES: Final = frozenset((ROAD, ZONE, ESTATE, AISLE))
_NAME_OF_STARS: Final = Expression(
    r"(?:(?<![\u4e00-\u9fffA-Za-z*])|[人名員员方户戶友手主长士机理管客])"
    rf"(?:[{FAMILY_NAMES}{RARE_FAMILY_NAMES}]|{any_of(DOUBLE_FAMILY_NAMES)})\*{{1,2}}$|[\u4e00-\u9fff*][.·•‧・∙⋅･]\*{{1,8}}$"
).search
"""Finds the mask of a person's name."""
_LONGEST_MASK: Final = 10
_IS_PHONE_AND_UNIT: Final = re.compile(r"\*{6,}[0-9]{1,4}\*{1,3}").fullmatch
"""Matches the mask of a phone, and of a unit in Han right behind it: *******5678*楼."""
_IS_ROOM_AS_HOUSE: Final = re.compile(rf"(?<=[栋棟幢座])[0-9*]{{3,4}}[栋棟幢](?!\s?-?(?:{ALNUM}|{NUMERAL}))").match
"""Matches the number of a room with the word for a house, right behind a house: 4幢624幢."""
_BEHIND_A_HOUSE: Final = re.compile("(?<=[0-9*A-Za-z一二三四五六七八九十][栋棟幢])|(?<=[号號][楼樓])").match
"""Matches the place right behind the number of a house, where 座 and 区 are parts of the house: 11栋A座, 5号楼B区."""
_BEHIND_A_FLOOR: Final = re.compile("(?<=[0-9*A-Z一二三四五六七八九十][楼樓层層F])").match
_IS_ROOM_BEFORE_MI: Final = re.compile(
    r"(?<=[栋棟幢座元层層楼樓0-9*])[0-9]{3,4}米(?=[\u4e00-\u9fff])(?![处處内內左右远遠外以之后後前路到就便即的地有是直])"
).match
"""Matches a room and a word behind it that begins with 米 and tells no distance: 93幢5704米庄理财."""
_IS_BASEMENT: Final = re.compile(r"[BbLl][0-9*]{1,3}[Ff]?").fullmatch
_IS_FLOOR_OF_SHOPS: Final = re.compile("[Ll][0-9]{1,2}").fullmatch
"""Matches a floor before the number of a shop, wherever it is: 新天地L4-028."""
_BUILDING_BEFORE_ROOM: Final = re.compile("[0-9]{1,3}(?=[A-Za-z*][0-9*]{2,5}[A-Z]?$)|[A-Z](?=[0-9]{1,2}[A-Z]$)").match
"""Matches a building before a room, or before a floor and a door on it: D6C."""
_IS_HOUSE_AND_UNIT: Final = re.compile("[0-9]{1,2}[A-Z*]").fullmatch
IS_ROOM_IN_HAN: Final = re.compile(
    "[一二三四五六七八九壹贰叁肆伍陆柒捌玖][零〇0Oo一二三四五六七八九壹贰叁肆伍陆柒捌玖]{2,3}"
).fullmatch
_BUILDING_WITH_UNIT: Final = re.compile(
    rf"[0-9*{words.NUMERALS}]{{1,2}}(?:单元|單元)|[0-9*{words.NUMERALS}]{{1,3}}[门門](?:[0-9*]|[\s,，(（]|$)"
).match
_NUMBER_FOLLOWS: Final = re.compile(
    rf"\s?[\-_]?(?:[A-Za-z]{{0,2}}[0-9*]|{NUMERAL}{{1,3}}(?:{words.BUILDING}|{words.UNIT}|[楼層层])"
    "|[东東西南北中][单單]元)"
).match
TOWER_WITH_NUMBER: Final = (
    rf"[\u4e00-\u9fff]{{2,9}}(?:[大商][厦廈楼樓]|中心|公寓|花[园園]|购物城)[A-Z]?[座栋棟幢]?(?:[0-9*]|{NUMERAL})"
)
"""Part of an expression: a building with a name and a number in it. The number before it is a house's."""
_TOWER_FOLLOWS: Final = re.compile(TOWER_WITH_NUMBER).match
_NAMES_A_PLACE: Final = re.compile(rf"{words.NAMED_BY_NUMBERS}|(?<=7-11)便利").match
_COUNTER_FOLLOWS: Final = re.compile("[\u4e00-\u9fff]{1,8}专柜").match
_IN_A_VILLAGE: Final = re.compile(r"(?<!新)[镇鎮乡鄉村][\u4e00-\u9fff]{1,5}[0-9]{3,4}$").search
HIGHWAY: Final = "[GS][0-9]{1,4}(?=[\u4e00-\u9fff]{0,4}(?:高速|绕城|公路|[国省]道))"
"""Part of an expression: the number of a highway."""
_IS_HIGHWAY: Final = re.compile(HIGHWAY).match
_IS_STAKE: Final = re.compile(r"[Kk][0-9]{1,4}\+[0-9]{1,3}|[0-9]{1,4}(?:km|KM)").fullmatch
"""Matches a place on a highway."""
_IS_FIRM: Final = re.compile(r"([A-Za-z])&([A-Za-z])").fullmatch
_HOUSE_BEFORE_FLOOR: Final = re.compile(r"[0-9]{1,4}(?:-[0-9]{1,3})?(?=\*{1,3}$)").match
"""Matches a house in a road, right before a floor in Han: 88二楼."""
_LIKE_A_FLOOR: Final = re.compile(words.LIKE_A_FLOOR).match
_SHOP_ON_A_FLOOR: Final = re.compile(r"[FBL][0-9*]{1,2}(?=[A-Za-z]{2,}$)").match
_STALL_FOLLOWS: Final = re.compile(
    rf"(?:(?:{ALNUM}|{NUMERAL}|[负負]){{1,3}}(?:[号號][门門]|[楼樓]|F-?))?(?:[A-Za-z][0-9*]|[0-9*]{ALNUM}){ALNUM}|[0-9*]{{1,3}}-[0-9*]{{1,3}}[号號]"
).match
_IN_PART_OF_MARKET: Final = Expression(rf"(?:{words.MARKET_INSIDE})[\u4e00-\u9fff]{{0,2}}[期区區]$").search
"""Finds a part of a market: 五金城二期."""
_IN_HALL: Final = re.compile(f"(?:{words.MARKET_INSIDE}|基地|总部|展厅|展馆)[A-Z][区區馆厅]$").search
"""Finds a part of a market or of an exhibition, named by a letter, whose numbers are those of stalls: 总部基地A区."""
_LONG_STALL_FOLLOWS: Final = re.compile("[0-9*]{5}(?![0-9*])").match
"""Matches more digits than a house in a road has: 八区六街21701."""
is_next_house: Final = re.compile(
    rf"[楼樓層层F]?[及、和與与][0-9]{{1,4}}(?:之[0-9]{{1,3}})?[号號](?:[0-9*]|{NUMERAL}){{1,3}}(?:[-至][0-9*]{{1,3}})?[楼樓層层F]"
).match
"""Matches another house with its floor, behind a floor: 12號1樓及14號1樓, 6樓之1、152號6樓."""
_TO_ANOTHER: Final = re.compile("[至到&+]").search
"""Finds a sign between the first and the last of several numbers, or between two."""
_IS_SHOP: Final = re.compile(r"\s?[号號]?(?:[商店]?[铺舖鋪]|[档檔]|[摊攤])").match
_IS_ON_THE_GROUND: Final = re.compile("地[铺舖鋪]").match
"""Matches the word behind the number of a shop on the ground floor: 大廈十四號地舖."""
_IS_HOUSE_WITH_ROOM: Final = re.compile("[号號](?:房|室|办|辦|商[铺舖鋪]|店[铺舖鋪面]|门面|底商|宿舍)").match
_IS_PHONE: Final = re.compile(r"(?:(?:00)?86-)?(?:0[0-9]{2,3}-)?\*{6,}[0-9]{1,4}(?:-\*+)?").fullmatch
"""Matches the mask of a phone."""
NEAR: Final = 40
"""Characters around a number that are searched for a house."""
_DIGIT: Final = re.compile("[0-9*]").match
_ENDS: Final = re.compile(END).match
_APOSTROPHES: Final = frozenset("'’")
DATE: Final = "(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}"
"""Part of an expression: a date."""
_IS_DATE: Final = re.compile(DATE).fullmatch
_Read = tuple[str, int]
"""What is shown of a number, and the level of what follows it."""


def read_with_word(text: str, number: str, kind: int, level: int, stop: int, end: int) -> _Read:
    """Read a number that ends at `stop`, and the word behind it, which ends at `end`."""
    if kind == NUMBER_WORD and level in (ESTATE, AISLE, MARKET, TOWER) and _IS_ON_THE_GROUND(text, end):
        return starred(number), ROOM
    if kind in _UNITS and _IS_PHONE_AND_UNIT(number):
        return number, FLOOR
    plain = number.isdecimal()
    if plain and kind in _STARRED_KINDS and level not in (VILLAGE, ROAD):
        return "*" * len(number), _STARRED_KINDS[kind]
    if kind != BARE_NUMBER and kind != NUMBER_WORD:
        if level <= ESTATE and not number[0].isascii() and _LIKE_A_FLOOR(text, stop) is not None:
            return number, level
        return _READERS[kind](text, number, level, stop, end)
    if not plain:
        return _read_number(text, number, kind, level, end)
    return _read_plain(text, number, kind, level, end)


def _read_plain(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read a number of digits with 号 or nothing behind it."""
    if kind == BARE_NUMBER:
        if len(number) < POSTCODE and (level in (PLACE, NUMBER) or end == len(number)) and _NAMES_A_PLACE(text, end):
            return number, PLACE
        hidden = len(number) >= _BARE[level]
        if level <= NUMBER and len(number) > POSTCODE:
            hidden = _holds_house_and_room(text, number, level, end)
        in_a_name = len(number) <= _IN_A_NAME and HAN_AT(text, end) and not text.startswith(("门口", "的门"), end)
        if hidden and level == PLACE and (in_a_name or _IN_A_VILLAGE(text, end - NEAR, end)):
            return number, PLACE
    else:
        hidden = len(number) >= _NUMBERED[level]
        hidden = hidden or (level in (AISLE, TOWER) and _IN_HALL(text, 0, end - len(number) - 1) is not None)
        if hidden and level <= LANE and (_NUMBER_FOLLOWS(text, end) or _TOWER_FOLLOWS(text, end)):
            hidden = False
        if level in _WITH_HOUSES and len(number) >= POSTCODE:
            hidden = True
    if hidden:
        before = end - len(number) - (kind == NUMBER_WORD) - 1
        if (level >= FLOOR or kind == NUMBER_WORD) and is_next_house(text, before):
            return number, NUMBER
        return "*" * len(number), ROOM
    return number, _behind(kind, level)


def _holds_house_and_room(text: str, number: str, level: int, end: int) -> bool:
    """Whether a long number at the end of an address is written without a sign between house and room."""
    glued = HAN_AT(text, end - len(number) - 1) is not None
    return level in _WITH_HOUSES and len(number) <= _LONGEST_RUN and glued and _ENDS(text, end) is not None


def _behind(kind: int, level: int) -> int:
    """Return the level behind a number that is shown."""
    if level in (VILLAGE, ROAD) or (level == PLACE and kind == NUMBER_WORD):
        return NUMBER
    return BUILDING


def _read_number(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read numbers of another form: with letters, of several parts, of Han numerals, of stars."""
    if not number[0].isascii():
        lowest = NUMBER if kind == BARE_NUMBER and not _DIGIT(text, end) else BUILDING
        hidden = level >= lowest or (kind == NUMBER_WORD and level == MARKET)
        if kind == BARE_NUMBER and level not in (VILLAGE, ROAD) and IS_ROOM_IN_HAN(number):
            hidden = True
        return (starred(number), ROOM) if hidden else (number, NUMBER if level == ROAD else level)
    if _IS_PHONE(number) or _IS_STAKE(number) or _is_firm(number) or (number == "7-11" and _NAMES_A_PLACE(text, end)):
        return number, level
    if kind == BARE_NUMBER and not number.strip("*."):
        named = text[0] == "*" or _NAME_OF_STARS(text, end - _LONGEST_MASK, end) is not None
        return number, level if named and level < NUMBER else ROOM
    parts = parts_of(number)
    first = parts[0]
    last_is_floor = len(parts) > 1 and parts[-1] in ("F", "f") and not first.isalpha()
    if kind == BARE_NUMBER and (_FLOOR_FIRST(first) or last_is_floor):
        on_floor = level == FLOOR and len(parts) == 1 and number[-1] not in "Ff"  # 2楼2F26
        if on_floor or (count_digits(first) >= ROOM_DIGITS and number[-2] == "-"):
            return starred(number), ROOM
        return _floor_starred(number, first), FLOOR
    if len(parts) > 1:
        return _read_parts(number, parts, kind, level)
    return _read_mixed(text, number, kind, level, end)


def _is_firm(number: str) -> bool:
    """Whether two letters belong to a firm, as in H&M, and not to two rooms, as in A&B."""
    letters = _IS_FIRM(number)
    return letters is not None and ord(letters[2]) - ord(letters[1]) != 1


def _floor_starred(number: str, first: str) -> str:
    """Return what is shown of 12F, 5F-2 and 12/F."""
    floor = _FLOOR_FIRST(first)
    if floor is None:
        return starred(number[:-1]) + number[-1]
    return "*" * floor.end() + first[floor.end()] + starred(number[floor.end() + 1 :])


def _read_mixed(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read one number with letters or stars in it."""
    count = count_digits(number)
    if not count:
        if kind == BARE_NUMBER and (not _ENDS(text, end) or text[end - 2 : end - 1] in _APOSTROPHES):
            return number, level
        return ("*" * len(number), ROOM) if level >= BUILDING else (number, BUILDING)
    if kind == BARE_NUMBER and _IS_HIGHWAY(text, end - len(number)):
        return number, ROAD
    building = _BUILDING_BEFORE_ROOM(number) if kind == BARE_NUMBER and level < MARKET and level != ROAD else None
    if building:
        return number[: building.end()] + "*" * (len(number) - building.end()), ROOM
    if kind == BARE_NUMBER and level in (PLACE, ZONE, ESTATE) and _IS_HOUSE_AND_UNIT(number) and _ENDS(text, end):
        return f"{number[:-1]}*", UNIT
    if number.replace("*", "0").isdecimal():
        _, behind = _read_plain(text, "0" * len(number), kind, level, end)
        return ("*" * len(number) if behind == ROOM else number), behind
    if kind == NUMBER_WORD:
        lettered = level in (AISLE, TOWER) and number[0].isalpha() and count > 1  # 中心G27號
        stall = lettered or (count > 2 and _COUNTER_FOLLOWS(text, end))
        hidden = stall or count >= _NUMBERED[level] or (level in (PLACE, ZONE) and count >= ROOM_DIGITS)
    else:
        if level == PLACE and count <= _IN_A_NAME and HAN_AT(text, end):
            return number, PLACE
        if level == NUMBER and count < ROOM_DIGITS and _NAMES_A_PLACE(text, end):
            return number, PLACE
        if level in (AISLE, MARKET, TOWER) and (floor := _SHOP_ON_A_FLOOR(number)):
            return "*" * floor.end() + number[floor.end() :], FLOOR
        inside = level in (AISLE, MARKET, TOWER) and _ENDS(text, end) is not None
        if inside and _IS_BASEMENT(number):
            return "*" * len(number), FLOOR
        limit = ROOM_DIGITS if level == TOWER and number[0].isalpha() else _BARE[level]
        hidden = count >= limit or (inside and (count > 1 or (level != TOWER and number[0].isdecimal())))
        in_row = text.startswith(_ROWS_OF_SHOPS, max(0, end - len(number) - 3)) and _ENDS(text, end) is not None
        hidden = hidden or (level == ROAD and number[0].isalpha() and (in_row or count >= ROOM_DIGITS))
    return ("*" * len(number), ROOM) if hidden else (number, _behind(kind, level))


def _read_parts(number: str, parts: list[str], kind: int, level: int) -> _Read:
    """Read parts such as 12-3-401. Only the first may be a building's, where a building may be."""
    first, second = parts[0], parts[1]
    two = len(parts) == 2
    if level < BUILDING and _IS_DATE(number):
        return number, level
    if (
        two
        and (level in (VILLAGE, ROAD) or (level == LANE and kind == NUMBER_WORD))
        and count_digits(second) < ROOM_DIGITS
    ):
        return number, NUMBER
    if two and level == ROAD and (_is_range(first, second) or (kind == NUMBER_WORD and first.isdecimal())):
        return number, NUMBER
    if two and level == VILLAGE and kind == NUMBER_WORD and _is_range(first, second):
        return number, NUMBER
    whole = (
        level >= BUILDING
        or (level == NUMBER and not (two and count_digits(first) < ROOM_DIGITS <= count_digits(second)))
        or (level == TOWER and first.isdecimal())
        or (two and _is_range(first, second) and (len(first) >= ROOM_DIGITS or level in (AISLE, MARKET)))
        or (two and level != ROAD and _are_near(first, second))
        or (level == MARKET and first.isdecimal())
        or (level in (AISLE, MARKET, TOWER) and _IS_BASEMENT(first) is not None)
        or _IS_FLOOR_OF_SHOPS(first) is not None
        or (level == TOWER and len(first) > 1)
        or (two and level in (AISLE, MARKET) and first[0].isalpha() and count_digits(first) > count_digits(second))
        or (two and level in (PLACE, TOWER) and count_digits(first) >= ROOM_DIGITS > count_digits(second))
        or (two and level == AISLE and first.isdecimal() and max(len(first), len(second)) < ROOM_DIGITS)
        or (
            count_digits(first) >= ROOM_DIGITS and (first[0].isalpha() or (len(first) > ROOM_DIGITS and level == AISLE))
        )
    )
    return (starred(number) if whole else first + starred(number[len(first) :])), ROOM


def _read_unit(_text: str, number: str, level: int, _stop: int, _end: int) -> _Read:
    parts = parts_of(number)
    if len(parts) > 1 and (level < NUMBER or level == LANE) and parts[0].isalnum():
        return parts[0] + starred(number[len(parts[0]) :]), UNIT
    return starred(number), UNIT


def _read_other(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    """Read the number of a phase, a gate or a village group, or of something that has no place in an address."""
    word = text[stop:end].strip()
    if word in _COUNTED and number[0].isascii() and number[0].isalpha():
        return _read_number(text, number, BARE_NUMBER, level, stop)
    if word == "米" and level >= BUILDING and number.isdecimal() and _IS_ROOM_BEFORE_MI(text, stop - len(number)):
        return "*" * len(number), ROOM
    behind = _BEHIND_OTHERS.get(word, level)
    if behind == VILLAGE and number.isdecimal() and text[end - 1] == "村":
        behind = ZONE  # 新2村 is an estate in a town, and 五一村 may be a village
    house, *others = parts_of(number)
    longest = max(map(count_digits, others), default=0)
    if _BEHIND_OTHERS.get(word) == ESTATE and ROOM_DIGITS <= longest < POSTCODE:
        return house + re.sub("[0-9]", "*", number[len(house) :]), ROOM  # 孵化园4-150-C区
    gate = text[end - 1] in "门門" and (level >= BUILDING or (level in (AISLE, MARKET) and _NUMBER_FOLLOWS(text, end)))
    at_door = text[end - 1] == "店" or gate
    if at_door and (room := _long_as_room(text, number, level, end)):
        return room
    if text[end - 1] in "区區" and _BEHIND_A_HOUSE(text, stop - len(number)):
        return starred(number), UNIT
    if level == FLOOR and word in ("区", "區") and number[0] in LETTERS and _BEHIND_A_FLOOR(text, stop - len(number)):
        return starred(number), FLOOR  # a part of the floor: 二楼C区
    if level >= BUILDING:
        door = level == FLOOR or (level == BUILDING and (_NUMBER_FOLLOWS(text, end) or _ENDS(text, end)))
        door = (door and text[end - 1] in "门門") or text[end - 1] == "店"
        return (starred(number), level) if door else (number, level)
    in_market = level in (AISLE, MARKET) or (number.isascii() and number.isalpha())
    if behind == ESTATE and in_market and text[end - 1] != "院":
        return number, max(level, AISLE)
    return number, behind


def _long_as_room(text: str, number: str, level: int, end: int) -> _Read | None:
    """Read a long number with #, 号门 or 号店 behind it as other numbers there are read, if those are hidden.

    Example: 广场1203号店.
    """
    if max(map(count_digits, parts_of(number))) < ROOM_DIGITS:
        return None
    if number.isdecimal():
        shown, behind = _read_plain(text, number, NUMBER_WORD, level, end)
    else:
        shown, behind = _read_number(text, number, BARE_NUMBER, level, end)
    return (shown, behind) if shown != number else None


def _read_house(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    word = text[stop:end].strip()
    if word == "#" and (room := _long_as_room(text, number, ESTATE if level == PLACE else level, end)):
        return room
    on_a_floor = "F" in number and _FLOOR_FIRST(number) is not None  # 4F/B座
    part = word == "座" and (level == FLOOR or on_a_floor or _BEHIND_A_HOUSE(text, stop - len(number)))
    if part or (level >= BUILDING and word == "#"):
        return starred(number), UNIT
    if level >= BUILDING and (word in ("号仓", "号库") or (word == "号厂房" and level >= FLOOR)):
        return starred(number), ROOM  # a store in a house: 92栋9-12号仓库
    if level == BUILDING and _IS_ROOM_AS_HOUSE(text, stop - len(number)):
        return starred(number), ROOM
    if level >= BUILDING and len(parts := parts_of(number)) > 1:  # the number before it is a room's: 5栋301/5栋302
        return starred(number[: -len(parts[-1])]) + parts[-1], BUILDING
    return number, BUILDING


def _read_room(text: str, number: str, level: int, stop: int, _end: int) -> _Read:
    parts = parts_of(number)
    if level in (VILLAGE, ROAD) and len(parts) <= 2 and _IS_HOUSE_WITH_ROOM(text, stop):
        return number, NUMBER
    if len(parts) == 1 or level >= BUILDING:
        return ("*" * len(number) if len(parts) == 1 else starred(number)), ROOM
    whole = len(parts[1]) < len(parts[0]) >= ROOM_DIGITS or _is_range(parts[0], parts[1]) or level in (AISLE, MARKET)
    whole = whole or _are_near(parts[0], parts[1]) or _are_shops(text, number, parts, stop)
    whole = whole or (level == TOWER and len(parts[0]) >= ROOM_DIGITS)
    return (starred(number) if whole else parts[0] + starred(number[len(parts[0]) :])), ROOM


def _read_floor(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    word = text[stop:end].strip()
    parts = parts_of(number)
    if word in ("楼", "樓"):
        if level < BUILDING and level != TOWER and _BUILDING_WITH_UNIT(text, end):
            return number, BUILDING
        lettered = len(parts) == 1 and number[0].isascii() and number[0].isalpha()
        if lettered and level < BUILDING and not _IS_BASEMENT(number):
            if len(number) < ROOM_DIGITS:
                return number, BUILDING
            shown = 0 if level == NUMBER else 1  # 114号D11楼 may be a part of the house
            return number[:shown] + starred(number[shown:]), FLOOR
    if level == ROAD and (house := _HOUSE_BEFORE_FLOOR(number)):
        return house[0] + "*" * (len(number) - house.end()), FLOOR
    if len(parts) > 1 and level < BUILDING and not _are_floors(parts):
        return parts[0] + starred(number[len(parts[0]) :]), FLOOR
    return starred(number), FLOOR


def _read_lane(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    word = text[stop:end].strip()
    if level in (UNIT, FLOOR) or (level == ROOM and word == "街"):
        return starred(number), FLOOR
    in_part = level == AISLE and (
        number[0].isascii() or _LONG_STALL_FOLLOWS(text, end) or _IN_PART_OF_MARKET(text, 0, stop - len(number))
    )
    in_part = in_part or (level == BUILDING and word == "街" and _STALL_FOLLOWS(text, end))
    if word in _LANES_INSIDE and (level == MARKET or in_part):
        return (starred(number) if _STALL_FOLLOWS(text, end) else number), level
    if word == "排":
        return number, BUILDING if HAN_AT(text) else level  # a part of a named estate, and not a field
    return number, LANE if word == "弄" else ROAD


_COUNTED: Final = frozenset("年月日天点點岁次元件个個箱斤份盒袋瓶桶罐只班团连米")
"""Words behind a number of things or days; a code with letters counts none: B04天天快递."""
_BEHIND_OTHERS: Final = {
    "区": ESTATE, "區": ESTATE, "号区": ESTATE, "期": ESTATE, "组团": ESTATE, "号门": AISLE, "號門": AISLE,
    "国道": ROAD, "省道": ROAD, "县道": ROAD,
    "号院": ESTATE, "号路": ROAD, "号街": ROAD, "号大街": ROAD, "号支路": ROAD, "号公路": ROAD, "号大道": ROAD,
    "號院": ESTATE, "院": ESTATE, "社区": ZONE, "村": VILLAGE, "组": VILLAGE, "組": VILLAGE,
    "队": VILLAGE, "里": VILLAGE, "邻": VILLAGE, "鄰": VILLAGE,
}  # fmt: skip
_READERS: Final = {
    UNIT_WORD: _read_unit,
    OTHER_WORD: _read_other,
    HOUSE_WORD: _read_house,
    ROOM_WORD: _read_room,
    FLOOR_WORD: _read_floor,
    DOOR_WORD: _read_unit,
    LANE_WORD: _read_lane,
}
_UNITS: Final = frozenset((UNIT_WORD, ROOM_WORD, FLOOR_WORD))
_STARRED_KINDS: Final = {UNIT_WORD: UNIT, ROOM_WORD: ROOM}
"""Words behind a number that is hidden whatever is before it, and the level behind them."""


def _are_floors(parts: list[str]) -> bool:
    """Whether all parts may be floors, each above the one before it: 9-15, 9/11/14.

    Of two numbers, the first may also be a room on the floor that the second names: 174-8楼.
    """
    if not all(part.isdecimal() for part in parts):
        return False
    return all(int(one) < int(other) for one, other in pairwise(parts)) or (len(parts) == 2 and parts[0] < parts[1])


def _are_shops(text: str, number: str, parts: list[str], stop: int) -> bool:
    """Whether two numbers are of two shops or rooms, and not of a house and a shop: 2至3號舖, A-B室, 9-10號舖."""
    if len(parts) > 2:
        return False
    first, second = parts
    if _TO_ANOTHER(number) or (first.isalpha() and second.isalpha()):
        return True
    if _IS_SHOP(text, stop) is None:
        return False
    if not (first.isdecimal() and second.isdecimal()):
        return second.isalpha() or (len(first) == len(second) > 1 and first[:-1] == second[:-1])  # 1A-C, N26A-N26B
    return 0 < int(second) - int(first) <= _WIDEST_RANGE


def _are_near(first: str, second: str) -> bool:
    """Whether two numbers are of two rooms near each other, in any order: 923-922, C301-C306."""
    if first[0] == second[0] and second[0] in LETTERS:
        second = second[1:]
    first = first.lstrip(LETTERS)
    alike = first.isdecimal() and second.isdecimal() and ROOM_DIGITS <= len(first) == len(second) < POSTCODE
    return alike and abs(int(second) - int(first)) <= _WIDEST_RANGE


def _is_range(first: str, second: str) -> bool:
    """Whether two numbers are the first and the last of several that follow each other."""
    first = first.lstrip(LETTERS)
    return (
        first.isdecimal()
        and second.isdecimal()
        and len(first) == len(second) > 1
        and 0 < int(second) - int(first) <= _WIDEST_RANGE
    )
