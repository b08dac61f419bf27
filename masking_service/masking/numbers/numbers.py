"""Reads phone numbers: where they begin and end, and which digits count. It hides nothing.

Everything here reads what `reading` makes of a text: ASCII digits, hyphens, stars and spaces, nothing invisible. The
digits that count, n of them, are those of the number without its country code and, for a Chinese landline, without its
area code. If a landline is written without the 0 of its area code, or without an area code, all its digits count.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from masking_service.masking.numbers.abroad import read_abroad, read_valid
from masking_service.masking.words.expressions import Expression

MAX_DIGITS: Final = 13
"""The largest number of digits of a phone without a country code; longer numbers are identity and card numbers."""

MIN_HIDDEN_DIGITS: Final = 6
"""The smallest number of digits of a phone that a label hides (GB/T 41833-2022)."""

AREA: Final = r"0(?:10|2\d|[3-9]\d\d)"
"""Area codes of China: 010 and 020 to 029 have eight digits behind them, those of four digits seven or eight."""


_NOTHING_BEFORE: Final = (
    r"(?<![0-9A-Za-z*+])(?<![0-9*][ .\-()])(?<![0-9*][ .\-()]{2})(?<![0-9*][ .\-()]{3})(?<!\+[ .\-()])"
)
_NOTHING_BEHIND: Final = r"(?![0-9A-Za-z*])(?![ .\-()]{1,3}[0-9*+])(?!\s?[\#,;~/转轉]\s?[0-9*]{1,8}(?![0-9*]))"
_EVEN_GROUPS: Final = r"(?:[0-9]{12}|[0-9]{6}[ \-][0-9]{6}|(?:[0-9]{3}[ \-]){3}[0-9]{3}|(?:[0-9]{4}[ \-]){2}[0-9]{4})"
INTERMEDIATE: Final = re.compile(rf"{_NOTHING_BEFORE}700[ \-]?{_EVEN_GROUPS}{_NOTHING_BEHIND}")
"""A virtual number: 700 and twelve digits, which MIIT announced for platforms in July 2025. It belongs to no person and
stays, unless what touches it could make it part of another number. The groups are even: 700 13812345678 9 is a mobile
number between other digits.
"""


class Number(NamedTuple):
    """A number in a text that was read.

    Attributes:
        start: where it begins, codes included.
        body: where the part begins whose digits are hidden.
        end: where it ends, its extension not included.
        digits: the n digits that count.
        code: country code and area code, digits only: ``86``, ``021``, ``86021`` or nothing.
        readable: False if it is too long to be any phone number; then it shows nothing.
    """

    start: int
    body: int
    end: int
    digits: str
    code: str = ""
    readable: bool = True

    def hidden(self, keep: int, hide_last: int = 0) -> str:
        """The digits that count, with stars for the hidden ones (`starred`)."""
        return starred(self.digits, keep, hide_last) if self.readable else "*" * len(self.digits)


def starred(digits: Sequence[str], keep: int, hide_last: int = 0) -> str:
    """Return digits with the hidden ones as stars.

    Args:
        digits: the n digits that count, or stars where they came in hidden.
        keep: how many of the last ones may show; never more than n - 6.
        hide_last: if not 0, the other end shows: this many of the last ones are hidden, those before them show.
    """
    if hide_last:
        shown = digits[: max(0, len(digits) - hide_last)]
        return "".join(shown) + "*" * (len(digits) - len(shown))
    hidden = len(digits) - max(0, min(keep, len(digits) - MIN_HIDDEN_DIGITS))
    return "*" * hidden + "".join(digits[hidden:])


def spellings(gap: str, wide: str) -> dict[str, str]:
    """Return the spellings of numbers as regular expressions, by the name of the group that holds the body.

    The first that fits is the reading.
    """
    china = rf"(?:\(?(?:\+|00)\ ?\(?86\)?{wide})"
    bare = rf"(?:\(?86\)?{wide})"
    area = rf"\(?{AREA}\)?{wide}"
    three, four = rf"\(?0(?:10|2\d)\)?{wide}", rf"\(?0[3-9]\d\d\)?{wide}"
    trunk = rf"(?:\(0\){gap}|0{gap})?"
    return {
        "mobile": rf"(?:{china}|{bare})?(?P<mobile>{trunk}1{gap}[3-9](?:{gap}\d){{9}})",
        "eight": rf"(?:{china}|{bare})?{area}(?P<eight>[1-9]\d{{7}}|\d{{4}}[ \-]\d{{4}})",
        "seven": rf"(?:{china}|{bare})?{four}(?P<seven>[1-9]\d{{6}}|\d{{3}}[ \-]\d{{4}})",
        "loose": rf"(?:{china}|{bare})?(?:{three}|{four})(?P<loose>[1-9](?:{gap}\d){{7}})",
        "looser": rf"(?:{china}|{bare})?{four}(?P<looser>[1-9](?:{gap}\d){{6}})",
        "service": rf"(?P<service>[48]{gap}0{gap}0(?:{gap}\d){{7}})",
        "national": rf"(?:{china}|\(?86\)?[ \-]{{1,2}})(?P<national>{trunk}[1-9](?:{gap}\d){{4,10}})",
        "city": rf"86(?P<city>(?:10|2\d){gap}[1-9](?:{gap}\d){{7}})",
    }


_GAP: Final = r"[ .\-()\[\]]{0,3}"
_FIELD_SPELLINGS: Final = {
    **spellings(_GAP, _GAP),
    "hongkong": rf"\(?85[23]\)?{_GAP}(?P<hongkong>[2-9](?:{_GAP}\d){{7}})",
    "taiwan": rf"\(?886\)?{_GAP}(?P<taiwan>0?[2-9](?:{_GAP}\d){{7,8}})",
    "american": rf"1[ .\-(]{{1,3}}(?P<american>[2-9]\d\d{_GAP}[2-9]\d\d{_GAP}\d{{4}})",
    "bracketed": rf"(?P<bracketed>(?:8[ \-]?)?\(\d{{2,4}}\)[ \-]?\d{{2,5}}(?:[ \-]?\d{{2,4}}){{1,3}})(?!{_GAP}\d)",
    "short": rf"\(?{AREA}\)?[ .\-)]{{1,3}}(?P<short>\d{{3,8}})",
    "grouped": rf"(?P<grouped>\d{{2,3}}[ .\-](?:\d{{2,4}}[ .\-])?\d{{4}}[ .\-]\d{{4}})(?!{_GAP}\d)",
    "singly": rf"(?P<singly>[1-9](?:[ .\-]\d){{6,7}})(?!{_GAP}\d)",
}
_FIELD: Final = Expression("|".join(rf"(?:{form})(?!\d)" for form in _FIELD_SPELLINGS.values()))
_GROUPS: Final = re.compile(rf"\d+(?:{_GAP}\d+){{0,6}}")
_ABROAD: Final = re.compile(rf"\(?(?:(?<![\d*])\+{_GAP}|00)[1-9](?:{_GAP}\d){{0,26}}(?!\d)")
_ALONE_ABROAD: Final = re.compile(
    r"\+(?!86)(?=(?:[ \-]?[0-9]){7,15}$)[1-9][0-9]{0,2}(?:[ \-]?[0-9]{2,}){1,3}"
).fullmatch
"""Matches a field that holds one number of another country, in at most three groups."""

_FEWEST_DIGITS: Final = 7
"""The smallest number of digits of a group that is a number by itself; shorter groups belong together."""
_MOST_IN_PAIRS: Final = 9
"""Digits of a number that no further pair follows."""


def read_number(text: str, at: int) -> Number | None:
    """Return the number that begins at `at`; None if there is none."""
    if match := _FIELD.match(text, at):
        return number_of(match)
    if match := _ABROAD.match(text, at):
        if number := abroad_of(match):
            return number
        if "+" in match[0]:
            return Number(at, at, match.end(), _digits(match[0]), readable=False)
    if match := _GROUPS.match(text, at):
        return _plain(match)
    return None


def _plain(match: re.Match[str]) -> Number:
    """Return groups of digits in a spelling that is not known here, as many as one number needs.

    A number that ends in pairs goes on with the next pair: 679 19 51 81.
    """
    digits = ""
    end = match.start()
    pair = False
    for group in re.finditer(r"\d+", match[0]):
        goes_on = pair and len(group[0]) == len("51") and len(digits) < _MOST_IN_PAIRS
        if len(digits) >= _FEWEST_DIGITS and not goes_on:
            break
        pair = len(group[0]) == len("51")
        digits += group[0]
        end = match.start() + group.end()
    readable = len(digits) <= MAX_DIGITS
    if readable and len(digits) > _FEWEST_DIGITS:
        digits = digits.removeprefix("0")
    return Number(match.start(), match.start(), end, digits, readable=readable)


def abroad_of(match: re.Match[str]) -> Number | None:
    read = read_abroad(match[0])
    if read is None:
        return None
    body, end, digits = read
    start = match.start()
    return Number(start, start + body, start + end, digits, _digits(match[0][:body]).removeprefix("00"))


def alone_abroad(value: str) -> Number | None:
    """Return the valid number of another country that is the whole of a phone field (+852 9123 4567); else None.

    It is what `read_number` reads there, without the search for other spellings.
    """
    if _ALONE_ABROAD(value) is None:
        return None
    read = read_valid(value)
    if read is None or len(read[2]) < _FEWEST_DIGITS:
        return None
    body, end, digits = read
    return Number(0, body, end, digits, _digits(value[:body]))


def number_of(match: re.Match[str]) -> Number:
    form = match.lastgroup or ""
    digits = _digits(match[form])
    if form in ("mobile", "national", "taiwan", "grouped", "bracketed"):
        digits = digits.removeprefix("0")
    start, body = match.start(), match.start(form)
    return Number(start, body, match.end(), digits, _digits(match.string[start:body]).removeprefix("00"))


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


EXTENSION_WORD: Final = (
    r"(?:[转轉](?:接[码碼]?)?|[转轉]?分[机機][号號]?[码碼]?|[内內][线線]|ext(?:ension|n)?|x)[ .:\#=]{0,3}"
)
EXTENSION_SIGN: Final = r"(?:,,|[\-,\#;*/~_(\[])"
_EXTENSION: Final = re.compile(
    rf"(?:[ ,;(\-]{{0,2}}{EXTENSION_WORD}(?=[\d*]{{1,8}}(?![\d*]))"
    rf"|\ ?{EXTENSION_SIGN}\ ?(?=[\d*]{{1,6}}(?![ .\-()]?[\d*])))([\d*]+)",
    re.I,
)


def extension(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of an extension behind a phone field's number that ends at `at`; None without one."""
    match = _EXTENSION.match(text, at)
    return match.span(1) if match else None
