"""Hides phones, identity numbers, e-mail addresses and bank cards in free text; the rest stays.

Waybill and order numbers, dates, weights, prices and postcodes are not touched. A phone shows at most its last four
digits; of the other three nothing shows: a star for each character, the ``@`` and dots of an e-mail address and the
gaps of a number stay. It does not look for names and addresses: `full_reading` does.
"""

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.numbers.codes_in_text import Orders
from masking_service.masking.numbers.found_numbers import BEFORE_NUMBER, extension_in_text, find_numbers
from masking_service.masking.numbers.identity import (
    account_in,
    accounts_in,
    documents_in,
    identities_in,
    machine_line_in,
    plate_in,
    secrets_in,
)
from masking_service.masking.numbers.numbers import INTERMEDIATE, starred
from masking_service.masking.reading import DIGIT, DIGITS_BEGIN, Reading
from masking_service.masking.stars import stars
from masking_service.masking.words.expressions import Expression

_Edit = tuple[int, int, str]

_HOLDS_NOTHING: Final = re.compile(r"[\u4e00-\u9fff\u3001-\u3011，。！？：；（）\n -/:-?A-~]*").fullmatch
"""Matches text of Han, punctuation and Latin without a digit or ``@``: most remarks.

A class of ranges costs a fifth of one with all digits.
"""
_AT: Final = r"%40|&(?:\#0{0,3}64|\#[xX]0{0,2}40|commat);|\\u0040"
HAN_DIGITS: Final = "零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
_HAN_MOBILE: Final = re.compile(
    rf"[一幺壹1](?<![{HAN_DIGITS}0-9].)[ \-]?[三四五六七八九叁肆伍陆柒捌玖3-9]"
    rf"(?:[ \-]?[{HAN_DIGITS}0-9]){{9}}(?![{HAN_DIGITS}0-9十百千万亿])"
)
_MISREAD_MOBILE: Final = re.compile(
    r"(?<![0-9A-Za-z*])(?=[0-9 \-]*[lIoO])[1lI][3-9][0-9oO]([ \-]?)[0-9lIoO]{4}\1[0-9lIoO]{4}(?![0-9A-Za-z*])"
).finditer
"""Finds a mobile number in which text recognition took a digit for a letter that looks like it: l38 1234 567o."""
_MOST_MISREAD: Final = 2
_LETTERS: Final = re.compile("[A-Za-z]").findall
_LAST_DIGITS: Final = re.compile(
    r"(?:尾号|尾號|尾数|后四位|後四位|末四位|后4位|末4位)(?:是|为|為)?[ :：]{0,2}(?P<last>[0-9]{4})(?![0-9])"
)
_JOINED: Final = re.compile(
    r"(?<=[栋幢座号楼室层層\-单元#弄园苑城厦寓庭府际][A-Z])[0-9]{3,4}1[3-9][0-9]{9}(?![0-9A-Za-z])"
    r"|(?<=[栋幢座号楼室层層\-单元#弄园苑城厦寓庭府际向])[0-9]{3,4}1[3-9][0-9]"
    r"(?:[0-9]{8}|([ \-])[0-9]{4}\1[0-9]{4})(?![0-9A-Za-z])"
    r"|(?:(?<=[路街道巷村区里镇])|(?<=[0-9][号栋幢座楼])|(?<=[0-9][号栋幢座楼室]-))[0-9]{1,2}1[3-9][0-9]{9}(?![0-9A-Za-z])"
    r"|(?<=[A-Za-z0-9]-[0-9]-)[0-9]{2}1[3-9][0-9]{9}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])1[3-9][0-9]{9}(?=[0-9]{1,2}[.、)）][\u4e00-\u9fff])"
    r"|(?<![0-9A-Za-z])(?:1[3-9][0-9]{9}){2,3}(?![0-9A-Za-z])"
)
"""Finds a mobile number behind that of a room or a house, before a list's next number, or behind another one."""
_BEFORE_HOUSE: Final = re.compile(
    r"(?<![0-9A-Za-z第])1[3-9][0-9]{9}(?:(?=[0-9]{1,4}(?:[号號栋棟幢座弄]|单元|單元|[国國省县縣乡]道)|[0-9]{1,2}[件箱盒])"
    r"|[0-9]{1,4}(?=[室户戶房层層楼樓]))"
).finditer
"""Finds a mobile number that touches that of a house, or of goods, behind it; with that of a room or floor."""


def _may_hold_more(text: str) -> bool:
    """Whether there may be an account, a plate or a number in Han."""
    found = account_in(text) or any(secrets_in(text)) or _LAST_DIGITS.search(text) or _HAN_MOBILE.search(text)
    found = found or plate_in(text)
    return found is not None or ("<<" in text and machine_line_in(text) is not None)


_PLAIN_MOBILE: Final = re.compile(r"(?:\+?86[ \-]?)?1[3-9][0-9](?:[0-9]{8}|([ \-])[0-9]{4}\1[0-9]{4})").fullmatch
_LETTER_BEFORE: Final = re.compile("[A-Za-z]").search
_MOBILE_BEHIND_CODE: Final = re.compile(r"(?<=[^0-9A-Za-z\-])1[3-9][0-9]{9}$").search
"""Finds a mobile number that is read as one number with the code before it: 工号00821）138…."""
_ESCAPED: Final = rf"{_AT}|&(?:\#|nbsp|ensp|emsp)|\\[nrtu]"
"""Part of a regular expression: what may be between digits in web addresses, HTML and JSON, and their spelling of @."""
_WORTH_READING: Final = re.compile(rf"[{DIGIT}](?:[\W_]{{0,6}}[{DIGIT}*xX]){{4}}|[@＠﹫]|{_ESCAPED}").search
"""Finds five digits in a row (fewer are no phone), or a sign of an e-mail address, behind which anything may be."""

_PLAIN_SIGNS: Final = re.compile(
    r"[ !\"'()*,\-./0-9:;?A-Z\[\]_a-z{|}\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0370-\u03ff\u0410-\u044f\u1ea0-\u1ef9"
    r"\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3，。：；！？（）]*"
).fullmatch
"""Matches characters that are read as they are written, none of them of an e-mail address or an escape."""
_FIVE_OR_STARS: Final = re.compile(r"[0-9](?:[\W_]{0,6}[0-9*xX]){4}").search
_NEAR_DIGITS: Final = re.compile(
    r"[0-9](?:(?:[ .\-()_xX*]{0,6}[0-9]){6}|(?:[\W_]{0,6}[0-9]){10}|[ \-)]{0,2}\*{3})"
).search
"""Finds seven digits with signs of a phone between them, eleven with any sign, or some before the stars of a mask."""
_FIVE_DIGITS: Final = re.compile(r"[0-9](?:[ .()/\-]{0,5}[0-9]){4}").search
_SAID_NUMBER: Final = Expression(
    rf"{BEFORE_NUMBER.replace(' :.', ' :.：')}\(?[0-9](?:[ .()/\-]{{0,5}}[0-9]){{4}}", re.I
).search

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
    r"(?<![0-9A-Za-z*])\(?0(?:10|2\d|[3-9]\d\d)\)?-?(?=[\d*]{0,7}\*)([\d*]{7,8})(?![0-9A-Za-z*])"
)
_HALF_MASKED: Final = re.compile(
    r"1(?<![0-9A-Za-z*]1)(?:(?=[\d*xX]{10}(?![0-9A-Za-z*]))(?!\d+00\*\d+0(?![\d*]))"
    r"(?:[3-9]\d*)?(?:\*+|[xX]+(?!\d)|[xX]{3,})\d*"
    r"|(?=[\d *\-]{0,11}\*)[3-9][\d*]([ \-])[\d*]{4}\1[\d*]{4}(?![0-9A-Za-z*]))"
)
"""Finds a mobile number with some digits hidden in one place by as many signs; 15000*20000 is a size."""
_NEARLY_INTERMEDIATE: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:\+\d{1,4}[ \-]{0,3}|\d{1,4}[ \-]{1,3})?700(?:[ \-]{0,3}\d){12}(?![0-9A-Za-z])"
)
"""Finds the digits of an intermediate number in other groups than usual, or behind digits: it may be another number."""
_KEPT: Final = frozenset("@. -")

_MAX_NUMBERS: Final = 24
_MAX_ADDRESSES: Final = 4
_MAX_ESCAPES: Final = 1_000
_ESCAPES_BEGIN: Final = "%&\\"
_ROOM_FOR_MANY: Final = 48
"""Characters: a shorter text cannot hold more numbers than are allowed, and its numbers are not counted."""
_NUMBERS: Final = re.compile(rf"[{DIGIT}]+")
_WORDS: Final = re.compile(r"\S+")
_ANY_DIGIT: Final = re.compile(rf"[{DIGIT}]")

_PASSES: Final = 8


def scrub(value: str, keep: int = 4) -> str:
    """Mask what identifies someone.

    Args:
        value: any text.
        keep: how many of a phone's last digits may show, 0 to 4.

    Returns:
        The text, masked; the same object where nothing was found. Scrubbing it again finds nothing.
    """
    if not _may_hold_number(value) and not _may_hold_more(value):
        return value
    for _ in range(_PASSES):
        if crowded(value):  # or has become so: stars separate numbers
            return _hide_every_digit(value)
        if _has_few_digits(value) and not _may_hold_more(value):
            return value
        masked = _scrub_once(value, keep)
        if masked is value:
            return value
        value = masked
    return stars(value)


def _may_hold_number(value: str) -> bool:
    """Whether a value has five digits together, or a sign of an e-mail address or an escape."""
    if _PLAIN_SIGNS(value) is None:
        return _HOLDS_NOTHING(value) is None and _WORTH_READING(value) is not None
    return _FIVE_OR_STARS(value) is not None  # a plain class costs a fifth of all scripts' digits


def _has_few_digits(value: str) -> bool:
    """Whether a value of plain characters has too few digits beside each other for a number."""
    if _PLAIN_SIGNS(value) is None or _NEAR_DIGITS(value):
        return False
    return _FIVE_DIGITS(value) is None or (_SAID_NUMBER(value) is None and not documents_in(value))


def worth_scanning(value: str) -> bool:
    """False only for a value that can hold nothing to hide.

    It has no seven digits, no ``@``, no plate and no account behind a word for one.
    """
    seven = _SEVEN_ASCII_DIGITS(value) if value.isascii() else _SEVEN_DIGITS(value)
    return seven is not None or _may_hold_more(value)


def lines_worth_scanning(lines: str) -> bool:
    """False only if `worth_scanning` is false for each line."""
    if _may_hold_more(lines):
        return True
    if not any(sign in lines for sign in _SIGNS):
        # This costs a tenth: in each line, only the first bytes of digits, and of what begins like them, are counted.
        digits = lines.encode("utf-8", "surrogatepass").translate(None, _NO_DIGITS)
        if max(map(len, digits.split(b"\n"))) < _WORTH_DIGITS:
            return False
    return (_SEVEN_ASCII_DIGITS_IN_A_LINE(lines) if lines.isascii() else _SEVEN_DIGITS_IN_A_LINE(lines)) is not None


def holds_no_number(value: str) -> bool:
    """Whether a text or its lines have only Han, Latin letters and usual signs, without digits or ``@``."""
    return _HOLDS_NOTHING(value) is not None and not _may_hold_more(value)


def crowded(value: str) -> bool:
    """Return whether a value holds more numbers or ``@`` than people write into a field of a waybill.

    To read them all would take a worker seconds, for a request that was made for that purpose.
    """
    if len(value) < _ROOM_FOR_MANY:
        return False
    if sum(map(value.count, _ESCAPES_BEGIN)) > _MAX_ESCAPES:
        return True
    return len(_NUMBERS.findall(value)) > _MAX_NUMBERS or value.count("@") > _MAX_ADDRESSES


def _hide_every_digit(value: str) -> str:
    """Hide every digit, and every word with an ``@``: what is not read is hidden."""
    masked = _WORDS.sub(lambda word: _all_hidden(word[0]) if "@" in word[0] else _ANY_DIGIT.sub("*", word[0]), value)
    return value if masked == value else masked


def contains_personal_data(value: str) -> bool:
    """True if an id holds what `scrub` would hide. Ids come from outside: of a request, or the name of a case."""
    return scrub(value) is not value


def cut_out(value: str, keep: int) -> Iterator[tuple[str, str | None]]:
    """Return the value in pieces: what was found, and the text between.

    A find comes with its mask, the text between with None.
    """
    reading = Reading(value)
    done = 0
    for start, end, shown in sorted(_edits(reading, keep), key=_longest_first):
        if start >= done:
            yield reading.written(done, start), None
            yield reading.written(start, end), shown
            done = end
    yield reading.written(done, len(reading.text)), None


def _longest_first(edit: _Edit) -> tuple[int, int]:
    return edit[0], -edit[1]


def _scrub_once(value: str, keep: int) -> str:
    reading = Reading(value)
    pieces: list[str] = []
    done = 0
    for start, end, shown in sorted(_edits(reading, keep), key=_longest_first):
        if start >= done and shown != reading.text[start:end]:
            pieces += reading.written(done, start), shown
            done = end
    if not pieces:
        return value
    return "".join(pieces) + reading.written(done, len(reading.text))


def _edits(reading: Reading, keep: int) -> list[_Edit]:
    """Return the edits of a text that was read. None is inside another; what is longer than a phone comes first."""
    text = reading.text
    if "700" in text and (passing := [match.span() for match in INTERMEDIATE.finditer(text)]):
        text = _blanked(text, passing)
    orders = Orders(text)
    whole = identities_in(text, orders)
    edits = [(start, end, _all_hidden(text[start:end])) for start, end in whole]
    if whole:
        text = _blanked(text, whole)
    edits += _spelled_phones(text, keep, orders)
    joined = ((*match.span(), starred(match[0], keep)) for match in _JOINED.finditer(text))
    edits += [(*match.span(), _all_hidden(match[0])) for match in _BEFORE_HOUSE(text) if not orders.touch(match.span())]
    for start, end, shown in (*_phones(reading, text, keep), *joined):
        if _PLAIN_MOBILE(text[start:end]) and not _LETTER_BEFORE(text, start - 1, start):
            edits.append((start, end, shown))
            continue
        if not orders.touch((start, end)):
            edits.append((start, end, shown))
        elif mobile := _MOBILE_BEHIND_CODE(text, start, end):
            edits.append((*mobile.span(), starred(mobile[0], keep)))
    edits += _masked_phones(reading, text, keep)
    if "700" in text:
        edits += _nearly_intermediate(reading, text, edits, orders)
    return edits + [
        (start, end, _all_hidden(text[start:end]))
        for start, end in accounts_in(text, orders)
        if not any(begin < end and start < done for begin, done, _ in edits)
    ]


def _spelled_phones(text: str, keep: int, orders: Orders) -> Iterator[_Edit]:
    """Yield the edits of mobile numbers in Han or misread, and of last digits that a text names by themselves."""
    for match in _HAN_MOBILE.finditer(text):
        written = match[0].replace(" ", "").replace("-", "")
        if not written.isascii():
            yield *match.span(), starred(written, keep)
    for match in _MISREAD_MOBILE(text):
        written = match[0].replace(" ", "").replace("-", "")
        if len(_LETTERS(written)) <= _MOST_MISREAD and not orders.touch(match.span()):
            yield *match.span(), starred(written, keep)
    if keep < len("5678"):
        for match in _LAST_DIGITS.finditer(text):
            yield *match.span("last"), "****"


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
        yield match.start(), end, starred("*" * (3 + len(hidden)) + last, keep) + extensions
    for match in _HALF_MASKED.finditer(text):
        extensions, end = _extensions(reading, text, match.end())
        positions = "".join([char if char.isdecimal() else "*" for char in match[0] if char not in " -"])
        yield match.start(), end, starred(positions, keep) + extensions
    for match in _MASKED_LANDLINE.finditer(text):
        extensions, end = _extensions(reading, text, match.end())
        yield match.start(1), end, starred(match[1], keep) + extensions


def _nearly_intermediate(reading: Reading, text: str, found: list[_Edit], orders: Orders) -> list[_Edit]:
    """Hide what has the digits of an intermediate number, and is neither one nor an order's.

    If a phone was found among the digits, its mask is enough.
    """
    edits = []
    for match in _NEARLY_INTERMEDIATE.finditer(text):
        if not orders.touch(match.span()) and not any(
            start < match.end() and match.start() < end for start, end, _ in found
        ):
            extensions, end = _extensions(reading, text, match.end())
            edits.append((match.start(), end, _all_hidden(match[0]) + extensions))
    return edits


def _extensions(reading: Reading, text: str, at: int) -> tuple[str, int]:
    """Return the masks of the number's extensions, and where they end."""
    shown = ""
    while found := extension_in_text(text, at):
        shown += reading.written(at, found[0]) + "*" * (found[1] - found[0])
        at = found[1]
    return shown, at


def _all_hidden(written: str) -> str:
    return "".join([char if char in _KEPT else "*" for char in written])
