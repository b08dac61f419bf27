"""Hides phones, identity numbers, e-mail addresses and bank cards in free text; the rest stays.

Waybill and order numbers, dates, weights, prices and postcodes are not touched. A phone shows at most its last four
digits; of the other three nothing shows: a star for each character, the ``@`` and dots of an e-mail address and the
gaps of a number stay. Names and addresses cannot be told from other words: it does not look for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.found_numbers import extension_in_text, find_numbers
from masking_service.masking.identity import find_cards, find_citizens, find_documents, find_emails
from masking_service.masking.numbers import INTERMEDIATE, MIN_HIDDEN_DIGITS
from masking_service.masking.reading import DIGIT, DIGITS_BEGIN, Reading
from masking_service.masking.stars import stars

_Edit = tuple[int, int, str]

_HOLDS_NOTHING: Final = re.compile(r"[\u4e00-\u9fff\u3001-\u3011，。！？：；（） -/:-?A-~]*").fullmatch
"""Han, punctuation and Latin without a digit or ``@``: most remarks. Ranges alone, which cost a fifth of ``\\d``."""
_AT: Final = r"%40|&(?:\#0{0,3}64|\#[xX]0{0,2}40|commat);|\\u0040"
_ESCAPED: Final = rf"{_AT}|&(?:\#|nbsp|ensp|emsp)|\\[nrtu]"
"""What may be between digits in addresses of pages, HTML and JSON, and the sign of an e-mail address there."""
_WORTH_READING: Final = re.compile(rf"[{DIGIT}](?:\W{{0,6}}[{DIGIT}*xX]){{4}}|[@＠﹫]|{_ESCAPED}").search
"""Fewer than five digits together are no phone, and behind an e-mail's sign anything may be."""

_SEVEN_DIGITS: Final = re.compile(rf"[{DIGIT}](?:[^{DIGIT}]*[{DIGIT}]){{6}}|[@＠﹫]|{_AT}").search
_SEVEN_DIGITS_IN_A_LINE: Final = re.compile(rf"[{DIGIT}](?:[^{DIGIT}\n]*[{DIGIT}]){{6}}|[@＠﹫]|{_AT}").search
_SEVEN_ASCII_DIGITS: Final = re.compile(rf"[0-9](?:[^0-9]*[0-9]){{6}}|@|{_AT}").search
_SEVEN_ASCII_DIGITS_IN_A_LINE: Final = re.compile(rf"[0-9](?:[^0-9\n]*[0-9]){{6}}|@|{_AT}").search

_SIGNS: Final = ("@", "＠", "﹫", "%40", "&", "\\u")

_NO_DIGITS: Final = bytes(sorted(set(range(256)) - set(DIGITS_BEGIN) - set(b"\n")))
_WORTH_DIGITS: Final = 7

_MASKED_MOBILE: Final = re.compile(
    r"(?<![0-9A-Za-z])(1[3-9]\d)[ \-]?(?:(\*{3,8})[ \-]?(\d{2,4})|(([xX#_-])\5{3})[ \-]?(\d{4}))(?![0-9A-Za-z])"
)
_MASKED_LANDLINE: Final = re.compile(
    r"(?<![0-9A-Za-z*])\(?0(?:10|2\d|[3-9]\d\d)\)?-?(?=[\d*]{0,6}\*{3})([\d*]{7,8})(?![0-9A-Za-z*])"
)
_NEARLY_INTERMEDIATE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:\+\d{1,4}[ \-]{0,3}|\d{1,4}[ \-]{1,3})?700(?:[ \-]{0,3}\d){12}(?![0-9A-Za-z])"
)
"""The digits of an intermediate number in other groups than its own, or behind digits: maybe another number."""
_KEPT: Final = frozenset("@. -")

_MAX_NUMBERS: Final = 24
_MAX_ADDRESSES: Final = 4
_MAX_ESCAPES: Final = 1_000
_ESCAPES_BEGIN: Final = "%&\\"
_ROOM_FOR_MANY: Final = 48
"""Characters: what is shorter cannot hold more numbers than that, and is not counted."""
_NUMBERS: Final = re.compile(rf"[{DIGIT}]+")
_WORDS: Final = re.compile(r"\S+")
_ANY_DIGIT: Final = re.compile(rf"[{DIGIT}]")

_DOCUMENTS: Final = ("证", "證", "护照", "護照", "assport", "ASSPORT")
"""In each word before the number of a passport or permit."""

_PASSES: Final = 8


def scrub(value: str, keep: int = 4) -> str:
    """Mask what identifies someone.

    Args:
        value: any text.
        keep: how many of a phone's last digits may show, 0 to 4.

    Returns:
        The text, masked; the same object where nothing was found. Scrubbing it again finds nothing.
    """
    if _HOLDS_NOTHING(value) or _WORTH_READING(value) is None:
        return value
    for _ in range(_PASSES):
        if crowded(value):  # or has become so: stars part numbers
            return _hide_every_digit(value)
        masked = _scrub_once(value, keep)
        if masked is value:
            return value
        value = masked
    return stars(value)


def worth_scanning(value: str) -> bool:
    """False for a value that can hold nothing to hide.

    It has no seven digits and no ``@``.
    """
    return (_SEVEN_ASCII_DIGITS(value) if value.isascii() else _SEVEN_DIGITS(value)) is not None


def lines_worth_scanning(lines: str) -> bool:
    """False if `worth_scanning` is for each of the lines."""
    if not any(sign in lines for sign in _SIGNS):
        # A tenth of the cost: only the first bytes of digits, and what begins like them, are counted in each line.
        digits = lines.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)
        if max(map(len, digits.split(b"\n"))) < _WORTH_DIGITS:
            return False
    return (_SEVEN_ASCII_DIGITS_IN_A_LINE(lines) if lines.isascii() else _SEVEN_DIGITS_IN_A_LINE(lines)) is not None


def plain_text(value: str) -> str | None:
    """Return a text that holds nothing to mask and no digit; None for every other one. It takes one check."""
    return value if _HOLDS_NOTHING(value) and not value.isspace() else None


def crowded(value: str) -> bool:
    """Return whether a value holds more numbers or ``@`` than people write into a field of a waybill.

    Reading them all would take a worker seconds for a body that was made for that.
    """
    if len(value) < _ROOM_FOR_MANY:
        return False
    if sum(map(value.count, _ESCAPES_BEGIN)) > _MAX_ESCAPES:
        return True
    return len(_NUMBERS.findall(value)) > _MAX_NUMBERS or value.count("@") > _MAX_ADDRESSES


def _hide_every_digit(value: str) -> str:
    """Hide every digit, and every word with an ``@``.

    What is not read hides more.
    """
    masked = _WORDS.sub(lambda word: _all_hidden(word[0]) if "@" in word[0] else _ANY_DIGIT.sub("*", word[0]), value)
    return value if masked == value else masked


def contains_personal_data(value: str) -> bool:
    """True if an id holds what `scrub` would hide.

    Ids come from outside: of a request, or the name of a case.
    """
    return scrub(value) is not value


def cut_out(value: str, keep: int) -> Iterator[tuple[str, str | None]]:
    """The value in pieces: finds, and what is between.

    A find comes with what shows of it, what is between with None.
    """
    reading = Reading(value)
    done = 0
    for start, end, shown in sorted(_edits(reading, keep)):
        if start >= done:
            yield reading.written(done, start), None
            yield reading.written(start, end), shown
            done = end
    yield reading.written(done, len(reading.text)), None


def _scrub_once(value: str, keep: int) -> str:
    reading = Reading(value)
    pieces: list[str] = []
    done = 0
    for start, end, shown in sorted(_edits(reading, keep)):
        if start >= done and shown != reading.text[start:end]:
            pieces += reading.written(done, start), shown
            done = end
    if not pieces:
        return value
    return "".join(pieces) + reading.written(done, len(reading.text))


def _edits(reading: Reading, keep: int) -> list[_Edit]:
    """Return the edits of a read text.

    None is inside another; what is longer than a phone goes first.
    """
    text = reading.text
    if "700" in text and (passing := [match.span() for match in INTERMEDIATE.finditer(text)]):
        text = _blanked(text, passing)
    whole = [*find_citizens(text), *find_cards(text)]
    if "@" in text:
        whole += find_emails(text)
    if any(word in text for word in _DOCUMENTS):
        whole += find_documents(text)
    edits = [(start, end, _all_hidden(text[start:end])) for start, end in whole]
    if whole:
        text = _blanked(text, whole)
    edits += _phones(reading, text, keep)
    edits += _masked_phones(reading, text, keep)
    if "700" in text:
        edits += _nearly_intermediate(reading, text, edits)
    return edits


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with letters in place of the spans, so that no phone begins or ends there."""
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if end > done:
            pieces += text[done:start], "A" * (end - max(start, done))
            done = end
    return "".join(pieces) + text[done:]


def _phones(reading: Reading, text: str, keep: int) -> Iterator[_Edit]:
    for number in find_numbers(text):
        shown = reading.written(number.start, number.body) + number.hidden(keep)
        extensions, end = _extensions(reading, text, number.end)
        yield number.start, end, shown + extensions


def _masked_phones(reading: Reading, text: str, keep: int) -> Iterator[_Edit]:
    for match in _MASKED_MOBILE.finditer(text):
        hidden, last = match.group(2, 3) if match[2] else match.group(4, 6)
        extensions, end = _extensions(reading, text, match.end())
        yield match.start(), end, _tight("*" * (3 + len(hidden)) + last, keep) + extensions
    for match in _MASKED_LANDLINE.finditer(text):
        extensions, end = _extensions(reading, text, match.end())
        yield match.start(1), end, _tight(match[1], keep) + extensions


def _nearly_intermediate(reading: Reading, text: str, found: list[_Edit]) -> list[_Edit]:
    """Hide what has the digits of an intermediate number and is none.

    Where a phone was found among them, its mask is enough.
    """
    edits = []
    for match in _NEARLY_INTERMEDIATE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end, _ in found):
            extensions, end = _extensions(reading, text, match.end())
            edits.append((match.start(), end, _all_hidden(match[0]) + extensions))
    return edits


def _tight(positions: str, keep: int) -> str:
    hidden = len(positions) - max(0, min(keep, len(positions) - MIN_HIDDEN_DIGITS))
    return "*" * hidden + positions[hidden:]


def _extensions(reading: Reading, text: str, at: int) -> tuple[str, int]:
    """The number's extensions as they show, and their end."""
    shown = ""
    while found := extension_in_text(text, at):
        shown += reading.written(at, found[0]) + "*" * (found[1] - found[0])
        at = found[1]
    return shown, at


def _all_hidden(written: str) -> str:
    return "".join([char if char in _KEPT else "*" for char in written])
