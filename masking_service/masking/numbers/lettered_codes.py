"""Tells codes with letters from personal numbers that letters touch: SF13812345678, but John13812345678."""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import Final

from masking_service.masking.around import text_before

_LONGEST: Final = 40
_IN_WORDS: Final = ascii_letters + digits
_PREFIX: Final = re.compile(r"[A-Z]{1,4}|(?=[A-Z0-9]{5})(?=[0-9]*[A-Z])[A-Z]*[0-9][A-Z0-9]*").fullmatch
"""Matches the prefixes of carriers' and shops' numbers: a few capitals, or capitals and digits, as UPS has."""
_NAMED: Final = re.compile(
    "(?:电话|電話|手机|手機|身份证|身份證|卡号|卡號|拨打|撥打|致电|致電|[来來]电|[来來]電|回电|回電|电联|電聯|联系|聯繫|联络|聯絡|[系繫件货貨]人)[A-Z]$"
).search
"""Finds words before a personal number that may have a letter: 电话A13812345678, 请拨打D13812345678."""
_SAYS_PHONE: Final = re.compile("[TMPHC]|PH|HP").fullmatch
"""Matches abbreviations of words for a phone: T13812345678 is a phone, unless the text calls it a code."""
_SAID_CODE: Final = re.compile(
    r"(?:[单單号號码碼件]|\b(?:order|tracking|waybill|parcel|no|id|ref|code|number|sn))[\W_]{0,4}$", re.I
).search
_DIGITS_OF_PHONE: Final = range(10, 14)
_MADE: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.I).fullmatch
"""Matches what programs make: UUIDs, digests and ids of documents."""


def is_in_code(text: str, start: int, end: int) -> bool:
    """Return whether digits and touching Latin letters are one code: a waybill or order number, or an id.

    All other letters are words that were written without a space.
    """
    before, behind = text_before(text, start, _LONGEST), text[end : end + _LONGEST]
    prefix = _end_of(before, _IN_WORDS)
    if not behind[:1].isascii() or not behind[:1].isalpha():
        if not prefix:
            return False
        if _PREFIX(prefix) and not _NAMED(before) and not _is_phone(before, prefix, text[start:end]):
            return True
    joined = _IN_WORDS + "-"
    rest = behind[: len(behind) - len(behind.lstrip(joined))]
    return _MADE(_end_of(before, joined) + text[start:end] + rest) is not None


def _is_phone(before: str, prefix: str, number: str) -> bool:
    """Return whether the letters before a number say that it is a phone."""
    if not _SAYS_PHONE(prefix) or sum(map(str.isdecimal, number)) not in _DIGITS_OF_PHONE:
        return False
    return number[0] in "01+" and not _SAID_CODE(before[: -len(prefix)])


def _end_of(text: str, characters: str) -> str:
    return text[len(text.rstrip(characters)) :]
