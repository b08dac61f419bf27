"""Brings a waybill number into its one spelling, and finds one in a text. It never repeats what it refused."""

import re
from collections.abc import Sequence
from typing import Any, Final

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.numbers.identity import is_citizen

_WAYBILL_NO: Final = re.compile(r"[A-Z0-9-]{6,40}")
_WRITTEN: Final = re.compile(r"[A-Za-z0-9-]{6,40}")
_MOBILE: Final = re.compile(r"(?:0086-?|86-)?1[3-9][0-9](?:[0-9]{8}|-[0-9]{4}-[0-9]{4})").fullmatch
"""Matches a mobile number, but no air waybill (160-12345675), nor a waybill of 13 digits that begins with 86."""
_LENGTHS_OF_PERSONS: Final = (11, 13, 14, 15, 16, 17, 18)
"""Numbers of characters of a mobile number, with and without hyphens and country code, and of an identity number."""
_BEGINS_PHONE: Final = ("0", "86", "400", "800")
"""Matches the start of a number that may be a phone of the record: a landline, or a mobile number with its code."""
_BLANK: Final = " \t\r\n\f\v\u00a0\u3000"


def normalise_waybill_no(value: object) -> str:
    """Trim and upper-case a waybill number.

    Args:
        value: what is where the schema says that the number is.

    Returns:
        6 to 40 of ``A-Z0-9-``.

    Raises:
        ValueError: anything else, also what only looks like it (full-width digits, letters of other scripts that
            upper-case to ASCII), and a person's mobile or identity number, because waybill numbers appear unmasked in
            URLs and in answers. The message does not hold the value.
    """
    if isinstance(value, str):
        number = value
        if not _WAYBILL_NO.fullmatch(number) and (trimmed := value.strip(_BLANK)).isascii():
            number = trimmed.upper()
        if _WAYBILL_NO.fullmatch(number) and not _is_persons(number):
            return number
    raise ValueError(
        "a waybill number is a string of 6 to 40 of A-Z, 0-9 and -, and no mobile or identity number of a person"
    )


def normalised(waybill_no: object) -> str | None:
    """Return a waybill number as it is stored; None where `normalise_waybill_no` refuses it."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def named_waybills(waybills: Sequence[object]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Read the member ``/waybills`` of a request.

    Returns:
        The normalised numbers, each with the index at which it is first named; and the errors, by pointer.
    """
    numbers: dict[str, int] = {}
    errors = []
    for at, waybill_no in enumerate(waybills):
        number = normalised(waybill_no)
        if number is None:
            errors.append((f"/waybills/{at}", "invalid-waybill-no"))
        else:
            numbers.setdefault(number, at)
    if not waybills:
        errors.append(("/waybills", "invalid-length"))
    return numbers, errors


def required_waybills(waybills: Sequence[object]) -> dict[str, int]:
    """Return the numbers of `named_waybills`; raise InvalidRecord where it has errors."""
    numbers, errors = named_waybills(waybills)
    if errors:
        raise InvalidRecord(tuple(errors))
    return numbers


def own_number(waybill_no: object) -> str | None:
    """Return the waybill number as it is written in texts.

    None if it does not have the form of one, or is a person's mobile or identity number: then nothing is kept as it is
    for its sake.
    """
    text = str(waybill_no) if type(waybill_no) is int and waybill_no.bit_length() < 200 else waybill_no
    if type(text) is not str:
        return None
    text = text.strip()
    return text if _WRITTEN.fullmatch(text) and not _is_persons(text) else None


def _is_persons(number: str) -> bool:
    """True for a mobile or an identity number alone."""
    if len(number) not in _LENGTHS_OF_PERSONS or not number[0].isdigit():
        return False
    return bool(_MOBILE(number)) or is_citizen(number)


def is_plain_number(value: Any) -> bool:
    """Return whether `own_number` takes it as it is. Quick; says no too often rather than too seldom."""
    return (
        type(value) is str
        and value.isascii()
        and value.isalnum()
        and 6 <= len(value) <= 40
        and (value[0].isalpha() or not (value.startswith(_BEGINS_PHONE) or _is_persons(value)))
    )
