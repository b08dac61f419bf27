"""Masks the numbers of a phone field piece by piece, also numbers that are half hidden already: 138****5678.

It tells a mask, which hides digits, from a real number with a star beside it, which hides none.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from masking_service.masking.numbers.abroad import country_code
from masking_service.masking.numbers.numbers import AREA, INTERMEDIATE, Number, extension, read_number, starred
from masking_service.masking.reading import Reading
from masking_service.masking.stars import stars


class PhonePiece(NamedTuple):
    """One piece of a phone field.

    Attributes:
        kind: ``number``, ``mask`` (a number that came in hidden), ``intermediate`` (which passes), ``extension``,
            ``gap`` or ``other``.
        shown: how it shows.
        numbers: for a number, its digits in every form that it may have elsewhere.
        whole: for a number, its digits with area or country code, without 86 and the 0 of an area code.
    """

    kind: str
    shown: str
    numbers: tuple[str, ...] = ()
    whole: str = ""


_HIDING_RUN: Final = re.compile(r"(?<=\d)([xX#?_~^=.\-])\1{2,11}|([xX#?_~^=.\-])\2{2,11}(?=\d)")
"""Finds signs that hide digits, one sign three or more times beside a digit: 138----5678, 138xxxx5678."""

_GAP: Final = r"[ .\-()\[\]]{0,3}"
_POSITIONS: Final = re.compile(rf"\(?(?:\+{_GAP})?[\d*](?:{_GAP}[\d*]){{0,47}}")
_ALONE: Final = re.compile(r"1[3-9]\d(?:\d{4}|\*{4})\d{4}(?= {1,3}1[3-9]\d[\d*]{8}(?![\d*]))")
"""Matches a mobile number, hidden or not, with another one behind it."""
_STARS: Final = re.compile(r"\*+")
_STARS_APART: Final = re.compile(rf"\*++(?=\(?{AREA}\)?[ \-]?\*{{6}}|[ .\-]{{1,3}}\*{{6,}}+\d{{1,4}}(?!\d))")
"""Finds stars of something else, in front of a number that is hidden already."""
_SEPARATORS: Final = re.compile(r"[\s/,;:|&()\[\]{}<>《》【】。.\-]+")
_OTHER: Final = re.compile(r"[^\d*+\s/,;:|&()\[\]{}<>《》【】。.\-]+")

_MOBILE: Final = 11
_LOCAL: Final = 7
"""The smallest number of digits of a number that is alone."""


def read_phones(value: str, keep: int, hide_last: int = 0) -> Iterator[PhonePiece]:
    """Return the pieces of a phone field, in order: together they are the field, masked.

    `keep` and `hide_last` are as in `numbers.starred`.
    """
    reading = Reading(value)
    text = _HIDING_RUN.sub(lambda run: "*" * len(run[0]), reading.text)
    at = 0
    real_until = 0
    while at < len(text):
        start = at
        number = None
        if apart := _STARS_APART.match(text, at):
            at = apart.end()
            yield PhonePiece("gap", apart[0])
            continue
        if passes := INTERMEDIATE.match(text, at):
            at = passes.end()
            yield PhonePiece("intermediate", reading.written(start, at))
            continue
        if positions := _POSITIONS.match(text, at):
            if alone := _ALONE.match(text, at):
                positions = alone
            end = positions.end()
            body = _body(text, at, end)
            if at >= real_until and "*" in positions[0]:
                number = _through_stars(text, at, end)
                if number is None and not _holds_real_number(text[body:end], coded=body > start):
                    at = _mask_end(text, body, end, hide_last)
                    yield PhonePiece(
                        "mask", reading.written(start, body) + _tight(reading, text, body, at, (keep, hide_last))
                    )
                    extensions, at = _extensions(reading, text, at)
                    yield from extensions
                    continue
                real_until = end
            number = number or read_number(text, at)
        if number:
            shown = reading.written(number.start, number.body) + number.hidden(keep, hide_last)
            yield PhonePiece("number", shown, tuple(forms_of(number)), _whole(number))
            extensions, at = _extensions(reading, text, number.end)
            yield from extensions
        elif gap := _STARS.match(text, at) or _SEPARATORS.match(text, at):
            at = gap.end()
            yield PhonePiece("gap", reading.written(start, at))
        else:
            other = _OTHER.match(text, at)
            at = other.end() if other else at + 1
            yield PhonePiece("other", stars(reading.written(start, at)))


def _extensions(reading: Reading, text: str, at: int) -> tuple[list[PhonePiece], int]:
    """Return the extensions behind a number that ends at `at`, and where the last one ends."""
    pieces = []
    while found := extension(text, at):
        pieces.append(PhonePiece("extension", reading.written(at, found[0]) + "*" * (found[1] - found[0])))
        at = found[1]
    return pieces, at


def forms_of(number: Number) -> list[str]:
    """Return the digits of a number in every form that it may have elsewhere, the longest first."""
    area = number.code.removeprefix("86")
    digits = number.digits
    forms = (area + digits, area[1:] + digits, digits) if area.startswith("0") else (digits,)
    return [form for form in forms if len(form) >= _LOCAL]


def _whole(number: Number) -> str:
    return number.code.removeprefix("86").removeprefix("0") + number.digits if number.readable else ""


_SOLID: Final = re.compile(r"\d{7,}")
_MOBILE_START: Final = re.compile(r"1[3-9]")


def _holds_real_number(body: str, *, coded: bool) -> bool:
    """Whether no star takes the place of a digit; then a whole number can be read beside the stars.

    `coded` tells that a country or area code is before `body`.
    """
    positions = _positions(body)
    if positions == _MOBILE and _MOBILE_START.match(body):
        return False
    if any(len(run[0]) > _LOCAL or positions < _MOBILE for run in _SOLID.finditer(body)):
        return True
    if _positions(body.partition("*")[0]) >= (_LOCAL if coded else _LOCAL + 1):
        return True
    for part in body.split("*"):
        part = part.lstrip(" .-)]")
        number = read_number(part, 0) if part else None
        if number and len(number.digits) >= _LOCAL and (number.code or len(number.digits) >= _MOBILE):
            return True
    return False


def _through_stars(text: str, start: int, end: int) -> Number | None:
    """Whether this is a whole number with stars between its digits: 138*1234*5678."""
    chunk = text[start:end]
    number = read_number(chunk.replace("*", " "), 0)
    if number is None or number.end != len(chunk) or "*" not in chunk[number.body :]:
        return None
    plain = len(number.digits) == _MOBILE or (len(number.digits) in (7, 8) and number.code.startswith(("0", "860")))
    return number._replace(start=start, body=start + number.body, end=end) if plain else None


_CHINA: Final = r"\(?(?:\+|00)\ ?\(?86\)?[ .\-]{0,3}|86(?:[ .\-]{1,2}|(?=[\d*]{10,11}(?![\d*])))"
_NEIGHBOUR: Final = r"\(?(?:00)?(?:85[23]|886)(?:\)[ .\-]{0,2}|[ .\-]{1,2}|(?=\*))"
_CODES: Final = re.compile(rf"(?:{_CHINA}|{_NEIGHBOUR})?(?:\(?{AREA}\)?{_GAP}(?=[\d*]))?")
_ABROAD: Final = re.compile(r"\(?(?:\+[ (]{0,2}|00 ?)(\d{1,3})")
_AFTER_CODE: Final = re.compile(r"[) .\-]{0,3}")
_WHOLE_MASK: Final = re.compile(r"\*{6,}+\d{1,4}(?=\*)")
_NEXT: Final = re.compile(r"(?<=[\d*])[ .\-()\[\]]+(?=[\d*])")


def _body(text: str, start: int, end: int) -> int:
    """Return where the country and area code of a hidden number end."""
    codes = _CODES.match(text, start, end)
    if codes and codes.end() > start:
        return codes.end()
    abroad = _ABROAD.match(text, start, end)
    code = country_code(abroad[1]) if abroad else None
    if abroad is None or code is None:
        return start
    gap = _AFTER_CODE.match(text, abroad.start(1) + len(code), end)
    return gap.end() if gap else start


def _mask_end(text: str, body: int, end: int, hide_last: int) -> int:
    """Return where a hidden number ends.

    If its digits are complete behind its stars, it ends there: 138****5678 139****1234, 021-******34-***. If its last
    digits are hidden, a number of seven digits or more ends with its stars: 1381234**** 1391234****.
    """
    if whole := _WHOLE_MASK.match(text, body, end):
        return whole.end()
    for gap in _NEXT.finditer(text, body, end):
        hidden = text[body : gap.start()]
        if "*" in hidden and (hidden[-1] != "*" or (hide_last and _positions(hidden) >= _LOCAL)):
            return gap.start()
    return end


def _tight(reading: Reading, text: str, start: int, end: int, shown: tuple[int, int]) -> str:
    """Hide what shows too much; `shown` is `keep` and `hide_last`."""
    last = max((at for at in range(start, end) if text[at].isdecimal()), default=None)
    if last is None:
        return reading.written(start, end)
    if _positions(text[start:end]) == _MOBILE:
        last = end - 1
    elif shown[1]:
        last = max(at for at in range(start, end) if text[at] == "*" or text[at].isdecimal())
    positions = [char for char in text[start : last + 1] if char == "*" or char.isdecimal()]
    return starred(positions, *shown) + reading.written(last + 1, end)


def _positions(text: str) -> int:
    return sum(char == "*" or char.isdecimal() for char in text)
