"""Hides unit, floor and room in texts in Chinese, where a number can only be theirs.

Texts have numbers of many things: 放3楼前台 and 20-3-503 are a floor and a room, 买3送1 and 4号到 are not. What is
beside a number decides: a house, a word about people at home, the mask of a name.
"""

import re
from typing import Final

from masking_service.masking.addresses.han_addresses import read_han_units
from masking_service.masking.addresses.han_number_rules import IS_ROOM_IN_HAN
from masking_service.masking.addresses.han_numbers import (
    AISLE,
    BARE_NUMBER,
    BUILDING,
    DOOR_WORD,
    ESTATE,
    FILLERS,
    FLOOR_WORD,
    HAN_AT,
    LANE,
    MARKET,
    NUMBER,
    NUMBER_WORD,
    NUMERAL,
    PLACE,
    ROOM_DIGITS,
    ROOM_WORD,
    TOWER,
    UNIT_WORD,
    ZONE,
    count_digits,
    with_numerals,
)
from masking_service.masking.addresses.rooms_alone import is_there, is_to_a_door, rooms_alone
from masking_service.masking.around import text_before
from masking_service.masking.names import names_between_words
from masking_service.masking.words import address_words as words
from masking_service.masking.words.alternatives import any_of, only_at
from masking_service.masking.words.called_words import is_noun
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES
from masking_service.masking.words.name_cues import SHORT_TITLES, TITLES, UNITS

_TITLED: Final = rf"(?:[{SHORT_TITLES}](?![\u4e00-\u9fff])|代?[收签]|亲[启收签]|{any_of(TITLES)})"
_NAME_AT_ROOM: Final = Expression(rf"(?<=[0-9A-Za-z])\*{{1,2}}(?={_TITLED})|(?<=[0-9])(?:Mrs?|Ms|Miss)\b").sub
"""Finds the stars of a family name alone, or an English title, right behind a room: 1808*先生, 1808Mr W***."""
_PLACEHOLDER: Final = "某"
"""Replaces each of these characters, so that none of them is read as part of the room's number."""
_NAMED: Final = frozenset((ZONE, ESTATE, AISLE, MARKET, TOWER))
_named_before: Final = re.compile("(?:[单單]元[号號]?|楼层|樓層|[0-9*号號楼樓F]之)$").search
_FLAT_ON_FLOOR: Final = re.compile(r"(?<=\*[楼樓层層])[A-Z](?:(?=座(?![椅位]))|(?![\w*\-&.]))").sub
"""Replaces the letter of a flat behind its floor: 12樓C, 24樓D座."""
_NAME_AND_ROOM: Final = re.compile(r"\*{1,3}[1-9][0-9]{2,3}").fullmatch
"""The stars of a name, and the number of a room right behind them."""
_UNIT_GOES_ON: Final = re.compile(
    rf"\s?-?[A-Z]?[0-9*]{{3,4}}(?![0-9A-Za-z件个只箱])|(?:{NUMERAL}{{1,4}}|[0-9]{{1,2}})[楼樓層层室户]"
    rf"|[一二三四五六七八九][零〇一二三四五六七八九]{{2,3}}(?!{NUMERAL})"
).match
_ON_A_FLOOR: Final = re.compile(
    rf"电梯|電梯|前台|楼梯|走廊|大厅|左|右|东|西|[A-Z]?[0-9]{{3}}(?![0-9]?(?:[{UNITS}抽张張片页頁格高宽寬米克]|[cm]m|[xX×*]))"
).match
"""Matches what shows that a number of levels is a floor: a place or a room there, and no measure: 3层130抽."""
_MAY_BE_CALLED: Final = Expression(
    rf"\s?(?:(?:{any_of(DOUBLE_FAMILY_NAMES)}|[{FAMILY_NAMES}{RARE_FAMILY_NAMES}])(?:\*(?![0-9])|[\u4e00-\u9fff])"
    r"|\*(?:先生|女士|小姐|阿姨|师傅|老师))"
).match
_IN_A_HOUSE: Final = re.compile("(?:车间|厂房|写字楼|大楼)$").search
"""Finds the text before the number of a floor in it: 15车间5层."""
_IS_OF_HOUSES: Final = re.compile(
    "(?<=[楼樓])(?:[盘盤价價宇]|市(?![场場政民区區]))|(?<=[层層])(?:别墅|洋房|小楼|建筑|板楼)"
).match
"""Matches what is behind a number and the word for a floor that together are no floor: 五一楼市, 二层别墅."""
_IS_MEASURED: Final = re.compile(
    r"平(?:[米方]|均|(?![\u4e00-\u9fff])|[精一二三四五0-9])|㎡|居(?:室|(?![\u4e00-\u9fff])|[在高可折精])"
).match
"""Matches words for the size of a flat behind a number: 65-140平米, 1-3居."""
_COMMAS: Final = "，,；;"
"""Signs between a floor and a person: 12层，张伟. Behind one digit it may be a number of layers: 包了2层，张伟打包."""
_CALLED: Final = 8
"""Characters behind a floor that are searched for a name."""
_HOUSE: Final = re.compile(r"[A-Z]?[0-9]{1,2}").fullmatch
_PAIR: Final = re.compile(r"([A-Z]?[0-9]{1,2})([/_.~])([0-9]{3,4})").fullmatch
_IS_CODE: Final = re.compile(
    r"(?:型号|规格|尺寸|尺码|货号|款号|取件码|提货码|密码|编号|单号|价|[经經纬緯]度|[￥¥$])[^\u4e00-\u9fff]*$"
).search
_PAIR_BEFORE: Final = re.compile(
    r"(?:^|[\s,，、:：;；(（【.。|/+放送到])[A-Z]?[0-9]{1,2}(?P<gap>[号號][院门門]|[门門舍宿]|[号號栋棟幢座#/_]\s?|\s{1,2})$"
    r"|[\u4e00-\u9fff](?<![月第到至])[0-9]{1,2}(?P<dash>[号號]-)$"
).search
"""Finds the number of a house before that of a room."""
_ENDS_PAIR: Final = re.compile(r"$|[:：/\-—,，、;；)）】|]|\s[\u4e00-\u9fff]|[\u4e00-\u9fff]").match
_GOES_ON: Final = re.compile(
    "放|谢|別|别|没|沒|有人|电话|電話|手机|手機|请|請|麻烦|麻煩|收|自提|代|我|你|给|給|找|联系|打|不|勿"
).match
_USED_AS: Final = re.compile(
    r"位(?![业業住客用顾居嘉])|[包雅隔][厢廂间間房]|卡座|里[间間屋面边邊]|[有共][0-9]{1,2}[个個位]?人|[\u4e00-\u9fff]{2,4}(?:部|科|处|處)(?![分位门門件])"
).match
"""Matches, behind the number of a room, what the room is used for, or who works there."""
_IS_FLOOR: Final = re.compile(r"[BLbl]?[0-9]{1,2}[Ff]").fullmatch
_IS_DOOR: Final = re.compile("[0-9]{1,2}[A-Ha-h]").fullmatch
"""Matches a floor and a door on it, behind a house: 10栋2B."""
_IS_DOOR_ON_A_FLOOR: Final = re.compile("0[1-9]|[0-9]?[A-Z][0-9]{2,3}").fullmatch
"""Matches the number of a door right behind a floor: 9层05, 三楼B25, 3楼3A25."""
_IS_LATIN: Final = re.compile("[A-Za-z]").match
_IS_FILE_OR_CODE: Final = re.compile(r"\.[A-Za-z]{2,4}(?![A-Za-z])|-[A-Za-z]{2}").match
"""Matches the end of the name of a file, or more of an article's number, behind a number: 18-4420-BLK."""
_IS_MODEL: Final = re.compile("[A-Za-z]{2} $").search
"""Finds the word of a model before its number, which a word for goods follows: Air 15 2019键盘, MIIX 3-1030皮套."""
_IS_POWER: Final = re.compile("[0-9]{2,4}[WVPwv]").fullmatch
"""Matches a number of watts, volts or lines of a picture."""
_IS_HOUSE_TO_ROOM: Final = re.compile(
    r"(?:[A-Z][0-9]|[0-9]{1,2}[A-Z]?)[-—/_~](?:[0-9*]{1,2}|[东西南北中甲乙丙丁])[-—/_~](?!(?:19|20)[0-9]{2}$)[0-9*]{3,4}"
).fullmatch
_IS_STALL: Final = re.compile("[A-Z][0-9]{1,2}档口?|[A-Z]?[0-9]{1,2}[号號](?:[摊攤]位|[档檔]口)").fullmatch
_AT_STALL: Final = re.compile("(?:[档檔]口|[摊攤]位|[铺舖鋪]位|底商|门面)[号號]?[:：是]?$").search
_IS_WHOLE: Final = re.compile(
    r"[0-9]{1,2}\.[1-9]\.[1-9][0-9]?0[1-9]|[0-9]{1,2}-[1-9]-[0-9]{1,2}-[1-9]|[0-9]{1,2}F-[0-9]{1,2}"
).fullmatch
"""Matches a house, a unit and a room at the beginning of a clause: 6.5.904, 7-2-18-1, 3F-08."""
_IS_ROOM: Final = re.compile(r"(?:[0-9]{1,3}[A-Z]?-)?[A-Za-z]?(?:[0-9*]{3,4}|[0-9][OoIl][0-9])[A-Z]?").fullmatch
"""Matches the number of a room, also with a letter that was read in place of a digit: 3O2."""
_NARROW: Final = {code: code - 0xFEE0 for code in map(ord, "－．／＃～＿０１２３４５６７８９")} | {
    code: code - 0xFEE0 for first in "Ａａ" for code in range(ord(first), ord(first) + 26)
}
_IS_WIDE: Final = re.compile(f"[{''.join(map(chr, _NARROW))}]").search
_ESTATE_ENDS: Final = "(?:(?<=[苑园園城庄湾灣庭府邸墅郡])|(?<=[小园園社][区區]))"
_BEHIND_ODD_SIGNS: Final = re.compile(
    rf"(?:{_ESTATE_ENDS}[0-9]{{1,2}}(?P<sign>[^\w\s%.*,，。;；×]{{1,2}})|(?<=[\u4e00-\u9fff])[0-9]{{1,2}}(?P<join>[|+:：=·])"
    r"(?P<unit>[1-9])(?P=join))"
    r"(?P<room>[1-9][0-9]?(?:0[1-9]|[1-5][0-9]))(?![0-9A-Za-z元块件万千%.\-:])"
).finditer
"""Finds a house, a unit and a room behind an estate, with any sign between them: 花园34==2407, 花园3|2|1203."""
_MAY_HOLD_UNITS: Final = Expression(
    only_at(
        rf"0-9０-９A-Zr*\-\s,，、:：;；(（【.。|/+{words.NUMERALS}"
        "栋棟幢座铺舖鋪单元门房室号號弄楼樓铃禁梯档檔摊攤底首东東西中放送到",
        r"(?!(?<=[0-9])[0-9]{2})(?:"
        rf"[0-9{words.NUMERALS}](?:[号號]?(?:[楼樓层層室房户戶舍床门門F]|(?:[寝教病诊]|办公|会议|实验)室|病房|档|单元|單元|[商店]?[铺舖鋪])|[字\s][楼樓]|[-—－/.．][0-9]{{1,2}}[-—－/.．][0-9])|[０-９]"
        r"|(?<=[\u4e00-\u9fff])\*{1,3}[0-9]{3,4}(?![0-9]|码(?!头)|正在(?:为您|派[件送]))"
        r"|(?<=[\u4e00-\u9fff#])-?[A-Z]?(?:[0-9]{1,2}[A-Z]?-[0-9]|[0-9]{3,4}(?![0-9]))|[栋棟幢座铺舖鋪][A-Z]?[0-9*]|[铺舖鋪](?<=地下[A-Z].)|首[层層]|单元[-0-9]"
        r"|[栋棟幢座元][一二三四五六七八九][零〇○0Oo一二三四五六七八九]{2}"
        r"|[号號弄][0-9][OoIl][0-9]|[Rr](?:oo)?m\.? ?[0-9]{3}"
        r"|(?:^|[\s,，。放送])[0-9]{1,2}-[0-9]{3,4}(?![0-9-])|[栋棟幢座楼元梯][^\n]{0,24}?[\s,，;；。、][0-9]{3,4}(?:$|[\s,，。;；])"
        r"|[栋棟幢座楼][^\n]{0,24}?[\s,，;；。、][0-9]{3,4}(?:的(?:$|[\s,，。])|[取领])"
        r"|[档檔摊攤铺舖鋪门底][口位面商][号號]?[:：是]?[A-Z]?[0-9]|[0-9][号號][摊攤档檔][口位]|[东東西中][边邊间間][户戶]"
        r"|[0-9][#＃][0-9]{3}|[号號]-[0-9]{3}|(?<=[\s,，])[0-9]{3,4}放"
        r"|[栋棟幢座](?:[a-z]|[A-Z]?-)[0-9]|(?:单元|单元号|楼层)[:：]?[0-9]"
        r"|(?:^|[\s,，、:：;；(（【.。|/+放送到])[A-Z]?[0-9]{1,2}(?:[号號栋棟幢座#/_]\s?|\s{1,2}|-)[0-9]{3,4}(?![0-9])|[0-9][~～_](?:[0-9]{1,2}[~～_])?[0-9]{3}"
        r"|[0-9][|+:：=·][1-9][|+:：=·][0-9]{3}"
        rf"|{_ESTATE_ENDS}[0-9]{{1,2}}[^\w\s%.*,，。;；]{{1,2}}[0-9]"
        r"|(?<=[苑园園城庄湾灣庭府邸墅区區郡都])[0-9]{1,2}\.[0-9]{3,4}(?![0-9万千百亿吨米平公克斤元%A-Za-z])"
        r"|[栋棟幢座楼樓元][^0-9A-Za-z\u3400-\u9fff]{1,2}[A-Z]?[0-9])",
    )
).search
_IN_A_WARD: Final = re.compile("(?:科|病区|病區|病房|住院|医院|醫院|室|院区|加)[^0-9A-Za-z]{0,2}$").search
"""Finds the text before the number of a bed in a hospital; 2床被子 is two quilts."""
_LIKE_A_ROOM: Final = re.compile("[1-9][0-9]?(?:0[1-9]|[1-5][0-9])").fullmatch
"""Matches a floor and a number on it."""
_AND_ANOTHER: Final = re.compile(
    r"(?<![0-9*])(\*{3,4})[室房]?[、，,/]? ?(?:和|或者?|跟|及|不是|别[送放])?([0-9]{3,4})"
    r"(?![0-9A-Za-z.\-:：元块克斤件个])"
).finditer
"""Finds a number behind a hidden room that may be another room on the same floor: 送到1203，不是1202."""
_IS_MASKED: Final = re.compile(r"[\u4e00-\u9fff]{1,2}\*").match
_BEHIND_HOUSE: Final = re.compile(rf"[0-9{words.NUMERALS}](?:[号號弄#])$").search
_BEHIND_ESTATE: Final = re.compile(
    r"[\u4e00-\u9fff]{2}(?:[园園府郡邸轩居舍墅坊湾]|(?<![家这那哪店屋城院村月])里|国际|名门|公馆)[0-9]{1,3}[号號]$"
).search
"""Finds a house in an estate, whose name ends with a character that other words end with, too: 至善园5号."""
_TO_A_ROOM: Final = re.compile(
    r"[0-9]{3,4}(?:[室房]|$|[\s,，。;；|/(（]|[放谢謝没沒有门門]|收(?!费|银)|取件|电话|電話|快递|麻烦|麻煩)"
).match
_UNIT_BEFORE_ROOM: Final = re.compile(
    r"(?<=[\u4e00-\u9fff]) ?[0-9]{1,2} (?P<unit>[1-9])(?= \*{3,4}(?![0-9*]))"
    r"|(?<=[楼樓栋棟幢座])(?P<number>[0-9]{1,2})(?=#\*{3,4}(?![0-9*]))"
    r"|(?<=[\u4e00-\u9fff])[0-9]{1,2}(?P<sign>[^\w\s*]{1,2})(?P<odd>[1-9])(?=(?P=sign)\*{3,4}(?![0-9*]))"
).finditer
"""Finds a unit between a house and a hidden room: 27 4 ****, 38#楼1#****."""
_CUE: Final = 8
"""Characters before a number that are read to tell what it is."""
_BEGINS: Final = re.compile(r"(?:^|[\s,，。;；:：!！按呼])(?:送|放|找|给|問|问)?$").search
_BEFORE_VALUES: Final = " :：-—.、~/_"
_BEFORE_CODES: Final = frozenset("#码碼号號")


def may_hold_units(text: str) -> bool:
    """False for a text, or for lines, in which `hide_units_in_text` finds nothing."""
    return _MAY_HOLD_UNITS(text) is not None or bool(rooms_alone(text, text))


def hide_units_in_text(text: str) -> str:
    """Return a text in Chinese with the numbers that can only be those of units, floors and rooms as stars."""
    read = with_numerals(text)
    if _IS_WIDE(text) is None and read == text:
        return _hide_units(text)
    shown = _hide_units(read.translate(_NARROW))
    return "".join([mask if mask == "*" else char for mask, char in zip(shown, text, strict=True)])


def _hide_units(text: str) -> str:
    read = _NAME_AT_ROOM(lambda name: _PLACEHOLDER * len(name[0]), text) if "*" in text else text
    shown = read_han_units(read, PLACE, _is_sure)[0]
    if read != text:
        shown = "".join([mask if mask == "*" else char for mask, char in zip(shown, text, strict=True)])
    for start, end in rooms_alone(text, shown):
        shown = shown[:start] + "*" * (end - start) + shown[end:]
    for found in _UNIT_BEFORE_ROOM(shown) if "*" in shown else ():
        start, end = max(map(found.span, ("unit", "number", "odd")))
        shown = shown[:start] + "*" * (end - start) + shown[end:]
    for found in _BEHIND_ODD_SIGNS(shown):
        for start, end in (found.span("unit"), found.span("room")):
            shown = shown[: max(0, start)] + "*" * (end - start) + shown[max(0, end) :]
    for found in _AND_ANOTHER(shown):
        first, second = text[found.start(1) : found.end(1)], found[2]
        if _LIKE_A_ROOM(second) and first[:-2] == second[:-2]:
            shown = shown[: found.start(2)] + "*" * len(second) + shown[found.end(2) :]
    return _FLAT_ON_FLOOR("*", shown) if "*" in shown else shown


def _is_sure(text: str, number: str, kind: int, level: int, end: int) -> bool:
    """Whether a number in a text can only be that of a unit."""
    return not _is_amount(text, kind, end) and _is_of_unit(text, number, kind, level, end)


def _is_of_unit(text: str, number: str, kind: int, level: int, end: int) -> bool:
    """Whether a number that is no amount can only be that of a unit."""
    named = level >= BUILDING or level in _NAMED
    start = text.rindex(number, 0, end)
    before = text_before(text, start, _CUE)
    if kind == UNIT_WORD:
        return named or _UNIT_GOES_ON(text, end) is not None
    if kind == FLOOR_WORD:
        sure = text[end - 1] not in "层層" or named or _IN_A_HOUSE(before) is not None
        behind = end + 1 if len(number) > 1 and text[end : end + 1] in _COMMAS else end
        return sure or bool(_ON_A_FLOOR(text, end) or is_to_a_door(before) or _is_called(text, behind))
    if kind == ROOM_WORD:
        bed = text[end - 1] == "床" and _IN_A_WARD(before) is not None
        stall = _IS_STALL(text[start:end]) is not None
        if text[end - 1] == "柜" and level < BUILDING and not text.startswith("门口", end):
            return False  # a locker
        at_house = text[end - 1] in "房室铺舖鋪" and len(number) > 1 and _BEHIND_HOUSE(before) is not None
        long = (count_digits(number) if number[0].isascii() else len(number)) >= ROOM_DIGITS
        return named or bed or stall or at_house or long
    if kind not in (BARE_NUMBER, NUMBER_WORD) or number.lower() == "c/o":
        to_a_room = text[end - 1] in "门門" and _TO_A_ROOM(text, end) is not None
        door = (named or to_a_room) if kind == DOOR_WORD else (named and to_a_room)
        return door or (named and text[end - 1] in "#门門店" and _IS_ROOM(number) is not None)
    if "*" in number:
        return _NAME_AND_ROOM(number) is not None and HAN_AT(before, len(before) - 1) is not None
    if kind == BARE_NUMBER and _IS_FLOOR(number) and before[-1:] != "%" and not _IS_LATIN(text, end):
        return True
    if _AT_STALL(before) or (level >= BUILDING and _named_before(before.rstrip(FILLERS))):
        return True
    coded = before.rstrip(_BEFORE_VALUES)[-1:] in _BEFORE_CODES and not _BEHIND_HOUSE(before.rstrip("-— "))
    if coded or _IS_POWER(number) or _IS_LATIN(before, len(before) - 1):
        return False
    if level >= BUILDING and (kind == NUMBER_WORD or not number.isalnum() or _is_door(text, number, before, end)):
        return True
    apart = _IS_HOUSE_TO_ROOM(number) or _is_house_and_room(text, number, start, end)
    if apart and _IS_FILE_OR_CODE(text, end) is None:
        return True
    room = (count_digits(number) >= ROOM_DIGITS and _IS_ROOM(number)) or IS_ROOM_IN_HAN(number)
    return room is not None and _is_placed(text, number, kind, level, end)


def _is_amount(text: str, kind: int, end: int) -> bool:
    """Whether a number is a size, storeys of a house, or part of a word: 120平米, 二层别墅, 五一楼市."""
    if kind == FLOOR_WORD:
        return _IS_OF_HOUSES(text, end) is not None
    return _IS_MEASURED(text, end) is not None


def _is_called(text: str, end: int) -> bool:
    """Whether a person's name or its mask is right behind a floor: 12层张伟, and not 3层包装."""
    may_be = _MAY_BE_CALLED(text, end)
    if may_be is None or "*" in may_be[0]:
        return may_be is not None
    floor = "*F"
    names = names_between_words.find(floor + text[end : end + _CALLED])
    return any(start <= len(floor) + len(" ") for start, _ in names)


def _is_door(text: str, number: str, before: str, end: int) -> bool:
    """Whether a short number behind a house or a floor is that of a door there."""
    if _IS_DOOR(number):
        return bool(is_there(text, end) or _GOES_ON(text, end))
    return before[-1:] in "楼樓层層" and _IS_DOOR_ON_A_FLOOR(number) is not None


def _is_placed(text: str, number: str, kind: int, level: int, end: int) -> bool:
    """Whether the text before a number with the form of a room's, and right behind it, says that it is one."""
    if level >= BUILDING or (kind == NUMBER_WORD and level in (AISLE, MARKET)):
        return True
    if level in _NAMED:
        goes_on = _LIKE_A_ROOM(number) and (_GOES_ON(text, end) or _USED_AS(text, end))
        return bool(goes_on or _IS_MASKED(text, end)) or not number.isdecimal() or not HAN_AT(text, end)
    if level == PLACE and _BEHIND_ESTATE(text, max(0, end - len(number) - _CUE), end - len(number)):
        return _LIKE_A_ROOM(number) is not None and bool(is_there(text, end) or _GOES_ON(text, end))
    if level in (NUMBER, LANE):
        return (
            _IS_MASKED(text, end) is not None
            or _BEHIND_HOUSE(text, end - len(number) - 2, end - len(number)) is not None
        )
    return False


def _is_house_and_room(text: str, number: str, start: int, end: int) -> bool:
    """Whether a number has a house and a room, or is a room behind a house: 12-1203, 9/1104, 3号1803."""
    front = text_before(text, start, _CUE)
    if _IS_WHOLE(number):
        return bool(_BEGINS(front) or is_to_a_door(front))
    house, sign, room = number.rpartition("-") if "-" in number else _split_pair(number)
    if sign:
        return (
            _HOUSE(house) is not None
            and _LIKE_A_ROOM(room) is not None
            and _IS_CODE(text, start - _CUE, start) is None
            and not (_IS_MODEL(front) and is_noun(text[end : end + 2]))
        )
    if not _LIKE_A_ROOM(number) or (before := _PAIR_BEFORE(front)) is None:
        return False
    if _IS_MODEL(front, endpos=before.start() + 1) and is_noun(text[end : end + 2]):
        return False
    return not (before["gap"] or before["dash"]).isspace() or _ENDS_PAIR(text, end) is not None


def _split_pair(number: str) -> tuple[str, str, str]:
    found = _PAIR(number)
    return (found[1], found[2], found[3]) if found else ("", "", "")
