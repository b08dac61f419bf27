"""Reads phone numbers with the code of another country, by the metadata of libphonenumber."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_GROUP_END: Final = re.compile(r"\d(?!\d)")
_RUNS_ON: Final = re.compile(r" (?:\D{0,3}\d){7}")
"""Matches the beginning of another number: no number is so short that this could be its end."""
_TOO_SHORT: Final = 99_999
"""The largest number that is no whole number before another one: +49 380 8150043 is one number."""
_AFTER_CODE: Final = re.compile(r"[) .\-]*")

MAX_CODE_LENGTH: Final = 3
_TYPES: Final = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
"""The types of numbers of libphonenumber that count as valid."""


def country_code(digits: str) -> str | None:
    """Return the country code of a number in international form; None if there is none. E.164 codes are prefix-free."""
    for length in range(1, MAX_CODE_LENGTH + 1):
        code = digits[:length]
        if code and int(code) in COUNTRY_CODE_TO_REGION_CODE:
            return code
    return None


def read_abroad(written: str) -> tuple[int, int, str] | None:
    """Read a number that begins with ``+`` or ``00``.

    Args:
        written: ASCII digits and separators; may run on into what follows the number.

    Returns:
        Where the country code with its separators ends, where the number ends, and its national significant
        number, or None if it is no number of any country.
    """
    ends = [match.end() for match in _GROUP_END.finditer(written)]
    possible = None
    alone = None
    for end in reversed(ends):
        number = _parse(written[:end])
        if number is None:
            continue
        if phonenumbers.is_valid_number(number):
            return _cut(written, end, number)
        if phonenumbers.is_possible_number(number):
            if _RUNS_ON.match(written, end) and (number.national_number or 0) > _TOO_SHORT:
                alone = _cut(written, end, number)
            elif possible is None:
                possible = _cut(written, end, number)
    if alone is not None:
        return alone
    if possible is None and ends and (number := _parse(written[: ends[-1]])) is not None:
        too_short = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.TOO_SHORT
        return _cut(written, ends[-1], number) if too_short else None
    return possible


def read_valid(written: str) -> tuple[int, int, str] | None:
    """Return what `read_abroad` does for a number with ``+`` that is valid as a whole; None for every other one."""
    digits = "".join(filter(str.isdecimal, written))
    code = country_code(digits)
    if code is not None and (plain := _plain_numbers(int(code))) is not None and plain.fullmatch(digits, len(code)):
        return _code_end(written, len(code)), len(written), digits[len(code) :]
    number = _parse(written)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return _cut(written, len(written), number)


@cache
def _plain_numbers(code: int) -> re.Pattern[str] | None:
    """Return the expression for the valid numbers of the first country with this code.

    They do not begin with its national prefix. None where libphonenumber distinguishes that country by leading digits.
    """
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, COUNTRY_CODE_TO_REGION_CODE[code][0])
    if metadata is None or metadata.leading_digits is not None:
        return None
    prefix, every = metadata.national_prefix_for_parsing, next(_numbers(metadata, "general_desc"))
    types = "|".join(one for name in _TYPES for one in _numbers(metadata, name))
    return re.compile((f"(?!{prefix})" if prefix else "") + rf"(?={every}\Z)(?:{types})")


def _numbers(metadata: PhoneMetadata, name: str) -> Iterator[str]:
    """Return the expression for the numbers of a type, if the country has any."""
    numbers = getattr(metadata, name)
    if numbers is not None and numbers.national_number_pattern is not None:
        lengths = "|".join(f"[0-9]{{{length}}}" for length in numbers.possible_length)
        yield (rf"(?=(?:{lengths})\Z)" if lengths else "") + f"(?:{numbers.national_number_pattern})"


def _parse(written: str) -> phonenumbers.PhoneNumber | None:
    digits = "".join(filter(str.isdecimal, written))
    try:
        return phonenumbers.parse("+" + (digits if "+" in written else digits[2:]), None)
    except phonenumbers.NumberParseException:
        return None


def _cut(written: str, end: int, number: phonenumbers.PhoneNumber) -> tuple[int, int, str]:
    length = len(str(number.country_code)) + (0 if "+" in written else 2)
    return _code_end(written, length), end, phonenumbers.national_significant_number(number)


def _code_end(written: str, length: int) -> int:
    """Return where a country code of `length` digits ends, with the signs after it."""
    at = 0
    while length:
        length -= written[at].isdecimal()
        at += 1
    gap = _AFTER_CODE.match(written, at)
    return gap.end() if gap else at
