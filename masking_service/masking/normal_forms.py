"""Brings the spellings of one value into one form, so that values can be compared. It masks nothing."""

import re
import unicodedata
from typing import Final

from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.name import TITLES_OF_NAMES
from masking_service.masking.kinds.phone import MAX_LENGTH
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.numbers.masked_numbers import read_phones
from masking_service.masking.numbers.numbers import alone_abroad
from masking_service.masking.reading import Reading
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES

_SIGNS: Final = re.compile(r"[\W_]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]").search
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Invisible characters that are pasted with a value: marks of direction, joiners, a byte order mark."""

_TITLES: Final = "|".join(TITLES_OF_NAMES)
_BEHIND_NAME: Final = re.compile(
    rf"(?<=\w\w)(?:(?:{_TITLES})|\s收|\s*[(\[【<]\s*(?:[0-9]{{1,6}}|收|本人|{_TITLES})\s*[)\]】>])\W*$"
)
"""Matches a title, a word to the courier, or the extension of a privacy number: 张三[8012]. A family name alone
keeps its title.
"""

_LATIN_TITLE: Final = re.compile(r"(?:mrs?|ms|miss)\b\.?\s+(?=\w)").match
"""Matches titles that are left out of a form. The forms of stored values were made with this list: with another one
they would not match.
"""

_FRACTION: Final = re.compile(r"([0-9]{7,19})\.0+").fullmatch
_EXPONENT: Final = re.compile(r"([1-9])\.([0-9]{8,17})e\+?([0-9]{1,2})", re.I).fullmatch
"""Matches a number as a spreadsheet writes it. One with fewer digits was rounded, and may be another person's."""
_LEFT_OUT: Final = 2
"""The largest number of zeros at the end of a number that such a spelling leaves out."""

_HAN_DIGITS: Final = str.maketrans("零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "0001234567891123456789")
_MOBILE: Final = re.compile(r"(?:0{0,2}86)?0?(1[3-9][0-9]{9})").fullmatch
_COUNTRY: Final = re.compile(r"\W*(?:\+|00)(?!\W{0,2}0{0,2}\W?86)").match
"""Matches the beginning of a number of another country than China."""
_FEWEST_DIGITS: Final = 7
"""The smallest number of digits of a number; fewer digits beside one are its extension."""


def normal_form(kind: str, value: str) -> str | None:
    """Return the form that all spellings of a value share.

    Args:
        kind: of the value.
        value: as it came in.

    Returns:
        The form; None for a blank value, and for one that came in hidden: a mask is the mask of many.
    """
    value = _INVISIBLE.sub("", value)
    if not value or value.isspace() or (kind in TOKEN_KINDS and hidden_form(kind, value) is not None):
        return None
    text = unicodedata.normalize("NFKC", value).casefold().strip()
    if kind in ("phone", "virtual_phone"):
        return _phone(value) or _SIGNS.sub("", text) or text
    if kind == "name":
        return _name(text)
    return (_SIGNS.sub("", text) or text) if kind in ("address", "unit") else text


def _name(text: str) -> str:
    """Return the letters of a name, without a title. Words in letters other than Han have one space between them."""
    if _HAN(text):
        name = _SIGNS.sub("", _BEHIND_NAME.sub("", text))
        return _SIGNS.sub("", text) if name in DOUBLE_FAMILY_NAMES else name or text
    if (title := _LATIN_TITLE(text)) is not None:
        text = text[title.end() :]
    return _SIGNS.sub(" ", text).strip() or text


def _phone(value: str) -> str:
    """Return a phone field's digits with area or country code; of several numbers all, sorted.

    Empty where there is no number.
    """
    if len(value) > MAX_LENGTH:
        return ""
    if (abroad := alone_abroad(value)) is not None:
        return _abroad(f"{abroad.code.removeprefix('00')}{abroad.digits}")
    text = _of_spreadsheet(Reading(value).text.strip()).replace("*", "-")
    is_abroad = _COUNTRY(text) is not None
    if (mobile := _MOBILE(_SIGNS.sub("", text).translate(_HAN_DIGITS))) is not None and not is_abroad:
        return mobile[1]
    digits = "".join(filter(str.isdecimal, text))
    pieces = [*read_phones(text, 0)]
    found = {piece.whole for piece in pieces if piece.kind == "number" and piece.whole}
    numbers = sorted(number for number in found if len(number) >= _FEWEST_DIGITS) or sorted(found)
    hidden = sum(piece.shown.count("*") for piece in pieces if piece.kind == "extension")
    extension = digits[-hidden:] if hidden else ""
    if len(numbers) == 1:
        extension += "".join(sorted(found.difference(numbers)))
    shown = "/".join(map(_abroad, numbers) if is_abroad else numbers)
    return shown + (f"x{extension}" if numbers and extension else "")


def _abroad(number: str) -> str:
    """Return the number of another country, with a plus if it would be read as a mobile number of China."""
    return f"+{number}" if _MOBILE(number) else number


def _of_spreadsheet(text: str) -> str:
    """Return the digits of a number that was written as a fraction or with an exponent; else the text."""
    if whole := _FRACTION(text):
        return whole[1]
    if exponent := _EXPONENT(text):
        first, rest, places = exponent.groups()
        if 0 <= int(places) - len(rest) <= _LEFT_OUT:
            return f"{first}{rest:0<{int(places)}}"
    return text
