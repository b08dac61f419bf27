"""Masks the addresses in China that most people write, many at once: `han_addresses` as one expression.

It reads a line as three parts: what is shown, what has the numbers of units, floors and rooms, and the words behind it.
It accepts a line only where its mask is the one that `han_addresses` gives; a test compares the two.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from masking_service.masking.addresses.han_number_rules import DATE, HIGHWAY, TOWER_WITH_NUMBER
from masking_service.masking.addresses.han_numbers import (
    AISLE,
    BUILDING,
    ESTATE,
    HAN_ROOM,
    HEADS,
    HERE,
    INSIDE,
    MARKET,
    ROAD,
    TOWER,
    VILLAGE,
    ZONE,
    is_of_name,
)
from masking_service.masking.addresses.japanese_addresses import BEGINS as JAPAN
from masking_service.masking.names.names_at_addresses import NAME_IN_FRONT, which_may_have_names
from masking_service.masking.words import address_words as words
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression

_D: Final = "[0-9]"
_N: Final = f"[{words.NUMERALS}]"
_NUMBERS: Final = f"[0-9A-Za-z{words.NUMERALS}]"
"""What begins a number. It is tried before the words in front of the number, because it costs less."""
_HAN: Final = "[\u4e00-\u9fff]"
_SIDES: Final = "东東西南北中左右"
_SECOND: Final = "甲乙丙丁"
MAX_LENGTH: Final = 89
"""Characters of the longest usual address."""
MAX_NAME: Final = 9
"""Characters of the longest name of a person with a title."""


def han_without(characters: str) -> str:
    """The inside of a character class of Han without these characters."""
    low = 0x4E00
    spans = []
    for code in sorted({code for code in map(ord, characters) if 0x4E00 <= code <= 0x9FFF}):
        if code > low:
            spans.append(f"{chr(low)}-{chr(code - 1)}")
        low = code + 1
    return f"{''.join(spans)}{chr(low)}-\u9fff"


# The words behind a number.
_BEGINS_WORD: Final = (
    "号號单單门門梯期区區组組邻鄰村里米院支段厂岁次天年月日点點元件个個箱斤团连班公国省县分大社队楼樓栋棟幢撞座塔字懂憧楝冻病层層万亿萬億%"
    "弄巷胡街路道排通办辦教寝會会實实工休包诊病室户戶房宿商店铺舖鋪床档檔摊柜间车車展卡攤底自阅活化检监值财资接收发传"
)
"""The first characters of such words."""
_DOOR: Final = rf"[门門](?=\s?-?[0-9A-Za-z*{words.NUMERALS}{_SECOND}{_SIDES}])"
_WORD: Final = (
    rf"[号號]?(?:{words.UNIT}|{words.ROOM})|{words.OTHER_NUMBERS}|{words.BUILDING}|{words.FLOOR}"
    rf"|{_DOOR}|{words.LANE}|[号號]"
)
_NO_WORD: Final = rf"(?:(?![{_BEGINS_WORD}])|(?!{_WORD}))"
_NO: Final = (
    rf"[号號](?:(?![线線院桥厅井矿支高渡航仓库馆地码{_BEGINS_WORD}])"
    rf"|(?<!(?=[号號](?:{words.UNIT}|{words.ROOM})|{words.OTHER_NUMBERS}|{words.BUILDING}).))"
)
_BARE: Final = rf"(?![0-9A-Za-z*\-_~/.:—至到&+#之及和與与 \t\u3000{words.NUMERALS}]){_NO_WORD}"
_ALONE: Final = rf"{_BARE}(?=$|{_HAN}|[(（])(?![{_SIDES}](?:$|[\s,，(（]))"
_NO_NAME: Final = f"(?!{words.NAMED_BY_NUMBERS})"
_ENDS: Final = "(?=$|[(（])"
_NO_NUMBER: Final = rf"(?![0-9A-Za-z* \-_{words.NUMERALS}]|{TOWER_WITH_NUMBER})"

# The words in front of a number.
_TELLS_A_SIDE: Final = "单單室户戶层層门門头頭首底顶頂"
_TELLS_NO_SIDE: Final = (
    rf"(?:[门門](?<![左右].)(?<![楼樓栋棟幢座][{_SIDES}].)|[室户戶](?<![{_SIDES}{_SECOND}边邊间間].)|[层層](?<![首底顶頂空].)"
    rf"|[首底顶頂](?![楼樓])|[单單](?!元)|[头頭](?:(?={_HAN})|(?<![{_SIDES}{_SECOND}].)))"
)
"""Part of an expression: one of these characters, outside a side of a floor (东户) or a floor's name (底层, 顶楼)."""
_IN_A_NAME: Final = rf"(?!{_N}{HAN_ROOM}){_N}{{1,3}}+(?=[{han_without('至到' + words.NUMERALS)}]){_NO_WORD}"
"""Numerals that are part of a name."""
_MAY_SAY_MORE: Final = "系信机機致热客丁码番护護尾末付副增"
_SAYS_NO_MORE: Final = (
    rf"[{_MAY_SAY_MORE}](?<!联系)(?<!微信)(?<![手座固]机)(?<!手機)(?<![号號]码)"
    "(?<!致(?=电))(?<!热(?=线))(?<!客(?=服))(?<!丁(?=目))(?<!番(?!禺))(?<![护護](?=照))(?<!尾(?=[号號数]))(?<!末(?=[四4]))(?<![号號][付副增])"
)
_ANNOUNCES: Final = "聯拨话話県证證"
_BETWEEN: Final = rf"(?<={_HAN})[ ,，_\-](?={_HAN})(?!{_N})"
_LATIN: Final = rf"(?<={_HAN})(?<!地下)(?![qvwQVW])[A-Za-z]{{3,12}}+"
"""A word in Latin letters that does not begin like a word for an account."""
_RUN: Final = (
    rf"(?:[{han_without(words.NUMERALS + _TELLS_A_SIDE + _SECOND + _MAY_SAY_MORE + _ANNOUNCES)}]++"
    rf"|{_TELLS_NO_SIDE}|{_IN_A_NAME}|{_BETWEEN}|{_SAYS_NO_MORE}|{_LATIN}(?={_HAN})(?!{_N}))++"
)


def _behind(*levels: int, shortest: int = 1) -> str:
    """Return an expression for the place behind words of one of these levels, as `level_of` reads them."""
    mine = {word for word, level in HEADS.items() if level in levels and len(word) >= shortest}
    others = {word for word, level in HEADS.items() if level not in levels}
    single = "".join(sorted(word for word in mine if len(word) == 1))
    longer = sorted(word for word in mine if word[-1] not in single)
    last = "".join(sorted({word[-1] for word in mine}))
    found = [f"(?<=[{single}])"] if single and longer else []
    found += [f"(?<={word})" for word in longer]
    but = "".join(f"(?<!{word})" for word in sorted(others) if word[-1] in single)
    return f"(?<=[{last}])" + (f"(?:{'|'.join(found)})" if found else "") + but


_ON_A_ROAD, _IN_A_VILLAGE, _ESTATE, _AISLE, _MARKET, _TOWER = map(
    _behind, (ROAD, VILLAGE, ESTATE, AISLE, MARKET, TOWER)
)
_ZONE: Final = _behind(ZONE, shortest=2)
_OF_A_DISTRICT: Final = (
    rf"(?<=[省市州县縣]{_HAN}{{2}}[区區])(?<![小社园園校厂工新发業业{words.NUMERALS}].)(?<![场場].[区區])"
)
_PART: Final = (
    rf"(?<=[区區期])(?<!市辖.)(?:(?<=[0-9A-Za-z{words.NUMERALS}].)|(?<={_HAN}[区區])(?<![社小新园園业業发].)"
    rf"(?:(?<=[场場].[区區])|(?<![省市州县縣]{_HAN}{{3}})(?<![省市州县縣][ _\-]{_HAN}{{3}})"
    rf"(?<!^{_HAN}{{3}})(?<!^{_HAN}{{2}})))"
)
_LAST: Final = {word[-1] for word in HEADS}
_SAYS_NOTHING: Final = "第的里位号號附"
_LAST_OF_LONGER: Final = "".join(sorted(_LAST - HEADS.keys() - set(HERE + _SAYS_NOTHING)))
_UNKNOWN_ENDS: Final = han_without("".join(_LAST) + words.NUMERALS + HERE + _SECOND + _SAYS_NOTHING)
_BEFORE_SIDE: Final = han_without(
    "路街道村场場市厦号號楼樓栋棟幢座室户戶層层元弄巷組组队院里区區期米门門" + HERE + words.NUMERALS
)
_UNKNOWN: Final = (
    f"(?:(?<=[{_UNKNOWN_ENDS}])|(?<=[{_LAST_OF_LONGER}])"
    + "".join(f"(?<!{word})" for word in sorted(HEADS) if word[-1] in _LAST_OF_LONGER)
    + rf"|(?<=[{HERE}里])(?<![内內])(?<=[{_BEFORE_SIDE}].){''.join(f'(?<!{word}里)' for word in INSIDE)})"
)
"""The place behind a name that says nothing of the number."""
_INNER: Final = "".join(sorted({word[-1] for word, level in HEADS.items() if level >= BUILDING} - {"面", "市"}))
_OUTSIDE: Final = f"(?<![{_INNER}内內])(?<!门市)(?<!门面)"
_IN_NO_MARKET: Final = rf"{_OUTSIDE}(?!{_MARKET}|{_AISLE}|(?<=[区區期{HERE}]))"
_IN_NO_VILLAGE: Final = "".join(f"(?<![镇鎮乡鄉村]{_HAN}{{{length}}})" for length in range(1, 6))
_INSIDE_NOTHING: Final = f"{_OUTSIDE}(?!{_MARKET}|{_TOWER})(?<![{HERE}{_SAYS_NOTHING}])"

# The numbers that show.
_HOUSE_WORD: Final = r"(?:[号號][楼樓]|栋|棟|幢|撞|座(?![椅位]))"
_IN_HAN: Final = f"{_N}{{1,3}}{words.LIKE_A_FLOOR}"
_HOUSE: Final = (
    rf"(?<![层層下])(?<![栋棟幢座](?={_D}{{3}}))(?:{_D}{{1,4}}+{_HOUSE_WORD}|[A-Za-z]{_D}{{0,4}}+{_HOUSE_WORD}"
    rf"|(?!{_IN_HAN}){_N}{{1,3}}+{_HOUSE_WORD})"
)
_LANE_WORD: Final = "(?:大[街道]|[路街巷道])"
_PART_WORD: Final = "(?:[号號](?:路|大?街)|村(?!(?<=[0-9]村)[0-9])|组(?!团)|組|队|院|里(?![间間屋面边邊]))"
_ON_THE_WAY: Final = (
    rf"(?={_NUMBERS})(?:(?={_D})(?:{_ON_A_ROAD}(?:{_D}{{1,4}}+(?:{_NO}|{_BARE}|弄)"
    rf"|{_D}{{1,4}}(-)(?:{_D}{{1,4}}+{_NO}|{_D}{{1,2}}+{_BARE}))"
    rf"|{_UNKNOWN}(?:{_D}{{1,4}}+(?:{_NO}|弄|(?:米|公里|[国省县]道)(?={_HAN}|$))|{_D}{{3}}{_BARE}(?={_HAN})(?!门口|的门))"
    rf"|(?:{_IN_A_VILLAGE}|{_OF_A_DISTRICT})(?:{_D}{{1,4}}+|{_D}{{1,2}}-{_D}{{1,2}}+)(?:{_NO}|{_BARE})"
    rf"|{_OUTSIDE}{_D}{{1,3}}+{_PART_WORD}|{_IN_NO_MARKET}{_D}{{1,3}}+(?:{_LANE_WORD}|[区區期]))"
    rf"|(?={_N})(?:{_OUTSIDE}{_N}{{1,3}}+{_PART_WORD}|{_IN_NO_MARKET}{_N}{{1,3}}+(?:{_LANE_WORD}|[区區期])"
    rf"|{_IN_NO_MARKET}(?!{_TOWER}){_N}{{1,3}}+{_NO})"
    rf"|(?:(?<={_HAN})(?<!弄){_IN_NO_MARKET}(?!{_TOWER})[A-Za-z][区區]|{_OUTSIDE}(?:{_D}{{1,2}}+|{_N}{{1,2}}+)[区區期])(?=[0-9]|[A-Za-z](?![A-Za-z]{{2}})))"
)
_GOES_ON: Final = rf"[A-Za-z]{{0,2}}{_D}|{_N}{{1,3}}(?:{words.BUILDING}|{words.UNIT}|[楼樓层層])"
_BUILDING: Final = (
    rf"(?={_NUMBERS})(?:(?:{_HOUSE}|(?={_D})(?:(?<={_HAN}){_D}{{1,2}}+#[楼樓]?|(?<={_HAN}){_D}{{3}}#[楼樓]"
    rf"|{_UNKNOWN}{_D}{{1,2}}+{_BARE}|(?<=弄)(?:{_D}{{1,3}}+{_NO}|{_D}{{1,2}}+{_BARE})"
    rf"|(?:{_ESTATE}|{_PART}|{_ZONE}|{_AISLE}){_D}{{1,2}}+(?:{_NO}|{_BARE})|{_ZONE}{_D}{{3}}{_NO}"
    rf"|(?:{_TOWER}|(?<={_D}号)){_D}{{1,2}}+{_NO}|{_MARKET}{_D}{{1,2}}+{_BARE}"
    rf"|(?:{_ESTATE}|{_PART}|{_AISLE}|{_TOWER}|{_MARKET}){_D}{{1,4}}+{_NO}(?={_GOES_ON})))(?:(?!{_D}{{3}}){_HOUSE}(?<!座))*+)"
)
"""The number of the building, behind which all numbers are hidden."""

# The numbers that are hidden.
_FLOOR_WORD: Final = (
    rf"(?:[层層]|[楼樓](?![村镇鎮乡鄉街路盘盤])(?!(?:{_D}{{1,3}}|{_N}{{1,3}})(?:单元|單元|[门門])))(?![{_SIDES}])"
)
_UNIT_WORD: Final = rf"(?:[单單]元(?![{_SIDES}])|梯|[门門](?={_D}))"
_ROOM_WORD: Final = rf"(?:{words.ROOM})"
_CODE: Final = (
    rf"(?:{_D}{{1,4}}+(?:[A-EG-Za-eg-z](?:(?<!{_D}{{3}}.){_D}{{1,2}}+|)|{_D}|)|(?!{HIGHWAY})[A-Za-z]{_D}{{1,4}}+)"
)
"""At most five characters: more stars would look like a phone's."""
_CODE_AND_WORD: Final = (
    rf"(?:{_D}{{1,3}}+(?:{_UNIT_WORD}|{_FLOOR_WORD})"
    rf"|{_CODE}(?:(?:-{_D}{{1,4}}+){{1,2}}+|)(?:{_ALONE}|[号號]?{_ROOM_WORD}|{_NO}))"
)
_NAME_IN_A_HOUSE: Final = han_without(
    words.NUMERALS + _TELLS_A_SIDE + _SECOND + _MAY_SAY_MORE + _ANNOUNCES + _SIDES + "房号號楼樓栋棟幢座铺舖鋪省市县縣"
)
_INSIDE: Final = (
    rf"(?:[ \-]?(?:{_CODE_AND_WORD}|{_N}{{1,3}}+(?:{_UNIT_WORD}|{_FLOOR_WORD}|室|$))"
    rf"|(?<=[0-9{words.NUMERALS}][层層楼樓])(?![及和與与]{_D})[{_NAME_IN_A_HOUSE}]{{1,12}}+{_CODE_AND_WORD})"
)
"""What is hidden inside a building."""
_FIRST: Final = (
    rf"(?:(?={_D})(?!{DATE}(?!-?{_D}))(?:(?<={_D}[号號])(?:{_CODE}{_ALONE}{_NO_NAME}|{_D}{{3,4}}+{_NO}{_NO_NUMBER})"
    rf"|(?<=-)(?:{_D}{{1,4}}+(?:-{_D}{{1,4}}+)?+(?:{_ALONE}|{_NO})|{_D}{{3,4}}+室|{_D}{{1,2}}-{_D}{{3,4}}+室)"
    rf"|{_UNKNOWN}{_IN_NO_VILLAGE}(?:{_D}{{4,5}}+{_ALONE}{_NO_NAME}|{_D}{{3}}{_ENDS})"
    rf"|{_TOWER}(?:(?:{_D}{{1,2}}[A-EG-Z]{_D}{{0,2}}+|{_D}{{1,5}}+(?:-{_D}{{1,4}}+){{0,2}}+){_ALONE}"
    rf"|{_D}{{3,5}}+{_NO}{_NO_NUMBER})"
    rf"|(?:{_ESTATE}|{_PART}|{_ZONE}|{_AISLE}|(?<=弄)){_D}{{3,5}}+{_ALONE}"
    rf"|(?:(?:{_ESTATE}|{_PART}|{_AISLE}){_D}{{3,4}}+|{_ZONE}{_D}{{4}}){_NO}{_NO_NUMBER}"
    rf"|{_MARKET}(?:(?:{_D}{{3,5}}+|{_D}{{1,4}}+(?:-{_D}{{1,4}}+){{1,2}}+){_ALONE}|{_D}{{1,5}}+{_NO}{_NO_NUMBER})"
    rf"|(?<![负負\-])(?:{_D}{{1,3}}+(?:{_FLOOR_WORD}|{_UNIT_WORD})|{_D}{{1,4}}+[A-EG-Z]?{_ROOM_WORD}))"
    rf"|(?<={_HAN})(?!{HIGHWAY})[A-Za-z](?={_D})(?:{_D}{{3,4}}+{_ROOM_WORD}|(?<=[厦廈楼樓].){_D}{{1,3}}-{_D}{{1,4}}+(?:{_ALONE}|{_NO})"
    rf"|(?<=[{_UNKNOWN_ENDS}].)(?:{_D}{{4}}{_ALONE}|{_D}{{3}}{_ENDS})"
    rf"|(?:(?<=[城场場厦廈楼樓园苑].)|(?<={_D}号.)){_D}{{3,4}}+{_ALONE})"
    rf"|(?<![负負])(?!千|{_IN_HAN}){_N}{{1,3}}+(?:{_FLOOR_WORD}|{_UNIT_WORD}))"
)
"""What is hidden outside a building."""
_OTHER_HUNDREDS: Final = "|".join(
    f"{first}{_D}{{2}}-(?=[{''.join(str(one) for one in range(10) if abs(one - first) > 1)}]{_D}{{2}}(?!{_D}))"
    for first in range(1, 10)
)
"""Excludes two numbers that are not the first and the last of several."""
_KEPT_FIRST: Final = (
    rf"(?:(?={_D}{{1,3}}-{_D})(?:{_INSIDE_NOTHING}{_D}{{1,3}}+-(?={_D}{{1,2}}+-{_D}{{1,4}}+{_BARE})"
    rf"|{_ON_A_ROAD}{_D}{{1,2}}-(?={_D}{{3,4}}+(?:{_BARE}|室))"
    rf"|(?:(?<={_D}号)|{_IN_A_VILLAGE}){_D}{{1,2}}-(?={_D}{{3,4}}+(?:{_BARE}|{_NO}|室))"
    rf"|(?:(?<=[区區期])|{_AISLE}){_D}{{1,2}}-(?={_D}{{3,4}}+(?:{_BARE}|{_NO}))"
    rf"|(?:{_PART}|{_AISLE})(?:{_OTHER_HUNDREDS})(?={_D}++(?:{_BARE}|{_NO}))"
    rf"|(?:{_UNKNOWN}|{_ESTATE}|{_ZONE}|{_PART})(?<![A-Za-z][区區])(?:{_D}-(?={_D}{{1,2}}-{_D}{{3,4}}+室)|{_D}{{2}}-(?={_D}-{_D}{{3,4}}+室))"
    rf"|(?:{_UNKNOWN}|{_ESTATE}|{_ZONE}|(?<=弄)(?!{_D}{{1,2}}-{_D}{{1,2}}[号號]))"
    rf"(?:{_D}{{1,2}}-(?={_D}{{1,4}}+(?:{_BARE}|{_NO})|{_D}{{3,4}}+室)"
    rf"|(?:{_D}{{3}}-(?={_D}{{4}}(?!{_D}))|{_OTHER_HUNDREDS})(?={_D}++(?:{_BARE}|{_NO}))))"
    rf"|(?<={_HAN}){_OUTSIDE}(?!{_TOWER})(?<![{_SAYS_NOTHING}{HERE}])[AC-KM-Z]{_D}{{1,2}}-(?=(?:{_D}{{1,2}}-)?{_D}{{3,4}}+{_BARE})|)"
)
"""The first of several numbers that are joined."""

# The words behind all numbers.
_NO_OLD_ROOM: Final = (
    "(?<![前后後东東西南北厢廂阁閣子披][间間楼樓房屋座])(?<!地[铺舖鋪下])(?<!天[台臺])(?<![顶頂底上下][跃躍叠疊])"
)
"""Excludes the place behind a possible room without a number, such as 前楼."""
_NOTE: Final = (
    rf"((?:[{han_without(words.NUMERALS + _TELLS_A_SIDE)}]++|{_TELLS_NO_SIDE}|{_IN_A_NAME}|{_BETWEEN}"
    rf"|{_LATIN}(?={_HAN}|$)(?!{_N}))*+{_NO_OLD_ROOM}"
    rf"(?:[(（](?:[{han_without('室户戶房单甲乙丙丁' + words.NUMERALS)}]|[，。！]){{1,30}}[)）]|))"
)
_LINE: Final = (
    rf"^(?!{NAME_IN_FRONT}|{JAPAN})(?={_HAN})"
    rf"(?!.{{{MAX_LENGTH + 1}}})(?=.{{{MAX_NAME + 1}}}|.*{_D})"
    rf"((?>(?:(?:^|{_ON_THE_WAY})({_RUN}|))+)(?:({_BUILDING})|{_KEPT_FIRST}))"
    rf"((?(4)(?:{_INSIDE})*+|(?:{_FIRST}(?:{_INSIDE})*+)?+)){_NOTE}$|^.*$"
)
"""The parts of each line: what shows, a dash, the last words, the house, what is hidden, and the rest.

The repeat with groups is in an atomic group: in a possessive repeat, `re` may lose the span of a group, and then raises
SystemError.
"""
_lines: Final = Expression(_LINE, re.M).findall

# The addresses that most systems write, in a third of the time.
_STREET: Final = han_without("铺舖鋪床间单單元室户戶房层層楼樓号號门門栋棟幢座梯之厦廈至到负負底柜档檔摊病位")
_PLAIN: Final = (
    rf"((?!{NAME_IN_FRONT})[{_STREET}]{{2,40}}+(?: [{_STREET}]{{2,20}}+){{0,3}}+(?<!{_N})(?<!{_N}[巷街道])"
    rf" ?(?={_D}|[A-Z])(?:(?<=路){_D}{{1,4}}+弄|)(?:(?:(?<=路)|(?<=大[道街])){_D}{{1,4}}+号|(?<=弄){_D}{{1,3}}+号|) ?"
    rf"(?:{_D}{{1,3}}+(?:号楼|栋|幢|座)|[A-Z][座栋幢]|) ?)"
    rf"((?:(?<!{_N}){_D}{{1,2}}+单元 ?|)(?:(?<!{_N}){_D}{{1,2}}+[层楼] ?|)"
    rf"(?:(?<!{_N})[A-Z]?{_D}{{1,4}}+室|(?<=[楼号栋幢座元层])[A-Z]?{_D}{{3,4}}+|))"
)
"""What is shown, and what is hidden. An empty alternative costs less than `?`."""
_plain: Final = Expression(_PLAIN)
_plain_lines: Final = Expression(rf"^{_PLAIN}$|^.*$", re.M).findall

_STARS: Final = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", b"*" * 62)
_HAN_NUMERALS: Final = [numeral.encode() for numeral in words.NUMERALS]
HAS_HAN: Final = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]").search
"""Finds a character of Chinese or Japanese; other addresses are read otherwise."""


class Numbered(str):
    """The mask of an address that shows as many digits beside each other as the shortest phone has."""

    __slots__ = ()


_ENDS_NUMBERS: Final = frozenset("-号號")
_NUMBER_IN_A_MARKET: Final = Expression(
    rf"(?:{any_of(words.MARKETS.split())}|{words.MARKET_INSIDE}).*[区區期][0-9]{{1,3}}[\-号號]$"
).search
"""Matches what is shown of an address, if it ends with a number in a part of a market: 商贸城二区15-, 商贸城西区8号."""


def mask_usual(value: str) -> str | None:
    """Return the mask of an address of a usual form, which may be a `Numbered`; None for every other address."""
    return mask_plain(value) or mask_lines([value])[0]


def mask_plain(value: str) -> str | None:
    """Return the mask of an address of the form that most systems write; None for every other one."""
    match = _plain.compiled.fullmatch(value)
    return match[1] + _starred(match[2]).decode() if match else None


def usual_masker(other: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Return what masks an address that shows no number as long as a phone; None for every other one.

    `other` masks an address that `mask_plain` leaves, or gives None.
    """

    def mask(value: str) -> str | None:
        shown = mask_plain(value)
        if shown is None:
            shown = other(value)
        return None if type(shown) is Numbered else shown

    return mask


def as_it_is_if_usual(value: str) -> str | None:
    """Return an address of a usual form as it is; None for every other address."""
    return None if mask_usual(value) is None else value


def mask_all_plain(values: Sequence[str]) -> list[str | None]:
    """Return what `mask_plain` gives for many addresses, which are searched together."""
    found = _plain_lines("\n".join(values))
    if len(found) != len(values):  # a value has lines of its own
        return [*map(mask_plain, values)]
    hidden = _starred("\n".join([part for _, part in found])).decode().split("\n")
    return [(kept + part) or None for (kept, _), part in zip(found, hidden, strict=True)]


def mask_lines(values: Sequence[str]) -> list[str | None]:
    """Return what `mask_usual` gives for many addresses that are not plain. They are searched together."""
    found = _lines("\n".join(values))
    if len(found) != len(values):
        return [mask_lines([value])[0] for value in values] if len(values) > 1 else [None]
    encoded = _starred("\n".join([part for _, _, _, _, part, _ in found]))
    for numeral in _HAN_NUMERALS:
        encoded = encoded.replace(numeral, b"*")
    masked = [
        (Numbered(kept + part + rest) if dash else kept + part + rest) or None
        for (kept, dash, _, _, _, rest), part in zip(found, encoded.decode().split("\n"), strict=True)
    ]
    notes = [rest if part or house else last + rest for _, _, last, house, part, rest in found]
    for at in which_may_have_names("\n".join(notes)):
        masked[at] = None
    for at, (note, (kept, *_)) in enumerate(zip(notes, found, strict=True)):
        in_market = kept[-1:] in _ENDS_NUMBERS and _NUMBER_IN_A_MARKET(kept)
        if in_market or (note and is_of_name(values[at], len(values[at]) - len(note) - 1)):
            masked[at] = None
    return masked


def _starred(parts: str) -> bytes:
    # As bytes, because a text that is not ASCII takes four times as long to translate.
    return parts.encode().translate(_STARS)
