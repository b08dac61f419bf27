"""Brings the spellings of one value into one form, so that values can be compared. It masks nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from masking_service.masking.hidden import hidden_form
from masking_service.masking.kinds.phone import MAX_LENGTH
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.masked_numbers import read_phones
from masking_service.masking.numbers import alone_abroad

_DOTS: Final = re.compile(r"[•．‧・.]")
_SIGNS: Final = re.compile(r"[\W_]+")
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]").search
_SPACES: Final = re.compile(r"\s+")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""What is pasted with a value and is not seen: marks of direction, joiners, a byte order mark."""


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
    if kind in ("phone", "virtual_phone"):
        return _phone(value)
    text = unicodedata.normalize("NFKC", value).casefold().strip()
    if kind in ("address", "unit"):
        return _SIGNS.sub("", text) or text
    if kind == "name":
        text = _DOTS.sub("·", text)
        return _SPACES.sub("" if _HAN(text) else " ", text)
    return text


def _phone(value: str) -> str:
    """The digits of a phone field with area or country code; of several numbers all, in order of their digits."""
    if len(value) <= MAX_LENGTH:
        if (abroad := alone_abroad(value)) is not None:
            return f"{abroad.code.removeprefix('00')}{abroad.digits}"
        pieces = [*read_phones(value, 0)]
        numbers = sorted({piece.whole for piece in pieces if piece.kind == "number" and piece.whole})
        digits = "".join(filter(str.isdecimal, unicodedata.normalize("NFKC", value)))
        hidden = sum(piece.shown.count("*") for piece in pieces if piece.kind == "extension")
        if numbers:
            return "/".join(numbers) + (f"x{digits[-hidden:]}" if hidden else "")
    return _SIGNS.sub("", unicodedata.normalize("NFKC", value).casefold())
