"""Masks phone fields. Of each number, at most the last four digits are shown, and at least six are hidden.

Labels of other countries hide the last digits instead (`hide_last`). A field is read from left to right. Numbers and
their extensions are masked, separators between them stay, and everything else (a name in brackets, a word) becomes
stars. A field in which no number can be read is hidden whole.
"""

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.numbers.masked_numbers import forms_of, read_phones
from masking_service.masking.numbers.numbers import INTERMEDIATE, alone_abroad, starred
from masking_service.masking.reading import Reading
from masking_service.masking.stars import stars, steady

_PLAIN_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}").fullmatch
_MOBILE_LINES: Final = re.compile(r"^(?:(1[3-9][0-9]{9})$|.*$)", re.M).findall

_MOBILE_MASK: Final = re.compile(r"(?:1[3-9][0-9]\*{4}|\*{7})[0-9]{4}").fullmatch
_PLAIN_LANDLINE: Final = re.compile(
    r"(0(?:(?:10|2[0-9])-?(?=[0-9]{8}(?![0-9]))|[3-9][0-9]{2}-?))([1-9][0-9]{6,7})(?:(-)([0-9]{1,6}))?"
).fullmatch

MAX_LENGTH: Final = 256
"""Characters of the longest field that is read. No number is longer, so such a field is hidden whole."""

_PASSES: Final = 8
"""Rounds of masking: a mask may look like a number together with what is beside it. More rounds never hide more."""


def mask_phone(value: str, keep: int = 4, hide_last: int = 0) -> str:
    """Mask every number of a phone field.

    Args:
        value: the field as it came in, numbers separated by ``/ 、 , ;`` or spaces.
        keep: how many of a number's last digits may show, 0 to 4. Of n digits never more than n - 6 do.
        hide_last: if not 0, how many of a number's last digits are hidden; then those before them show. A number of
            which so many show that the mask reads as another number is hidden further.

    Returns:
        The mask; masking it again changes nothing.
    """
    if _PLAIN_MOBILE(value):
        return starred(value, keep, hide_last)
    if plain := _PLAIN_LANDLINE(value):
        area, local, dash, extension = plain.groups("")
        return area + starred(local, keep, hide_last) + dash + "*" * len(extension)
    if not value or value.isspace():
        return value
    if len(value) > MAX_LENGTH:
        return stars(value)
    if not hide_last and _MOBILE_MASK(value):
        return starred(value, keep)
    if not hide_last and (abroad := alone_abroad(value)) is not None:
        return value[: abroad.body] + abroad.hidden(keep)
    return steady(lambda masked: _mask_once(masked, keep, hide_last), value, _PASSES)


def is_mobile_mask(value: str) -> bool:
    """Whether a value is the mask of a Chinese mobile number as most people write one: 138****5678."""
    return _MOBILE_MASK(value) is not None


def plain_mobile_masker(keep: int) -> Callable[[str], str | None]:
    """Return a function that masks plain Chinese mobile numbers and shows `keep` last digits; None for others."""
    hidden = 11 - keep
    covered = "*" * hidden

    def mask(value: str) -> str | None:
        return covered + value[hidden:] if _PLAIN_MOBILE(value) else None

    return mask


def plain_mobile_lines_masker(keep: int) -> Callable[[str], list[str]]:
    """Return a function that masks plain Chinese mobile numbers, one a line; an empty text for each other line."""
    hidden = 11 - keep
    covered = "*" * hidden
    return lambda lines: [covered + number[hidden:] if number else "" for number in _MOBILE_LINES(lines)]


def phone_numbers(value: str) -> list[str]:
    """Return the ASCII digits of every number of seven digits or more that can be read in a field.

    Each is there in every form that it may have elsewhere, the longest first: with area code and its 0 (a
    landline), without, and the bare local number. Country codes and extensions are left out. An overlong field, which
    is hidden whole, has none.
    """
    if _PLAIN_MOBILE(value):
        return [value]
    if len(value) > MAX_LENGTH:
        return []
    if (abroad := alone_abroad(value)) is not None:
        return forms_of(abroad)
    forms: dict[str, None] = {}
    for piece in read_phones(value, 0):
        for number in piece.numbers:
            forms[number] = None
    return list(forms)


def only_passes(value: str) -> bool:
    """Return whether a value is one intermediate number and nothing else."""
    return len(value) <= MAX_LENGTH and INTERMEDIATE.fullmatch(Reading(value).text.strip()) is not None


def _mask_once(value: str, keep: int, hide_last: int) -> str:
    pieces = list(read_phones(value, keep, hide_last))
    if not any(piece.kind in ("number", "mask", "intermediate") for piece in pieces):
        return stars(value)
    return "".join([piece.shown for piece in pieces])
