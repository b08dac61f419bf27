"""Hides unit, floor and room in Chinese addresses by what stands before and behind each number.

An address goes from the street to the room, so its numbers are read in the order in which they are written. What is
before a number says where in that order it is: behind a road it is a house's, in a market a stall's, behind a building
a room's. A word behind it may say it anew (单元, 号楼, 室). It knows the words that roads, estates and markets end
with, and no list of places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking import address_words as words
from masking_service.masking.alternatives import any_of, by_char
from masking_service.masking.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES, RARE_FAMILY_NAMES

PLACE, VILLAGE, ROAD, ZONE, ESTATE, AISLE, MARKET, TOWER, NUMBER, LANE, BUILDING, UNIT, FLOOR, ROOM = range(14)
"""What is in front of a number.

PLACE is a name that says nothing, ZONE a part of an estate (小区, 二期), AISLE a part or lane of a market, TOWER a
house with a name, which has floors and rooms only, NUMBER the number of a house in a road, LANE a 弄, behind which are
houses.
"""

HEADS: Final = {
    ending: level
    for level, endings in (
        (VILLAGE, words.VILLAGES),
        (ROAD, words.ROADS),
        (ZONE, words.ZONES),
        (ESTATE, words.ESTATES),
        (AISLE, words.AISLES),
        (MARKET, words.MARKETS),
        (TOWER, words.TOWERS),
        (LANE, words.LANES),
        (BUILDING, words.BUILDINGS),
        (UNIT, words.UNITS),
        (FLOOR, words.FLOORS),
        (ROOM, words.ROOMS),
    )
    for ending in endings.split()
}
_BY_LAST: Final = {last: tuple((word, HEADS[word]) for word in its) for last, its in by_char(HEADS, -1).items()}
"""These words and their levels by their last character, longer ones first."""

_NEVER: Final = 99
_BARE: Final = (3, _NEVER, _NEVER, 3, 3, 3, 3, 0, 0, 3, 0, 0, 0, 0)
_NUMBERED: Final = (_NEVER, _NEVER, _NEVER, 4, 3, 3, 0, 3, 3, _NEVER, 0, 0, 0, 0)
"""By level: a number of at least so many digits is a room's or a stall's, bare or with 号 behind it."""

_POSTCODE: Final = 6
"""Digits: more are no room's where no building is."""
_LONGEST_RUN: Final = 8
"""Digits of a house, a unit and a room that are written as one number."""
_IN_A_NAME: Final = 3
"""Digits that may be part of the name of a place: 阳光100国际公寓."""
_ROOM_DIGITS: Final = 3
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_WIDEST_RANGE: Final = 60

_A: Final = "[0-9A-Za-z*]"
_H: Final = f"[{words.NUMERALS}]"
_END: Final = r"(?=$|[\s,，。.;；(（)）\[\]【】、/\"'“”‘’「」『』《》<>〔〕{}|+=~_])"
_JOIN: Final = (
    rf"(?:(?:[\-_~/.:—]{{1,2}}|[至到&+])(?=[0-9*]|[A-Za-z](?![A-Za-z]))|(?<=[0-9*]){_H}(?=[0-9*])"
    r"|(?<=[A-Za-z])一(?=[0-9*])|-[东東西南北中甲乙丙丁]-(?=[0-9*]))"
)
"""A numeral in Han between digits is a dash (`3一402`) or a slip; between numbers is also a side (`3-东-402`)."""
_SUFFIX: Final = (
    rf"(?:[号號]?(?:{words.UNIT})<>|(?:{words.OTHER_NUMBERS})<>|(?:{words.BUILDING})<>|[号號]?(?:{words.ROOM})<>"
    rf"|(?:{words.FLOOR})<>|[门門](?=\s?-?[0-9A-Za-z*{words.NUMERALS}甲乙丙丁东東西南北中])<>|(?:{words.LANE})<>|[号號]<>)"
)
_TO_A_FLOOR: Final = rf"[-—~]{_H}{{1,4}}(?=\s?[层層楼樓])"
_BARE_NUMBER, _UNITS, _OTHERS, _HOUSES, _ROOMS, _FLOORS, _DOORS, _LANES, _NUMBERS, _STOREYS, _SIDES = range(1, 12)
"""The last group that matches says which word is behind a number; the first one ends the number."""
_SIDE: Final = "东東西南北中左右"
_TOKENS: Final = re.compile(
    rf"[0-9A-Za-z*{words.NUMERALS}单單室户戶层層门門头頭](?:(?<=[A-Za-z])(?:[A-Za-z]{{2,}}+|(?<=[A-Z])[a-z])(?!{_A})"
    rf"|(?:(?<={_A}){_A}*+(?:{_JOIN}{_A}++)*+"
    rf"|(?<={_H})(?<!千)(?:{_H}{{0,7}}(?:[至到]{_H}{{1,4}}|{_TO_A_FLOOR})?"
    rf"(?={_SUFFIX.replace('<>', '')}|{_END})|(?=[0-9*])))()"
    rf"(?:\s?{_SUFFIX.replace('<>', '()')})?"
    rf"|(?:(?<=[0-9A-Za-z*号號楼樓栋棟幢座厦廈都城场場园園苑庭府寓心馆店院][首底顶頂][层層])|(?<=架空[层層]))()"
    rf"|(?:(?<=[单單])(?=元)|(?<=[室户戶])|(?<=[左右][门門])|(?<=[号號][楼樓][东東西南北][门門])|(?<=[栋棟幢座][东東西南北][门門])|(?<=[头頭])(?![0-9A-Za-z\u4e00-\u9fff]))"
    rf"(?:(?<=[甲乙丙丁].)|(?<=[元层層楼樓梯栋棟幢座号號厦廈苑园園馆館\-0-9A-Za-z*][{_SIDE}].)|(?<=^[{_SIDE}].))())"
).finditer

_FILLERS: Final = " ,，:：-—.、~/_№第\t(（的；;|=+。!！?？\\→…·\"'“”‘’「」『』《》<>〔〕{}[]【】)）"
_SIDE_OF_A_FLOOR: Final = re.compile(
    r"(?<=\*[层層楼樓])[东東西南北左右](?=(?:侧|側|边|邊|手|手边|手邊|头|頭)?(?:$|[\s,，(（]))"
).sub
_OPEN_FLOORS: Final = ("空层", "空層")
_HASHES: Final = ("#", "＃")
_SECOND: Final = frozenset("甲乙丙丁")
"""Behind the number of a house: one of several houses."""
_LISTS: Final = frozenset("、,，/&+")
_INSIDE: Final = re.compile(r"[^0-9A-Za-z\u3400-\u9fff。；;\n]{1,2}|的").fullmatch
"""Between the numbers of a building, a unit and a room in a text: 3栋 2单元 203."""
HERE: Final = "内內侧側边邊面旁东東西南北中"
"""Behind a place: which side of it."""
INSIDE: Final = ("公寓", "大厦", "大楼", "市场", "商场", "小区", "园区", "业园", "酒店", "宿舍", "大院")
"""What people are in: a name with 里 behind it is no lane's."""
_SAYS_NO_MORE: Final = re.compile(
    rf"(?:{'|'.join(f'(?<={word})' for word in INSIDE)})[里裡]$|(?<=[路街道巷弄村])门牌[号號]?$"
).search
"""What is between a place and a number, and is no place itself: 公寓里, 路门牌."""
_IS_DISTRICT: Final = re.compile(
    r"(?:[省市州县縣][\s_-]?|^)(?![场場])[\u4e00-\u9fff]{2}(?<![小社园園校厂工新发業业])[区區]$"
).search
_BEGINS_ANEW: Final = re.compile("市[\u4e00-\u9fff]{2,3}[区區县縣]|省[\u4e00-\u9fff]{2,3}市").search
"""Another address."""
_IS_LANE: Final = re.compile("(?<!大)[街巷]$").search
_LANES_INSIDE: Final = frozenset("弄 巷 胡同 街 道 通道".split())  # noqa: SIM905
"""Words for lanes that markets have, too."""
_HAS_MARKET: Final = re.compile(words.MARKET_INSIDE).search
_FLOOR_FIRST: Final = re.compile(r"[BLbl]?[0-9*]{1,3}(?=[Ff](?![A-Za-eg-z]))").match
_NAMED: Final = frozenset((ZONE, ESTATE, AISLE, MARKET, TOWER))
_WITH_HOUSES: Final = frozenset((ROAD, ZONE, ESTATE, AISLE))
_NAMED_BEFORE: Final = ("单元", "單元", "单元号", "单元號", "楼层", "樓層", "之")
_NAME_AND_ROOM: Final = re.compile(r"\*{1,3}[1-9][0-9]{2,3}").fullmatch
"""The stars of a name, and the number of a room right behind them."""
_NAME_OF_STARS: Final = re.compile(
    r"(?:(?<![\u4e00-\u9fffA-Za-z*])|[人名員员方户戶])"
    rf"(?:[{FAMILY_NAMES}{RARE_FAMILY_NAMES}]|{any_of(DOUBLE_FAMILY_NAMES)})\*{{1,2}}$|[\u4e00-\u9fff*][.·•‧・∙⋅･]\*{{1,8}}$"
).search
"""The mask of a person's name."""
_LONGEST_MASK: Final = 10
_UNIT_GOES_ON: Final = re.compile(rf"\s?-?[A-Z]?[0-9*]{{3,4}}(?![0-9A-Za-z件个只箱])|{_H}{{1,4}}[楼樓層层室户]").match
_ON_A_FLOOR: Final = re.compile("电梯|電梯|前台|楼梯|走廊|大厅|左|右|东|西|[A-Z]?[0-9]{3}").match
_HOUSE: Final = re.compile(r"[A-Z]?[0-9]{1,2}").fullmatch
_PAIR: Final = re.compile(r"([A-Z]?[0-9]{1,2})([/_.])([0-9]{3,4})").fullmatch
_IS_ROOM_AS_HOUSE: Final = re.compile(rf"(?<=[栋棟幢座])[0-9*]{{3,4}}[栋棟幢](?!\s?-?(?:{_A}|{_H}))").match
"""A number of a room with the word for a house, right behind a house: 4幢624幢."""
_IS_CODE: Final = re.compile(
    r"(?:型号|规格|尺寸|尺码|货号|款号|取件码|提货码|密码|编号|单号|价|[￥¥$])[^\u4e00-\u9fff]*$"
).search
_PAIR_BEFORE: Final = re.compile(
    r"(?:^|[\s,，、:：;；(（【.。|/+放送])[A-Z]?[0-9]{1,2}(?P<gap>[号號栋棟幢座#/_]\s?|\s{1,2})$"
).search
"""The number of a house before a room's."""
_ENDS_PAIR: Final = re.compile(r"$|[:：/\-—,，、;；)）】|]|\s[\u4e00-\u9fff]|[\u4e00-\u9fff]").match
_GOES_ON: Final = re.compile(
    "放|谢|別|别|没|沒|有人|电话|電話|手机|手機|请|請|麻烦|麻煩|收|自提|代|我|你|给|給|找|联系|打|不|勿"
).match
_IS_FLOOR: Final = re.compile(r"[BLbl]?[0-9]{1,2}[Ff]").fullmatch
_IS_ROOM_OF_A_TEXT: Final = re.compile(r"(?![BLbl]?[0-9]{1,2}[Ff]$)[0-9A-Za-z*]+").fullmatch
_IS_LATIN: Final = re.compile("[A-Za-z]").match
_IS_BASEMENT: Final = re.compile(r"[BbLl][0-9*]{1,3}[Ff]?").fullmatch
_BUILDING_BEFORE_ROOM: Final = re.compile(r"[0-9]{1,3}(?=[A-Za-z*][0-9*]{2,5}$)").match
_IS_HOUSE_AND_UNIT: Final = re.compile("[0-9]{1,2}[A-Z*]").fullmatch
_IS_ROOM_IN_HAN: Final = re.compile(
    "[一二三四五六七八九壹贰叁肆伍陆柒捌玖][零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖]{2,3}"
).fullmatch
_BUILDING_WITH_UNIT: Final = re.compile(rf"[0-9*{words.NUMERALS}]{{1,3}}(?:单元|單元|[门門][0-9*])").match
_NUMBER_FOLLOWS: Final = re.compile(
    rf"\s?[\-_]?(?:[A-Za-z]{{0,2}}[0-9*]|{_H}{{1,3}}(?:{words.BUILDING}|{words.UNIT}|[楼層层]))"
).match
_TOWER_FOLLOWS: Final = re.compile(
    rf"[\u4e00-\u9fff]{{2,9}}(?:[大商][厦廈楼樓]|中心|公寓|花[园園]|购物城)[A-Z]?[座栋棟幢]?(?:[0-9]|{_H})"
).match
"""A tower with a number in it: what is before it is the number of a house."""
_NAMES_A_PLACE: Final = re.compile(rf"{words.NAMED_BY_NUMBERS}|(?<=7-11)便利").match
_COUNTER_FOLLOWS: Final = re.compile("[\u4e00-\u9fff]{1,8}专柜").match
_IN_A_VILLAGE: Final = re.compile(r"(?<!新)[镇鎮乡鄉村][\u4e00-\u9fff]{1,5}[0-9]{3,4}$").search
_IS_HIGHWAY: Final = re.compile("[GS][0-9]{1,4}(?=[\u4e00-\u9fff]{0,4}(?:高速|绕城|公路|[国省]道))").match
_LATIN_HEAD: Final = re.compile(
    r"(?<![A-Za-z])(?:(lane|road|rd|street|st|avenue|ave|no)|building|bldg|block|blk|tower|phase)$", re.I
).search
"""A word of a road, or of a house, in an address that is partly in English."""
_SHOP_ON_A_FLOOR: Final = re.compile(r"[FBL][0-9*]{1,2}(?=[A-Za-z]{2,}$)").match
_STALL_FOLLOWS: Final = re.compile(rf"(?:{_A}{{1,3}}(?:[号號][门門]|[楼樓]|F-?))?[A-Za-z]?[0-9*]{{3}}").match
_IS_HOUSE_WITH_ROOM: Final = re.compile("[号號](?:房|室|办|辦|商[铺舖]|店[铺舖面]|宿舍)").match
_IS_PHONE: Final = re.compile(r"(?:0[0-9]{2,3}-)?\*{6,}[0-9]{1,4}(?:-\*+)?").fullmatch
"""The mask of a phone."""
_IS_HOUSE_TO_ROOM: Final = re.compile(
    r"[0-9]{1,2}[A-Z]?[-—/](?:[0-9*]{1,2}|[东西南北中甲乙丙丁])[-—/](?!(?:19|20)[0-9]{2}$)[0-9*]{3,4}"
).fullmatch
_IS_ROOM: Final = re.compile(r"(?:[0-9]{1,3}[A-Z]?-)?[A-Za-z]?(?:[0-9*]{3,4}|[0-9][OoIl][0-9])[A-Z]?").fullmatch
"""Also with a letter that was read in place of a digit: 3O2."""
_MAY_HOLD_UNITS: Final = re.compile(
    rf"[0-9{words.NUMERALS}](?:[号號]?(?:[楼樓层層室房户戶舍床门門F]|[寝教病诊]室|病房|单元|單元|[商店]?[铺舖])|[-—/][0-9]{{1,2}}[-—/][0-9])"
    r"|(?<![0-9*])[0-9]{3,4}[\s,，;；、]{1,3}[\u4e00-\u9fff]\*|[\u4e00-\u9fff]\*{1,3}[\s,，;；、（(]{0,3}[0-9]{3,4}(?![0-9])"
    r"|[\u4e00-\u9fff#]-?[A-Z]?(?:[0-9]{1,2}[A-Z]?-[0-9]|[0-9]{3,4}(?![0-9]))|[栋棟幢座铺舖][A-Z]?[0-9*]|单元[-0-9]"
    r"|[号號弄][0-9][OoIl][0-9]|[Rr](?:oo)?m\.? ?[0-9]{3}"
    r"|(?<![0-9A-Za-z.*-])[0-9]{3,4}(?:[那这]|[业業]主|住[户戶]|家里|家裡|的?门[口前铃]|門鈴|鞋柜|放|的[快包件业業住客]|没人|有人|代收|代签|也[行可]|的?[\u4e00-\u9fff]?\*)"
    r"|(?:^|[\s,，。放送])[0-9]{1,2}-[0-9]{3,4}(?![0-9-])|[栋棟幢座楼元铃禁梯][^\n]{0,24}?[\s,，;；。、][0-9]{3,4}(?:$|[\s,，。;；])"
    r"|\*(?:先生|女士|小姐|阿姨) ?[0-9]|[0-9]#[0-9]{3}|[栋棟幢座](?:[a-z]|[A-Z]?-)[0-9]|(?:单元|单元号|楼层)[:：]?[0-9]"
    r"|(?:^|[\s,，、:：;；(（【.。|/+放送])[A-Z]?[0-9]{1,2}(?:[号號栋棟幢座#/_]\s?|\s{1,2}|-)[0-9]{3,4}(?![0-9])"
    r"|[栋棟幢座楼樓元][^0-9A-Za-z\u3400-\u9fff]{1,2}[A-Z]?[0-9]"
).search
_AT_ROOM: Final = re.compile(
    r"(?:送到?|送至|送上门|送上楼到?|上门到?|住|住在|家在|我家在?|家住|家是|敲|放到?|放在|放至|我是|手边|对面|对门|隔壁|楼下|楼上|钥匙在|问|找|按|呼叫?|拨|门铃|对讲"
    r"|上楼到?|左手|右手|左边|右边|拐|门牌是?|具体是?|在|给|去|到|请送|麻烦送"
    r"|房号|门牌|(?:房间|房|室|门牌)[号號][:：是]?|\*(?:先生|女士|小姐|阿姨)|\b(?:[Rr]oom|[Rr]m|ROOM|RM)\.?)\s?$"
).search
_IS_SUM: Final = re.compile(r"[买買满滿减減立返赠贈券][0-9]*[\u4e00-\u9fff]{0,2}$").search
"""买1000送 and the like: what is behind is no room's."""
_IN_A_WARD: Final = re.compile("(?:科|病区|病區|病房|住院|医院|醫院|室|院区|加)[^0-9A-Za-z]{0,2}$").search
"""Before the number of a bed, which 2床被子 is none of."""
_LIKE_A_ROOM: Final = re.compile(r"(?:[1-9][0-9]?)(?:0[1-9]|[1-5][0-9])").fullmatch
"""A floor, and a number on it."""
_IN_A_HOUSE: Final = re.compile("[栋棟幢座楼樓]|单元|門鈴|门铃|门禁|對講|对讲|电梯|電梯").search
_IS_ROOMS: Final = re.compile(
    r"$|[\s,，。;；!！)）]|的?[门門]|[没有]人|鞋柜|代[收签领]|也[行可]|那[家户戶]|家(?![具电電])|的(?:$|[\s,，。])|的?[\u4e00-\u9fff]?\*"
).match
_IS_SOMEBODY: Final = re.compile(
    r"(?:[那这][家户戶]|业主|業主|住户|住戶|家里|家裡|的?门[口前铃]|門鈴|鞋柜|[没有]人|代[收签]"
    r"|的(?:快递|快件|包裹|件|[业業]主|住[户戶]|客[户戶]|[\u4e00-\u9fff]\*)|[\u4e00-\u9fff]?\*{1,2}(?:先生|女士|小姐|阿姨|大爷|老师)?)"
).match
"""Behind the number of a room at the beginning of a clause: who is there."""
_IS_MASKED: Final = re.compile(r"[\u4e00-\u9fff]{1,2}\*").match
_ENDS_OR_LEFT: Final = re.compile(r"$|[\s,，。;；!！]|放").match
_BEHIND_HOUSE: Final = re.compile(rf"[0-9{words.NUMERALS}](?:[号號弄#])$").search
_NEAR: Final = 40
"""Characters around a number in which a house may be named."""
_CUE: Final = 8
"""Characters before a number in a text that tell what it is."""
_BEGINS: Final = re.compile(r"(?:^|[\s,，。;；!！按呼])(?:送|放|找|给|問|问)?$").search
_NAME_BEHIND: Final = re.compile(r"[\s,，;；、]{1,3}[\u4e00-\u9fff]\*{1,2}(?![^\s,，;；。、])").match
_NAME_BEFORE: Final = re.compile(r"(?<![^\s,，;；。、])[\u4e00-\u9fff]{1,2}\*{1,3}[\s,，;；、（(]{0,3}$").search
"""The mask of a name that is a whole clause."""
_BEFORE_VALUES: Final = " :：-—.、~/_"
_BEFORE_CODES: Final = frozenset("#码碼号號")
_SLIP: Final = re.compile("[0-9][OoIl][0-9]").search
_IS_ALNUM: Final = re.compile(_A).match
_DIGIT: Final = re.compile("[0-9*]").match
_ENDS: Final = re.compile(_END).match
_HAN: Final = re.compile(r"[\u4e00-\u9fff]").match
_SPLIT: Final = re.compile(rf"[\-_~/.:—至到&+{words.NUMERALS}]+").split
_IS_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}").fullmatch
_STARRED: Final = re.compile(
    rf"[0-9A-Za-z*{words.NUMERALS.replace('一', '')}]|一(?![0-9*])|(?<=-)[{_SIDE}甲乙丙丁](?=-)"
).sub

_IsSure = Callable[[str, str, int, int, int], bool]
"""Takes a text, a number in it, the word behind it, its level and its end."""
_Read = tuple[str, int]
"""What shows of a number, and the level of what follows it."""


def hide_han_units(text: str) -> str:
    """Return a Chinese address with the numbers of its units, floors and rooms as stars."""
    return read_han_units(text)[0]


def may_hold_units(text: str) -> bool:
    """False for a text, or for lines, in which `hide_units_in_text` finds nothing."""
    return _MAY_HOLD_UNITS(text) is not None


def hide_units_in_text(text: str) -> str:
    """Return a text in Chinese with the numbers that can only be those of units, floors and rooms as stars.

    A text has numbers of many things: 放3楼前台 and 20-3-503 tell a floor and a room, 买3送1 and 4号到 do not.
    """
    return read_han_units(text, PLACE, _is_sure)[0]


def read_han_units(text: str, level: int = ESTATE, is_sure: _IsSure | None = None) -> tuple[str, int]:
    """Read an address or a text.

    Args:
        text: it.
        level: what is in front of its first number.
        is_sure: asked whether a number is hidden that is so in an address; always if None.

    Returns:
        The text with its units hidden, and where the words behind its last number begin.
    """
    pieces: list[str] = []
    done = end = 0
    before, last_kind, last_number = level, 0, ""
    for match in _TOKENS(text):
        kind = match.lastindex
        if kind is None or (is_sure is not None and text.startswith(_OPEN_FLOORS, max(0, match.start() - 1))):
            continue  # a Latin word, or 放架空层, which tells no floor
        start, last = match.span()
        if kind >= _STOREYS:
            begin = _side_begin(text, start - 1, done)
            pieces += text[done:begin], "*" * (start - begin)
            done, end, level = start, last, FLOOR if kind == _STOREYS else ROOM if text[start] in "室户戶" else UNIT
            continue
        apart = start > end
        if apart:
            gap = text[end:start]
            if gap in _LISTS and _is_listed(last_kind, last_number, kind, text[start : match.end(1)]):
                level = before
            else:
                goes_on = not is_sure or gap[0] not in _FILLERS or (level >= BUILDING and _INSIDE(gap))
                level = _level(gap, kind, level if goes_on else PLACE, end == 0)
        before, end = level, last
        stop = match.end(1)
        number = text[start:stop]
        last_kind, last_number = kind, number
        if is_sure is not None and not is_sure(text, number, kind, level, end):
            level = _passed(text[end - 1], kind, level)
            continue
        if (
            apart
            and stop - start == _POSTCODE
            and kind == _BARE_NUMBER
            and _is_postcode(number, text[start - 1], level)
        ):
            continue
        if is_sure is not None and kind == _BARE_NUMBER and _IS_ROOM_OF_A_TEXT(number):
            shown, level = "*" * len(number), ROOM
        else:
            shown, level = _read(text, number, kind, level, stop, end)
        if shown != number:
            if (kind == _FLOORS or not number[0].isascii()) and start > done and text[start - 1] in "负負":
                start, shown = start - 1, "*" + shown
            pieces += text[done:start], shown
            done = stop
    if not pieces:
        return text, end
    shown = "".join(pieces) + text[done:]
    return (_SIDE_OF_A_FLOOR("*", shown) if is_sure is None else shown), end


def _is_postcode(number: str, before: str, level: int) -> bool:
    """Whether six digits may be a postcode, and not house, unit and room of an estate: 名苑_315104."""
    return number.isdecimal() and (level not in (ZONE, ESTATE) or before not in "_-")


def behind_last_number(text: str) -> int:
    """Where the words behind the last number of an address begin."""
    return max((match.end() for match in _TOKENS(text) if match.lastindex is not None), default=0)


def _is_listed(last_kind: int, last_number: str, kind: int, number: str) -> bool:
    """Whether a number behind a comma is one of several: 66号、68号 and 101、102室 are, 66号，601 is not."""
    if last_kind != _BARE_NUMBER or kind != _BARE_NUMBER:
        return last_kind in (kind, _BARE_NUMBER)
    return len(number) <= len(last_number) or len(number) < _ROOM_DIGITS


def _read(text: str, number: str, kind: int, level: int, stop: int, end: int) -> _Read:
    """Read a number that ends at `stop`, and the word behind it, which ends at `end`."""
    plain = number.isdecimal()
    if plain and kind in _STARRED_KINDS and level not in (VILLAGE, ROAD):
        return "*" * len(number), _STARRED_KINDS[kind]
    if kind != _BARE_NUMBER and kind != _NUMBERS:
        return _READERS[kind](text, number, level, stop, end)
    if not plain:
        return _read_number(text, number, kind, level, end)
    return _read_plain(text, number, kind, level, end)


def _passed(last: str, kind: int, level: int) -> int:
    """The level behind a number in a text that is no unit's, and whose word ends with `last`."""
    if kind == _HOUSES:
        return BUILDING
    if kind == _LANES:
        return LANE if last == "弄" else ROAD
    return NUMBER if kind == _NUMBERS and level in (ROAD, LANE) else PLACE


def _side_begin(text: str, side: int, done: int) -> int:
    """Where what is hidden of 2东户 and 架空层 begins: the side of a house, and the number right before it."""
    if text[side] == "空":
        return side - 1
    while side > done and _IS_ALNUM(text, side - 1):
        side -= 1
    return side


def _is_sure(text: str, number: str, kind: int, level: int, end: int) -> bool:
    """Whether a number in a text can only be a unit's."""
    named = level >= BUILDING or level in _NAMED
    start = text.rindex(number, 0, end)
    before = text[max(0, start - _CUE) : start]
    if kind == _UNITS:
        return named or _UNIT_GOES_ON(text, end) is not None
    if kind == _FLOORS:
        return text[end - 1] not in "层層" or named or bool(_ON_A_FLOOR(text, end) or _AT_ROOM(before))
    if kind == _ROOMS:
        bed = text[end - 1] == "床" and _IN_A_WARD(before) is not None
        return named or bed or (_count(number) if number[0].isascii() else len(number)) >= _ROOM_DIGITS
    if kind not in (_BARE_NUMBER, _NUMBERS):
        return kind == _DOORS and named
    if "*" in number:
        return _NAME_AND_ROOM(number) is not None and _HAN(before, len(before) - 1) is not None
    if kind == _BARE_NUMBER and _IS_FLOOR(number) and not _IS_LATIN(text, end):
        return True
    room = _count(number) >= _ROOM_DIGITS and _IS_ROOM(number) is not None
    if room and _AT_ROOM(before) and _IS_ROOMS(text, end) and not _IS_SUM(before):
        return True
    if level >= BUILDING and before.rstrip(_FILLERS).endswith(_NAMED_BEFORE):
        return True
    if before.rstrip(_BEFORE_VALUES)[-1:] in _BEFORE_CODES and not _BEHIND_HOUSE(before):
        return False
    if level >= BUILDING and (kind == _NUMBERS or not number.isalnum()):
        return True
    if _IS_HOUSE_TO_ROOM(number) or _is_house_and_room(text, number, start, end):
        return True
    return room and (_is_placed(text, number, kind, level, end) or _is_told(text, number, before, end))


def _is_placed(text: str, number: str, kind: int, level: int, end: int) -> bool:
    """Whether what is before a number like a room's, and right behind it, says that it is one."""
    if level >= BUILDING or (kind == _NUMBERS and level in (AISLE, MARKET)):
        return True
    if level in _NAMED:
        goes_on = _LIKE_A_ROOM(number) and _GOES_ON(text, end)
        return bool(goes_on or _IS_MASKED(text, end)) or not number.isdecimal() or not _HAN(text, end)
    if level in (NUMBER, LANE):
        return (
            _IS_MASKED(text, end) is not None
            or _BEHIND_HOUSE(text, max(0, end - len(number) - 2), end - len(number)) is not None
        )
    return False


def _is_told(text: str, number: str, before: str, end: int) -> bool:
    """Whether a name beside a number like a room's, or who is there, says that it is one."""
    if _NAME_BEHIND(text, end) or _NAME_BEFORE(before) or text.startswith("门口", end):
        return True
    if not _BEGINS(before):
        return False
    if _IS_SOMEBODY(text, end) or (not number.isalnum() and _ENDS_OR_LEFT(text, end)):
        return True
    return bool(_LIKE_A_ROOM(number) and _IS_ROOMS(text, end) and _IN_A_HOUSE(text, max(0, end - _NEAR), end + _NEAR))


def _is_house_and_room(text: str, number: str, start: int, end: int) -> bool:
    """Whether a number is that of a house and a room, or of a room behind a house: 12-1203, 9/1104, 3号1803."""
    house, sign, room = number.rpartition("-") if "-" in number else _split_pair(number)
    if sign:
        return (
            _HOUSE(house) is not None
            and _LIKE_A_ROOM(room) is not None
            and _IS_CODE(text, max(0, start - _CUE), start) is None
        )
    if not _LIKE_A_ROOM(number) or (before := _PAIR_BEFORE(text[max(0, start - _CUE) : start])) is None:
        return False
    return not before["gap"].isspace() or _ENDS_PAIR(text, end) is not None


def _split_pair(number: str) -> tuple[str, str, str]:
    found = _PAIR(number)
    return (found[1], found[2], found[3]) if found else ("", "", "")


def _level(gap: str, kind: int, level: int, first: bool) -> int:
    """Where a number of this kind behind these words is, if the one before them was on this level."""
    if gap == "里":
        return level
    if gap in _SECOND and level in (NUMBER, LANE, BUILDING):
        return BUILDING
    place = _place(gap, kind, level)
    if not place:
        return level
    if place[-1] in _LETTERS and (latin := _LATIN_HEAD(place)):
        return ROAD if latin[1] else ESTATE
    for word, found in _BY_LAST.get(place[-1], ()):  # noqa: B007 - the length of the word counts
        if place.endswith(word):
            break
    else:
        return level if level in (AISLE, MARKET, TOWER, BUILDING, UNIT, FLOOR) else FLOOR if level == ROOM else PLACE
    if level == FLOOR and _HAN(gap, 0) and found < BUILDING and _BEGINS_ANEW(gap) is None:
        return FLOOR  # the lanes of a market are named like roads
    if found == ROAD and level in (AISLE, MARKET) and _HAN(gap, 0) and _IS_LANE(place):
        return AISLE
    return found if found != ZONE else _level_of_zone(place, level, first, len(word))


def _place(gap: str, kind: int, level: int) -> str:
    """The name of a place in front of a number, without signs and what is of the number itself."""
    place = gap.rstrip(_FILLERS)
    if kind == _NUMBERS and (place == "之" or (place[:-1] and place[-1] == "附")):  # 88之3號, 人民路附6号
        place = place[:-1].rstrip(_FILLERS)
    if place[-1:] in _HASHES and (level in (VILLAGE, ROAD) or _HAN(place, len(place) - 2)):
        place = place[:-1]
    if place and place[-1] in "里裡牌号號" and (more := _SAYS_NO_MORE(place)):
        place = place[: more.start()]
    return _without_side(place) if place and place[-1] in HERE else place


def _level_of_zone(place: str, level: int, first: bool, length: int) -> int:
    """Where the number behind a part of an estate, a market or a town is, whose word has this length."""
    if level in (AISLE, MARKET, TOWER) or level >= BUILDING:
        return AISLE if level < TOWER else level
    if length > 1:
        return ZONE
    if _IS_DISTRICT(place) and (first or len(place) > len("青浦区")):
        return VILLAGE
    return AISLE if _HAS_MARKET(place) else ESTATE


def _without_side(place: str) -> str:
    """A place without the side of it that is named: 市场内, 大街路北, and C区西 for the part behind the number."""
    here = place.rstrip(HERE)
    return here if not here or here[-1] in "路街道村场場市厦" else place


def _read_plain(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read a number of digits with 号 or nothing behind it."""
    if kind == _BARE_NUMBER:
        if len(number) < _POSTCODE and (level in (PLACE, NUMBER) or end == len(number)) and _NAMES_A_PLACE(text, end):
            return number, PLACE
        hidden = len(number) >= _BARE[level]
        if level <= NUMBER and len(number) > _POSTCODE:
            hidden = _holds_house_and_room(text, number, level, end)
        in_a_name = len(number) <= _IN_A_NAME and _HAN(text, end) and not text.startswith(("门口", "的门"), end)
        if hidden and level == PLACE and (in_a_name or _IN_A_VILLAGE(text, max(0, end - _NEAR), end)):
            return number, PLACE
    else:
        hidden = len(number) >= _NUMBERED[level]
        if hidden and level <= NUMBER and (_NUMBER_FOLLOWS(text, end) or _TOWER_FOLLOWS(text, end)):
            hidden = False
        if level in _WITH_HOUSES and len(number) >= _POSTCODE:
            hidden = True
    if hidden:
        return "*" * len(number), ROOM
    return number, _behind(kind, level)


def _holds_house_and_room(text: str, number: str, level: int, end: int) -> bool:
    """Whether a long number at the end of an address is written without a sign between house and room."""
    glued = _HAN(text, max(0, end - len(number) - 1)) is not None
    return level in _WITH_HOUSES and len(number) <= _LONGEST_RUN and glued and _ENDS(text, end) is not None


def _behind(kind: int, level: int) -> int:
    """The level behind a number that shows."""
    if level in (VILLAGE, ROAD) or (level == PLACE and kind == _NUMBERS):
        return NUMBER
    return BUILDING


def _read_number(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read numbers of another form: with letters, of several parts, of Han numerals, of stars."""
    if not number[0].isascii():
        lowest = NUMBER if kind == _BARE_NUMBER and not _DIGIT(text, end) else BUILDING
        hidden = level >= lowest or (kind == _NUMBERS and level == MARKET)
        if kind == _BARE_NUMBER and level not in (VILLAGE, ROAD) and _IS_ROOM_IN_HAN(number):
            hidden = True
        return (_stars(number), ROOM) if hidden else (number, NUMBER if level == ROAD else level)
    if _IS_PHONE(number) or (number == "7-11" and _NAMES_A_PLACE(text, end)):
        return number, level
    if kind == _BARE_NUMBER and not number.strip("*."):
        named = text[0] == "*" or _NAME_OF_STARS(text, max(0, end - _LONGEST_MASK), end) is not None
        return number, level if named and level < NUMBER else ROOM
    parts = _parts(number)
    first = parts[0]
    if kind == _BARE_NUMBER and (_FLOOR_FIRST(first) or (len(parts) > 1 and parts[-1] in ("F", "f"))):
        if _count(first) >= _ROOM_DIGITS and number[-2] == "-":
            return _stars(number), ROOM
        return _floor_starred(number, first), FLOOR
    if len(parts) > 1:
        return _read_parts(number, parts, kind, level)
    return _read_mixed(text, number, kind, level, end)


def _floor_starred(number: str, first: str) -> str:
    """What shows of 12F, 5F-2 and 12/F."""
    floor = _FLOOR_FIRST(first)
    if floor is None:
        return _stars(number[:-1]) + number[-1]
    return "*" * floor.end() + first[floor.end()] + _stars(number[floor.end() + 1 :])


def _read_mixed(text: str, number: str, kind: int, level: int, end: int) -> _Read:
    """Read one number with letters or stars in it."""
    count = _count(number)
    if not count:
        if kind == _BARE_NUMBER and not _ENDS(text, end):
            return number, level
        return ("*" * len(number), ROOM) if level >= BUILDING else (number, BUILDING)
    if kind == _BARE_NUMBER and _IS_HIGHWAY(text, end - len(number)):
        return number, ROAD
    building = _BUILDING_BEFORE_ROOM(number) if kind == _BARE_NUMBER and level < MARKET and level != ROAD else None
    if building:
        return number[: building.end()] + "*" * (len(number) - building.end()), ROOM
    if kind == _BARE_NUMBER and level in (ZONE, ESTATE) and _IS_HOUSE_AND_UNIT(number) and _ENDS(text, end):
        return f"{number[:-1]}*", UNIT
    if number.replace("*", "0").isdecimal():
        _, behind = _read_plain(text, "0" * len(number), kind, level, end)
        return ("*" * len(number) if behind == ROOM else number), behind
    if kind == _NUMBERS:
        stall = (level == AISLE and number[0].isalpha() and count > 1) or (count > 2 and _COUNTER_FOLLOWS(text, end))
        hidden = stall or count >= _NUMBERED[level] or (level == PLACE and count >= _ROOM_DIGITS)
    else:
        if level == PLACE and count <= _IN_A_NAME and _HAN(text, end):
            return number, PLACE
        if level in (AISLE, MARKET, TOWER) and (floor := _SHOP_ON_A_FLOOR(number)):
            return "*" * floor.end() + number[floor.end() :], FLOOR
        inside = level in (AISLE, MARKET, TOWER) and _ENDS(text, end) is not None
        if inside and _IS_BASEMENT(number):
            return "*" * len(number), FLOOR
        limit = _ROOM_DIGITS if level == TOWER and number[0].isalpha() else _BARE[level]
        hidden = count >= limit or (level != TOWER and inside and count > 1)
    return ("*" * len(number), ROOM) if hidden else (number, _behind(kind, level))


def _read_parts(number: str, parts: list[str], kind: int, level: int) -> _Read:
    """Read 12-3-401 and the like: the first one is a building's, where a building may be, and the others are not."""
    first, second = parts[0], parts[1]
    two = len(parts) == 2
    if level < BUILDING and _IS_DATE(number):
        return number, level
    if two and (level in (VILLAGE, ROAD) or (level == LANE and kind == _NUMBERS)) and _count(second) < _ROOM_DIGITS:
        return number, NUMBER
    if two and level == ROAD and (_is_range(first, second) or (kind == _NUMBERS and first.isdecimal())):
        return number, NUMBER
    whole = (
        level >= BUILDING
        or (level == NUMBER and not (two and _count(first) < _ROOM_DIGITS <= _count(second)))
        or (level == TOWER and first.isdecimal())
        or (two and _is_range(first, second) and (len(first) >= _ROOM_DIGITS or level in (AISLE, MARKET)))
        or (level == MARKET and first.isdecimal())
        or (level in (AISLE, MARKET, TOWER) and _IS_BASEMENT(first) is not None)
        or (level == TOWER and len(first) > 1)
        or (two and level in (PLACE, TOWER) and _count(first) >= _ROOM_DIGITS > _count(second))
        or (two and level == AISLE and first.isdecimal() and max(len(first), len(second)) < _ROOM_DIGITS)
        or (_count(first) >= _ROOM_DIGITS and (first[0].isalpha() or (len(first) > _ROOM_DIGITS and level == AISLE)))
    )
    return (_stars(number) if whole else first + _stars(number[len(first) :])), ROOM


def _read_unit(_text: str, number: str, level: int, _stop: int, _end: int) -> _Read:
    parts = _parts(number)
    if len(parts) > 1 and level < NUMBER and parts[0].isalnum():
        return parts[0] + _stars(number[len(parts[0]) :]), UNIT
    return _stars(number), UNIT


def _read_other(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    """Read a number of a phase, a gate, a village's group or of what has no place in an address."""
    behind = _BEHIND_OTHERS.get(text[stop:end].strip(), level)
    if behind == VILLAGE and number.isdecimal() and text[end - 1] == "村":
        behind = ZONE  # 新2村 is an estate in a town, and 五一村 may be a village
    if level >= BUILDING:
        door = level == FLOOR or (level == BUILDING and _NUMBER_FOLLOWS(text, end))
        return (_stars(number), level) if door and text[end - 1] in "门門" else (number, level)
    in_market = level in (AISLE, MARKET) or (number.isascii() and number.isalpha())
    if behind == ESTATE and in_market and text[end - 1] != "院":
        return number, AISLE
    return number, behind


def _read_house(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    word = text[stop:end]
    if (level == FLOOR and word == "座") or (level == BUILDING and word == "#"):
        return _stars(number), UNIT
    if level == BUILDING and _IS_ROOM_AS_HOUSE(text, stop - len(number)):
        return _stars(number), ROOM
    if level >= BUILDING and len(parts := _parts(number)) > 1:  # the number before it is a room's: 5栋301/5栋302
        return _stars(number[: -len(parts[-1])]) + parts[-1], BUILDING
    return number, BUILDING


def _read_room(text: str, number: str, level: int, stop: int, _end: int) -> _Read:
    if level in (VILLAGE, ROAD) and _IS_HOUSE_WITH_ROOM(text, stop):
        return number, NUMBER
    parts = _parts(number)
    if len(parts) == 1 or level >= BUILDING:
        return ("*" * len(number) if len(parts) == 1 else _stars(number)), ROOM
    whole = len(parts[1]) < len(parts[0]) >= _ROOM_DIGITS or _is_range(parts[0], parts[1]) or level in (AISLE, MARKET)
    whole = whole or (level == TOWER and len(parts[0]) >= _ROOM_DIGITS)
    return (_stars(number) if whole else parts[0] + _stars(number[len(parts[0]) :])), ROOM


def _read_floor(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    word = text[stop:end].strip()
    parts = _parts(number)
    if word in ("楼", "樓"):
        if level < BUILDING and level != TOWER and _BUILDING_WITH_UNIT(text, end):
            return number, BUILDING
        if len(parts) == 1 and number[0].isascii() and number[0].isalpha() and not _IS_BASEMENT(number):
            return (number, BUILDING) if len(number) < _ROOM_DIGITS else (number[0] + _stars(number[1:]), FLOOR)
    from_to = len(parts) == 2 and parts[0].isdecimal() and parts[0] < parts[1]
    if len(parts) > 1 and level < BUILDING and not from_to:
        return parts[0] + _stars(number[len(parts[0]) :]), FLOOR
    return _stars(number), FLOOR


def _read_lane(text: str, number: str, level: int, stop: int, end: int) -> _Read:
    if level in (UNIT, FLOOR):
        return _stars(number), FLOOR
    word = text[stop:end].strip()
    if word in _LANES_INSIDE and (level == MARKET or (level == AISLE and number[0].isascii())):
        return (_stars(number) if _STALL_FOLLOWS(text, end) else number), level
    if word == "排":
        return number, BUILDING if _HAN(text) else level  # of an estate that is named, and not of a field
    return number, LANE if word == "弄" else ROAD


_BEHIND_OTHERS: Final = {
    "区": ESTATE, "區": ESTATE, "号区": ESTATE, "期": ESTATE, "组团": ESTATE, "号门": AISLE, "號門": AISLE,
    "国道": ROAD, "省道": ROAD, "县道": ROAD,
    "号院": ESTATE, "号路": ROAD, "号街": ROAD, "号大街": ROAD, "号支路": ROAD, "号公路": ROAD, "号大道": ROAD,
    "號院": ESTATE, "院": ESTATE, "社区": ZONE, "村": VILLAGE, "组": VILLAGE, "組": VILLAGE,
    "队": VILLAGE, "里": VILLAGE,
}  # fmt: skip
_READERS: Final = {
    _UNITS: _read_unit,
    _OTHERS: _read_other,
    _HOUSES: _read_house,
    _ROOMS: _read_room,
    _FLOORS: _read_floor,
    _DOORS: _read_unit,
    _LANES: _read_lane,
}


_STARRED_KINDS: Final = {_UNITS: UNIT, _ROOMS: ROOM}
"""Words behind a number that is hidden whatever is before it, and the level behind them."""


def _is_range(first: str, second: str) -> bool:
    """Whether two numbers are the first and the last of several that follow each other."""
    first = first.lstrip(_LETTERS)
    return (
        first.isdecimal()
        and second.isdecimal()
        and len(first) == len(second) > 1
        and 0 < int(second) - int(first) <= _WIDEST_RANGE
    )


def _parts(number: str) -> list[str]:
    """The numbers that are joined in one."""
    return _SPLIT(number) if number[0].isascii() else [number]


def _count(number: str) -> int:
    """The digits in a number, also hidden ones, and a letter that was read in place of one."""
    return sum(char.isdecimal() or char == "*" for char in number) + (_SLIP(number) is not None)


def _stars(number: str) -> str:
    """The number hidden; what joins its parts stays."""
    return _STARRED("*", number)
