"""Tells which addresses may have a person's name in front of them or behind them.

Most words behind an address name a shop or a firm, and many of these begin like a person's name. So a name is looked
for only beside a word that goes with names, or where it is all of the text between two signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from masking_service.masking.names.given_names_alone import is_given
from masking_service.masking.names.names_between_words import NAME_BEFORE_PLACE, before_bare_place
from masking_service.masking.words import called_words
from masking_service.masking.words import name_cues as cues
from masking_service.masking.words.address_words import BARE_PLACE, PROVINCES
from masking_service.masking.words.alternatives import any_of, beginning
from masking_service.masking.words.divisions import BEGINS_DIVISION, CITIES, begins_place, is_division
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.family_names import (
    DOUBLE_FAMILY_NAMES,
    FAMILY_NAMES,
    RARE_FAMILY_NAMES,
    WORDS_AS_FAMILY_NAMES,
)
from masking_service.masking.words.han_words import han_words

_HAN: Final = r"[\u3400-\u9fff]"
_SINGLES: Final = "".join(sorted({*FAMILY_NAMES, *RARE_FAMILY_NAMES}))
_FAMILIES: Final = "".join(sorted({*_SINGLES, *(name[0] for name in DOUBLE_FAMILY_NAMES)}))
"""Characters that begin names."""
_ANY: Final = f"[{_FAMILIES}{WORDS_AS_FAMILY_NAMES}]"
_SIGN: Final = r"[^\u3400-\u9fff0-9A-Za-z]"
_OF_PLACES: Final = {"办公", "宿舍", "手机", "配送", "委员", "镇长", "家属", "处理", "地址", "电话"}
"""Words that follow names, but are more often part of a firm's name behind an address."""
_FOLLOWING: Final = (
    {word for word in (*cues.TITLES, *cues.VERBS, *cues.FOLLOWING) if len(word) > 1} | cues.SURE_VERBS
) - _OF_PLACES
_WEAK: Final = {*"请找给由叫喊让帮替", "交给", "转交", "转给", "联系", "致电", "通知", "麻烦"}
_ANNOUNCING: Final = (_WEAK | {word for word in cues.ROLES if len(word) > 1}) - {"隔壁", "对门", "楼上"}
"""Words before names that are seldom part of a firm's name."""
_ANNOUNCE: Final = "人系给給由找转轉叫交友事客户戶家主收寄问姓名员員"
_ORGANISATIONS: Final = "司厂廠店部校园園所局院社站室房户戶班级級届屆"
"""Last characters of words behind which a name may end the clause."""

_DESKS: Final = "(?:[前总吧]台|门卫|保安|物业|窗口|工位)"
"""People and places that take parcels in a house, before a name that ends the clause: 6楼前台王俊."""
_LABELS: Final = (
    {word for word in cues.ROLES if len(word) > 1 and word[-1] in "人方名"}
    | {"客户", "客戶", "顾客", "顧客", "用户", "用戶", "买家", "買家", "业主", "業主", "收货", "收貨", "收件", "寄件"}
    | {"联系", "聯繫", "收貨人", "發件人", "聯絡人", "聯繫人"}
)
"""Words that may announce a name in front of an address."""
_LABEL: Final = (
    rf"(?:(?:{any_of(_LABELS)})[是为:：\s]{{0,2}}|[收转轉致给給]\s?(?=[{_FAMILIES}]{_HAN}{{1,3}}[ ,，;；、|\t]))"
)
label_in_front: Final = Expression(rf"{_LABEL}(?=[{_FAMILIES}]{_HAN})").match
"""Matches the label of a name in front of an address."""

_CITIES: Final = {city for city in CITIES if city[0] in FAMILY_NAMES}
"""Cities that begin like a person's name: 宁波, 金华."""
_DISTRICT: Final = rf"{_HAN}{{2}}(?:市(?!场)|县|区(?<![业小社园院库校]区))"

_SIGNS: Final = " ,，;；、|/\t\n"
_SIGNS_BEHIND: Final = f"[{_SIGNS}]"
_LONGEST_START: Final = len("欧阳小明，") + len("和布克赛尔蒙古自治县")
_NO_PLACE: Final = rf"(?=[{_FAMILIES}])(?!{PROVINCES}|(?:{any_of(_CITIES)}){_DISTRICT})"
_BEFORE_DISTRICT: Final = (
    rf"[{FAMILY_NAMES}]{_HAN}{{1,2}}(?<![省市区县州県府都])(?={_SIGNS_BEHIND}?(?:{PROVINCES}|{_DISTRICT}))"
)
_BEFORE_DIVISION: Final = (
    rf"(?!{_HAN}{{1,2}}[省市区县旗镇乡県府都]|{_HAN}{{3}}[市県]){_HAN}{{2,4}}(?<![省市区县州府都旗])"
    rf"(?={_SIGNS_BEHIND}?(?:{BEGINS_DIVISION}))"
)
_BEFORE_BARE_PLACE: Final = rf"(?![东南西北]|{any_of(CITIES)}){NAME_BEFORE_PLACE}(?={BARE_PLACE})"
_APART_OR_LABELLED: Final = (
    rf"(?:{_LABEL}[{_FAMILIES}]{_HAN}|"
    rf"(?=[\u3400-\u9fff·•‧・∙⋅･]{{2,15}}+{_SIGNS_BEHIND})(?="
    rf"(?:[{_FAMILIES}]{_HAN}{{1,3}}|{_HAN}{{1,7}}[·•‧・∙⋅･]{_HAN}{{1,7}}|(?:{any_of(cues.FIRST_PARTS)}){_HAN}{{0,4}})"
    rf"{_SIGNS_BEHIND})(?!{PROVINCES}))"
)
_TOUCHES_PLACE: Final = rf"{_NO_PLACE}(?:{_BEFORE_DISTRICT}|{_BEFORE_DIVISION}|{_BEFORE_BARE_PLACE})"
NAME_IN_FRONT: Final = rf"(?:{_APART_OR_LABELLED}|{_TOUCHES_PLACE})"
"""Part of a regular expression: a possible name in front of an address."""
_apart_or_labelled: Final = Expression(_APART_OR_LABELLED).match
_touches_place: Final = Expression(_TOUCHES_PLACE).match
_before_district: Final = Expression(_NO_PLACE + _BEFORE_DISTRICT).match
_before_division: Final = Expression(_NO_PLACE + _BEFORE_DIVISION).match
_before_bare_place: Final = Expression(_NO_PLACE + _BEFORE_BARE_PLACE).match


def name_in_front(text: str) -> bool:
    """Whether a possible name is in front of an address: 王小明，人民路1号."""
    return _apart_or_labelled(text) is not None or name_touches_place(text)


def name_touches_place(text: str) -> bool:
    """Whether a possible name at the start of a text touches an address: 王小明拉萨市, 王小明和平路1号."""
    if _touches_place(text) is None:
        return False
    if (
        _before_bare_place(text) is not None
        and before_bare_place(han_words().simplified(text[:_LONGEST_START])) is not None
    ):
        return True
    before_district = _before_district(text) is not None
    if not before_district and _before_division(text) is None:
        return False
    start = han_words().simplified(text[:_LONGEST_START])
    if begins_place(start):
        return False
    behind = [start[length:].lstrip(_SIGNS) for length in (2, 3, 4) if length < 4 or not ends_in_word(start[:4])]
    return before_district or any(
        begins_place(place) or is_division(place[:2]) or is_division(place[:3]) for place in behind
    )


_ENDS: Final = rf"{_HAN}{{1,2}}家?(?<![{cues.PLACE_ENDS}])(?<!酒家)(?:$|{_SIGN})"
_APART: Final = rf"(?:(?<=[^\u3400-\u9fff].)|(?<=[{_ANNOUNCE}{_ORGANISATIONS}].)|(?<={_DESKS}.))"


def _begins(words: Iterable[str], before: str = "", behind: str = "") -> str:
    """Return an expression for the first character of words."""
    words = list(words)
    return rf"{beginning(words)}{before}(?<=(?=(?:{any_of(words)}){behind}).)"


_BEHIND_NAME: Final = f"(?:(?<={_ANY}.)|(?<={_ANY}{_HAN}.)|(?<={_ANY}{_HAN}{{2}}.)|(?<={_ANY}{_HAN}{{3}}.))"
_MAY_BE_NAME: Final = tuple(
    Expression(pattern, re.M).finditer
    for pattern in (
        _begins(_FOLLOWING, _BEHIND_NAME),
        _begins(("电话", "電話", "电联", "電聯"), _BEHIND_NAME, rf"(?:$|{_SIGN})"),
        rf"[{_SINGLES}]{_APART}(?={_ENDS})(?!(?<=[谢謝])[谢謝])",
        _begins(DOUBLE_FAMILY_NAMES, _APART) + rf"(?={_HAN}{_ENDS})",
        _begins(cues.FIRST_PARTS),
        _begins(_ANNOUNCING, behind=rf"[是为:：\s]{{0,2}}(?=[{_FAMILIES}]{_HAN})"),
        rf"[总拿取转寄](?:(?<=[{_FAMILIES}].)|(?<=[{_FAMILIES}]{_HAN}.)|(?<=[{_FAMILIES}]{_HAN}{{2}}.))(?=$|{_SIGN})",
        rf"[様樣](?<={_HAN}{{2}}.)(?=$|{_SIGN})",
        r"[·•‧・∙⋅･]|[A-Z](?<=[.:：\s(（*].)[A-Za-z]",
    )
)


_MOST_AT_END: Final = 60
"""The most that a word costs as a given name at the end of an address."""
_NO_END: Final = (
    f"(?<![{cues.PLACE_ENDS}侧处队寨屯坨段坡旁前后下首邨收门边头装饰组口社峪丘岭沟塘服畈埭线坂坑宅坳坞圩垸垟网])"
    "(?<![家氏][岗井桥湾冲坝山河店])(?<![村路街场镇区院庄楼厂桥门][东西南北])"
)
"""Fails behind what ends the name of a place or a shop."""
_AT_END: Final = Expression(
    rf"[{_SINGLES}](?<=[\n{_HAN[1:-1]}].){_HAN}{{1,2}}{_NO_END}$",
    re.M,
).finditer
"""Finds a possible name at the end of an address, without a word that goes with names: 12号楼301室王小明."""


def which_may_have_names(notes: str, *, at_end: bool = True) -> set[int]:
    """Return the lines behind an address's last number that may have a name, from 0.

    Args:
        notes: the lines; a line may be the whole of an address that has no number.
        at_end: whether also those that may end in one without a word that goes with names.
    """
    if not notes:
        return set()
    lines = "\n" + han_words().simplified(notes)
    starts = [match.start() for find in _MAY_BE_NAME for match in find(lines)]
    if at_end:
        starts += [match.start() for match in _AT_END(lines) if not ends_in_word(match[0])]
    found: set[int] = set()
    line = done = 0
    for start in sorted(starts):
        line += notes.count("\n", done, start)
        done = start
        found.add(line)
    return found


def ends_in_word(run: str) -> bool:
    """Whether a run ends in a word that is hardly ever a given name: 王公寓."""
    return called_words.is_word(run[-2:]) and not is_given(run[-2:], _MOST_AT_END)
