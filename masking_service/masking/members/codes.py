"""Tells codes of things from personal data, where the name of a member or a header says that a value is a code."""

import re
from typing import Final

from masking_service.masking.members.member_names import (
    BARE_NAME,
    CODE,
    COURIER_NAME,
    GOODS,
    LEFT_OPEN,
    MAYBE_NAME,
    MAYBE_NUMBER,
    MEASURE,
    NUMBER,
    SIDE_NAME,
    STOCK,
    UNKNOWN_NAME,
)
from masking_service.masking.members.name_words import PARTY, name_words
from masking_service.masking.names.bare_names import bare_name
from masking_service.masking.names.names_between_words import is_name
from masking_service.masking.numbers.numbers_in_text import lines_worth_scanning
from masking_service.masking.words.name_cues import NO_LATIN_NAME

_ONE_CODE: Final = r"[A-Za-z0-9_-]"
_ONE_MEASURE: Final = r"[A-Za-z0-9_.,:+/ -]"
_MOBILE: Final = r"1[3-9][0-9](?:[0-9]{8}|[ ./_-][0-9]{4}[ ./_-][0-9]{4})"
_PERSONS: Final = rf"(?:(?:\+?86[ -]?)?{_MOBILE}|[1-9][0-9]{{16}}[0-9Xx])(?:\.0*)?|1\.[3-9][0-9]{{4,9}}[Ee]\+?10"
"""Matches a mobile or identity number (the id of an account), also as 13812345678.0 and 1.3812345678E+10."""

_ONE_AMOUNT: Final = (
    r"[+-]?[¥￥$€£]?[0-9,]{0,14}[0-9](?:\.[0-9]{0,6})?(?: ?(?:[A-Za-z%]{1,4}|元|千克|公斤|克|斤|件|个|立方米))?"
)
"""Matches a number of up to 15 digits, with a sign before it and a unit behind it."""

_DIGIT: Final = re.compile(r"\d").search
_DIGITS_OF: Final = {MAYBE_NUMBER["phone"]: 5, MAYBE_NUMBER["secret"]: 4, MAYBE_NUMBER["unit"]: 1}
"""The smallest number of digits of a value of each such kind."""
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/.][01]?[0-9][-/.][0-3]?[0-9]"
    r"(?:[T ][0-9]{1,2}(?::[0-9]{2}){1,2}(?:\.[0-9]{1,9})?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
).fullmatch
_OF_NO_DATE: Final = frozenset({"name", "phone", "address", PARTY})
_UUID: Final = re.compile(
    r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{32}"
).fullmatch
"""Matches a UUID with its dashes or without: Shippo keeps an address's id of 32 characters in address_from."""
_UUID_LENGTHS: Final = (32, 36)
_OF_NO_UUID: Final = frozenset({"name", "address", PARTY})
_ARE_PLACES: Final = re.compile(
    "(?:北京|上海|天津|重庆|河北|河南|湖北|湖南|山东|山西|陕西|广东|广西|浙江|福建|辽宁|黑龙江|内蒙古|四川|贵州|青海|新疆|西藏)"
    r"[省市]?(?:[,，/ -][\u4e00-\u9fff]{2,7}[市区县州盟])*"
).fullmatch
"""Matches a province with a part of it, separated by a comma or the like: 浙江,杭州市."""
_CODE_WORDS: Final = re.compile("[A-Z]+(?:_[A-Z]+)+").fullmatch
"""Matches the name of a state of a system: HAS_ACCESS_POINT."""
_STATE_IN_WORDS: Final = re.compile("[A-Z]{2,}(?:_[A-Z]{2,}){2,}").fullmatch
"""Matches one of at least three words, in which there is no person's name: MOVE_TO_NEXT_SHIFT."""
_IS_ADDRESS_OF_PAGE: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(?:/track|/tracking)?/(?=[A-Z-]*[0-9])(?=[0-9-]*[A-Z])[A-Z0-9-]{6,64}"
).fullmatch
"""Matches the address of a page about a parcel that names no person: /1G08Q6PK6PHP, not /zhangsan?name=."""
_ARE_LATIN_WORDS: Final = re.compile(r"[A-Za-z](?:[A-Za-z '’&(),./-]|(?<![0-9])[0-9]{1,3}(?![0-9])){0,127}").fullmatch

_PRICE: Final = re.compile(r"[0-9]{1,7}\.[0-9]{2}").fullmatch

_is_code: Final = re.compile(rf"{_ONE_CODE}{{1,64}}").fullmatch
_is_mobile: Final = re.compile(_MOBILE).fullmatch
_is_measure: Final = re.compile(rf"(?!\+){_ONE_MEASURE}{{1,64}}").fullmatch
_is_amount: Final = re.compile(_ONE_AMOUNT).fullmatch
is_persons: Final = re.compile(_PERSONS).fullmatch
"""Whether a text is a mobile or identity number, and nothing else."""
_are_codes: Final = re.compile(rf"(?:{_ONE_CODE}{{0,64}}(?:\n|\Z))*").fullmatch
_are_measures: Final = re.compile(rf"(?:(?!\+){_ONE_MEASURE}{{0,64}}(?:\n|\Z))*").fullmatch
_are_amounts: Final = re.compile(rf"(?:(?:{_ONE_AMOUNT})?(?:\n|\Z))*").fullmatch
_any_persons: Final = re.compile(rf"^(?:{_PERSONS})$", re.M).search
_beside: Final = {
    CODE: re.compile(rf"[,:+/ ](?:86[ -]?)?{_MOBILE}(?![0-9A-Za-z_-])").search,
    MEASURE: re.compile(rf"(?<![0-9.])(?:86)?{_MOBILE}(?![0-9])(?!\.[0-9]*[1-9])").search,
}
"""Finds a mobile number beside other signs. A code may have its digits behind a hyphen: 2024-13812345678."""
_any_mobile: Final = re.compile(rf"^{_MOBILE}$", re.M).search


def is_code(kind: str | None, text: str) -> bool:
    """Return whether a text is a UUID, or what its name announces, which need not be scanned.

    The kinds are STOCK, NUMBER, CODE, MEASURE and GOODS of `member_names`.
    """
    if len(text) in _UUID_LENGTHS and _UUID(text):
        return True
    if kind in (None, GOODS) and _STATE_IN_WORDS(text):
        return True
    if kind in (STOCK, NUMBER):
        return _is_code(text) is not None and (kind == STOCK or _is_mobile(text) is None)
    if kind == GOODS:
        return _ARE_LATIN_WORDS(text) is not None
    if kind == MEASURE and _is_amount(text):
        return True
    if kind not in (CODE, MEASURE) or is_persons(text):
        return False
    return _is_measure(text) is not None and _beside[kind](text) is None


def settled(kind: str | None, text: str) -> str | None:
    """Return the kind of a text if the name of its member leaves open whether it is a person's name.

    Other kinds are returned as they are.
    """
    if kind in (BARE_NAME, SIDE_NAME, UNKNOWN_NAME):
        return "name" if _has_form_of_name(kind, text) else None
    if kind in (MAYBE_NAME, COURIER_NAME):
        kind = None if _is_no_name(kind, text) else "name"
    if kind in _DIGITS_OF:
        its = LEFT_OPEN[kind]
        fits = sum(map(str.isdecimal, text)) >= _DIGITS_OF[kind] and not (its == "phone" and _DATE(text))
        return its if fits else None
    if kind in _OF_NO_DATE and text[:2] in ("19", "20") and _DATE(text):
        return None  # signedFor: when someone signed
    if kind in _OF_NO_UUID and len(text) in _UUID_LENGTHS and _UUID(text):
        return None  # Nova Poshta keeps a sender's id in Sender
    if kind not in ("name", PARTY):
        return kind
    if kind == PARTY and _PRICE(text):
        return None  # shipping_cost_customer
    if text.casefold() in name_words().anyone or _IS_ADDRESS_OF_PAGE(text) or _ARE_PLACES(text):
        return None
    return kind


def _has_form_of_name(kind: str, text: str) -> bool:
    """Whether a text has the form of a person's name and, if the kind asks for it, is most likely one."""
    if kind == UNKNOWN_NAME and text.isascii():
        return False
    if bare_name(text) is None:
        return kind == BARE_NAME and is_name(text, plainly=True)  # one with a rarer family name
    return kind == BARE_NAME or _is_likely_name(text)


def _is_no_name(kind: str, text: str) -> bool:
    """Whether what a person's member holds is a number or a state, or a courier's is a carrier."""
    if kind == COURIER_NAME:
        return text.casefold() in name_words().carriers
    return _DIGIT(text) is not None or _is_code_of_words(text)


def _is_code_of_words(text: str) -> bool:
    """Whether words in capitals are the name of a state and no person's: HAS_ACCESS_POINT, not LI_WEI."""
    return _CODE_WORDS(text) is not None and not NO_LATIN_NAME.isdisjoint(text.lower().split("_"))


def _is_likely_name(text: str) -> bool:
    return NO_LATIN_NAME.isdisjoint(text.lower().split()) if text.isascii() else is_name(text, plainly=True)


def harmless_lines(kind: str | None, lines: str) -> bool:
    """Return whether no line has to be scanned, because each is a code of this kind.

    Says no too often rather than too seldom.
    """
    return not lines_worth_scanning(lines) or are_codes(kind, lines)


def are_codes(kind: str | None, lines: str) -> bool:
    """Return whether each line is empty or `is_code`."""
    if kind in (STOCK, NUMBER):
        return _are_codes(lines) is not None and (kind == STOCK or _any_mobile(lines) is None)
    if kind == MEASURE and _are_amounts(lines):
        return True
    if kind not in (CODE, MEASURE) or _any_persons(lines):
        return False
    return _are_measures(lines) is not None and _beside[kind](lines) is None
