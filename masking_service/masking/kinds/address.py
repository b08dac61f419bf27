"""Masks addresses: road, number and building show, what names unit, floor and room does not.

Words (单元, 室, Apt) stay and their numbers or letters become stars, one for each. Text is scrubbed for phones and the
like in every mode. It looks at spelling only and knows no place: what may be a room's number is hidden like one, and
what may be a person's name alone is hidden whole.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking import address_words as words
from masking_service.masking.bare_names import bare_name
from masking_service.masking.districts import district_end
from masking_service.masking.numbers_in_text import crowded, scrub
from masking_service.masking.plain_addresses import mask_plain_address
from masking_service.masking.reading import Reading
from masking_service.masking.stars import stars

_A: Final = "[0-9A-Za-z*]"
_H: Final = f"[{words.NUMERALS}]"
_AH: Final = f"[0-9A-Za-z*{words.NUMERALS}]"
_END: Final = r"(?=$|[\s,，。.;；(（)）\[\]【】、/])"
_NOT_A_ROOM: Final = rf"(?!{_A}|\s?(?:{words.NOT_A_ROOM}))"
_MORE_ROOMS: Final = (
    rf"(?:(?:/(?:[A-Za-z]?[0-9*]{_A}{{0,4}}|[A-EG-Za-eg-z])|\s?[、,，&+~]\s?[A-Za-z]?[0-9*]{{2,4}}[A-Za-z]?){_NOT_A_ROOM}"
    rf"|\s[0-9*]{{2,4}}{_END}){{0,9}}"
)
"""Behind a room: 301/302, 301、302, B 2302."""

_ROOM: Final = (
    rf"(?:(?:(?<=[0-9*]){_A}{{0,5}}|(?<=[A-Za-z])[A-Za-z]?(?:[0-9*]{_A}{{0,4}}|(?![A-Za-z])))"
    rf"(?:-{_A}{{1,6}}){{0,3}}{_NOT_A_ROOM}{_MORE_ROOMS}"
    rf"|(?<=[0-9])[0-9]{{6,}}{_NOT_A_ROOM}|(?<={_H}){_H}{{0,7}}{_END})"
)
_BARE: Final = rf"(?<=[\u4e00-\u9fff].)(?<![{words.ROAD}].)|(?<=[\u4e00-\u9fff]\s.)(?<![{words.ROAD}]\s.)"

_CHINESE: Final = re.compile(
    # Every alternative looks back from its first character on, so that the search leaps from number to number.
    # A letter inside a word begins none, unless the word is F for floor.
    rf"[0-9A-Za-z*{words.NUMERALS}甲乙丙丁东東西南北中左右\-](?<![A-EG-Za-z][A-Za-z])(?:"
    rf"(?<!{_A}.)(?<=[0-9*])(?:\s[0-9*]){{1,5}}(?=\s?[室户戶房])"
    rf"|(?<!{_A}.)(?<={_A})(?:{_A}{{0,5}}(?:[-~、/,]{_A}{{1,5}})?(?=\s?[层層])|(?<=[0-9*]){_A}{{2,3}}(?:[-~、/,][0-9*]{{2,4}}){{1,4}}(?=[室房户戶]))"
    rf"|(?<!{_A}.)(?<={_A}){_A}{{0,5}}(?=\s?(?:号|號)?\s?(?:{words.UNIT}|{words.STALL}))"
    rf"|(?<!{_AH}.)(?<={_AH})(?<!千){_AH}{{0,7}}(?:[至到]{_AH}{{1,7}})?(?=(?:号|號)?(?:{words.UNIT})|(?<={_H}){words.FLOOR})"
    rf"|(?<!{_A}.)(?:(?<=[0-9*])[0-9*]{{0,2}}|(?<=[BbLl])[0-9*]{{1,2}})(?:[-~、/,至到][0-9*]{{1,3}})?(?=\s?{words.FLOOR})"
    rf"|(?<=[0-9*{words.NUMERALS}][层層楼樓].)(?<={_A}){_A}{{0,2}}(?=座)"
    rf"|(?<=[甲乙丙丁])(?=[室户戶]|单元|單元)"
    rf"|(?:(?<=[元层層楼樓梯栋棟幢座号號*0-9].)|(?<=^.))(?<=[东東西南北中左右])(?=[户戶室]|单元|單元)"
    rf"|(?<![0-9A-Za-z*].)(?<=[0-9*])[0-9*]?(?=[门門]\s?-?[0-9*])"
    rf"|(?:(?<=[{words.HOLDS_ROOMS}].)|(?<=[{words.HOLDS_ROOMS}][\s,，\-].)|(?<=[0-9*][门門].)|(?<=[0-9*][门門]-.)|(?<=[门門]洞.)|(?<=地下室.)|(?<=[储儲]藏室.)|(?<=底商.)|(?<=[负負].)(?=[0-9*]{{0,2}}-)|(?<=[0-9*/]F.)|(?<=[0-9*/]F[\s\-].)|(?<=[0-9A-Za-z]\#.)|(?<=[0-9A-Za-z]\#-.)"
    rf"|(?:(?<=[{words.HOLDS_ROOMS}号號][:：._~/、№第里].)|(?<=[{words.HOLDS_ROOMS}号號][\-—]{{2}}.))(?=[0-9*]{{2}})(?![^号號]{{0,4}}[号號])){_ROOM}"
    rf"|(?<=[号號][门門].)(?<=[0-9*])[0-9*]{{2,3}}{_NOT_A_ROOM}"
    rf"|(?:(?<=[号號].)|(?<=[号號][\s,，\-].))(?:(?![^号號]{{0,2}}[号號]){_ROOM}|(?<=[0-9*])[0-9*]{{2,3}}(?=[号號](?!楼|樓|院|门|线)))"
    rf"|(?<=[号號]附.){_A}{{0,3}}(?:-{_A}{{1,3}})?(?!{_A})"
    r"|(?<=[0-9*]室.)(?<=[A-Za-z*])(?![0-9A-Za-z*])"
    rf"|(?<=[楼樓室号號层層F]之.)[0-9*{words.NUMERALS}]{{0,6}}"
    rf"|(?<=-)(?<=[0-9A-Za-z].)(?<![0-9A-Za-z]{{4}}.)(?:{_A}{{1,5}}-){{1,2}}{_A}{{1,5}}{_NOT_A_ROOM}(?!-)"
    rf"|(?<=-)(?<=[0-9A-Za-z].)(?<![0-9A-Za-z]{{3}}.)(?:[A-Za-z*]?[0-9*]{{3,4}}[A-Za-z]?|(?<=[A-Za-z][0-9]-)[0-9*]{{5}}){_NOT_A_ROOM}(?!-|\s?[A-Za-z]{{2}}|号|號)"
    rf"|(?<=-)(?:(?<=[\u4e00-\u9fff][0-9].)(?<![{words.ROAD}][0-9].)"
    rf"|(?<=[\u4e00-\u9fff][0-9]{{2}}.)(?<![{words.ROAD}][0-9]{{2}}.))[0-9*]{{1,2}}{_END}"
    rf"|(?:(?<=[\u4e00-\u9fff][0-9][/,，].)(?<![{words.ROAD}][0-9]..)|(?<=[\u4e00-\u9fff][0-9]{{2}}[/,，].)(?<![{words.ROAD}][0-9]{{2}}..)"
    rf"|(?<=^[A-Za-z][0-9]\s.)|(?<=[\u4e00-\u9fff][A-Za-z][0-9]\s.))(?<=[0-9*])[0-9*]{{2,3}}{_END}(?!\s?[A-Za-z]{{2}})"
    rf"|(?:{_BARE})(?:(?<=[A-Za-z*])[0-9*]{{3,4}}|(?<=[0-9*])[0-9*]{{2,3}}[A-Za-z]?){_END}"
    rf")"
)
_ROOM_FIRST: Final = re.compile(
    rf"(?P<kept>(?:{words.ROOM_FIRST})[:：\s]{{0,2}})(?:{_A}{{1,6}}(?:-{_A}{{1,5}}){{0,3}}|{_H}{{1,6}})"
)

_VALUE: Final = (
    r"(?:[0-9*][0-9A-Za-z*]{0,5}|[A-Za-z](?:[0-9*][0-9A-Za-z*]{0,4})?)(?:-[0-9A-Za-z*]{1,5}){0,3}(?![0-9A-Za-z*])"
)
_MORE_VALUES: Final = (
    rf"(?:/{_VALUE}(?!\s(?!{words.LATIN_BUILDING})[A-Za-z]{{2}})|\s?,\s?[0-9*]{{3,4}}[A-Za-z]?(?=$|\s?[,;)])){{0,9}}"
)
_LATIN: Final = re.compile(
    rf"(?<![A-Za-z])(?P<kept>(?:{words.LATIN_UNIT})(?:\s?\#\s?|[\s.:]{{1,3}}(?:(?:no|number|num)[\s.:]{{1,3}})?\#?|(?=[0-9*])))"
    rf"(?:{_VALUE}(?:\s?(?:&|and)\s?{_VALUE})?{_MORE_VALUES}|(?:{words.WORDED_NUMBERS})\b|\*+)"
    rf"|(?<![0-9A-Za-z*])(?:[0-9*]{{1,3}}(?:st|nd|rd|th|[A-Z*])?|LG|UG|[GMB][0-9*]?)(?=\s?/\s?F(?![A-Za-z]))"
    rf"|(?<![0-9A-Za-z*])[BL]?[0-9*]{{1,3}}(?=F(?![A-Za-z]))"
    rf"|(?<![0-9A-Za-z*])[0-9*]{{1,3}}(?:st|nd|rd|th|er|e|[ºª°.])?(?=\s?(?:{words.LATIN_FLOOR})(?![A-Za-z]))"
    rf"|(?<![A-Za-z])(?:{words.WORDED_NUMBERS})(?=\s(?:{words.LATIN_FLOOR})(?![A-Za-z]))"
    r"|(?<![0-9A-Za-z])(?P<sign>\#\s?)[0-9A-Za-z*]{1,4}(?:-[0-9A-Za-z*]{1,5}|\s-\s?[0-9*]{1,5}|-\s[0-9*]{1,5}){0,2}(?:/[0-9A-Za-z*]{1,5})?(?![0-9A-Za-z*])"
    rf"|(?<![A-Za-z])(?=[BNT])(?P<block>(?:{words.LATIN_BUILDING})\s?[0-9A-Za-z]{{1,4}}\s?,?\s"
    r"|no[. ]{0,2}[0-9]{1,4},\s?)[0-9*]{3,4}[A-Za-z]?(?=$|\s?[,;)])"
    rf"|^[0-9*]{{3,4}}[A-Za-z]?(?=,\s?(?:{words.LATIN_BUILDING})\s)"
    r"|^[0-9*]{1,4}[A-Za-z]?(?=/[0-9]{1,4}[A-Za-z]?\s[A-Za-z]{2})",
    re.I,
)
_HAS_LATIN: Final = re.compile(r"[A-Za-z#/]").search
_ODD: Final = re.compile(r"[^\n -~\u2018-\u201d\u3001-\u3011\u4e00-\u9fff，：；！？（）]").search

_OPENS: Final = re.compile(r"[(（\[【]").search
_BRACKETS: Final = re.compile(r"([(（\[【][^()（）\[\]【】]*[)）\]】]?)")
_ONLY_UNIT: Final = re.compile(
    rf"(?:[(（\[【)）\]】\s\-#/,，.0-9*{words.NUMERALS}A-Za-z室户戶房层層楼樓号號门門栋棟幢座之]|单元|單元)*"
).fullmatch
_ONLY_ROOM: Final = re.compile(r"[A-Za-z*]?[0-9*]{3,4}[A-Za-z*]?").fullmatch
_ROOM_IN_BRACKETS: Final = re.compile(r"[(（\[【]\s?[A-Za-z]?[0-9*]{3,4}[A-Za-z]?\s?[)）\]】]?").fullmatch
_AWAITS_ROOM: Final = re.compile(rf"[{words.HOLDS_ROOMS}号號#]\s?$").search
_KEPT: Final = frozenset("-~、/,， &+至到")

_MAX_LENGTH: Final = 512
"""Characters. What is longer is no address, and is hidden whole."""

_PASSES: Final = 8
"""Stars may make a number of what stood beside them; then it is hidden too. More rounds than this never help."""


def mask_address(value: str, hide: str, keep: int = 4) -> str:
    """Mask an address.

    Args:
        value: the field as it came in.
        hide: ``unit`` (unit, floor and room), ``detail`` (everything behind the district; the whole where no district
            can be told) or ``all``.
        keep: how many of the last digits of a phone in it show, 0 to 4.

    Returns:
        The mask; masking it again changes nothing.
    """
    if hide == "unit":
        plain = mask_plain_address(value)
        if plain is not None:
            return plain
    if not value or value.isspace():
        return value
    if hide == "detail":
        end = district_end(value)
        return value[:end] + stars(value[end:]) if end < len(value) else value
    if hide != "unit":
        return stars(value)
    if len(value) > _MAX_LENGTH or crowded(value):
        return stars(value)
    for _ in range(_PASSES):
        text = scrub(value, keep)
        masked = _read_and_hide(text) if _ODD(text) else _hide_units(text)[0]
        if masked == value:
            name = bare_name(value)
            return value if name is None else value.replace(name, stars(name))
        value = masked
    return stars(value)


def _read_and_hide(value: str) -> str:
    """Hide in what is read, and keep what is written."""
    reading = Reading(value)
    masked, _ = _hide_units(reading.text)
    return "".join("*" if after == "*" else reading.written(at, at + 1) for at, after in enumerate(masked))


def _hide_units(text: str) -> tuple[str, int]:
    """The text with its units hidden, and their number."""
    if _OPENS(text) is None:
        return _hide_plain(text)
    parts = _BRACKETS.split(text)
    found = 0
    hidden: set[str] = set()
    for at in range(0, len(parts), 2):
        masked, count = _hide_plain(parts[at])
        hidden.update(_hidden_numbers(parts[at], masked))
        parts[at] = masked
        found += count
    for at in range(1, len(parts), 2):
        if _ROOM_IN_BRACKETS(parts[at]) and (found or _AWAITS_ROOM(parts[at - 1])):
            parts[at], count = re.sub(r"[0-9A-Za-z]", "*", parts[at]), 1
        elif not found or _ONLY_UNIT(parts[at]):
            parts[at], count = _hide_plain(parts[at])
        else:
            # A note: it stays, but it must not say again what was hidden.
            parts[at] = re.sub(r"[0-9A-Za-z]+", lambda m: "*" * len(m[0]) if m[0] in hidden else m[0], parts[at])
    return "".join(parts), found


def _hide_plain(text: str) -> tuple[str, int]:
    if _ONLY_ROOM(text):
        return "*" * len(text), 1
    masked, found = _CHINESE.subn(_starred, text)
    if _HAS_LATIN(text):
        masked, count = _LATIN.subn(_starred, masked)
        found += count
    masked, count = _ROOM_FIRST.subn(_starred, masked)
    return masked, found + count


def _starred(match: re.Match[str]) -> str:
    kept = (match[match.lastgroup] or "") if match.lastgroup else ""
    return kept + "".join([char if char in _KEPT else "*" for char in match[0][len(kept) :]])


def _hidden_numbers(text: str, masked: str) -> set[str]:
    """Numbers of two digits and more that were hidden."""
    return {run[0] for run in re.finditer(r"[0-9A-Za-z]{2,}", text) if masked[run.start() : run.end()] != run[0]}
