"""Finds identity numbers, bank cards and e-mail addresses, and leaves order numbers that only look like them.

Sources: GB 11643-1999 (citizen identity number: region, date of birth, sequence, check character by ISO 7064 MOD 11-2;
the first generation had 15 digits and no check), ISO/IEC 7812 (bank cards: Luhn check, issuer by the first digits).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from masking_service.masking.numbers.lettered_codes import is_in_code

_GAP: Final = r"[ \-]{0,2}"
_PROVINCES: Final = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-9])"
"""GB/T 2260, with 81 to 83 for residents from Hong Kong, Macau and Taiwan, and 9 for foreign permanent residents."""

_REGION: Final = rf"[1-9]{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}\d{_GAP}"
_MONTH_DAY: Final = rf"(?:0{_GAP}[1-9]|1{_GAP}[0-2]){_GAP}(?:0{_GAP}[1-9]|[12]{_GAP}\d|3{_GAP}[01]){_GAP}"
_CITIZEN: Final = re.compile(
    rf"(?<![0-9])(?:"
    rf"{_REGION}(?:1{_GAP}[89]|2{_GAP}0){_GAP}\d{_GAP}\d{_GAP}{_MONTH_DAY}\d{_GAP}\d{_GAP}\d{_GAP}[\dXx]"
    rf"|(?<![A-Za-z]){_REGION}\d{_GAP}\d{_GAP}{_MONTH_DAY}\d{_GAP}\d{_GAP}\d(?![A-Za-z]))(?![0-9])"
)
_PROVINCE: Final = re.compile(_PROVINCES)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"

_DOCUMENT: Final = re.compile(
    r"(?:护照|護照|通行证|通行證|台胞证|回乡证|居留证|passport)(?:号码?|號碼?|(?:\s?(?:number|no\.?)))?(?:是|为)?[\s:#]{0,3}"
    r"([A-Z]{0,2}\d{7,9})(?![0-9A-Za-z])",
    re.I,
)

_ISLAND: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z](?:[1289][0-9]{8}(?![0-9A-Za-z])|[A-Z]?[0-9]{6}[(（][0-9A][)）])")
"""An identity number of Taiwan, or one of Hong Kong with its check in brackets."""
_LETTERS_OF_TAIWAN: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""Their values are 10 and up."""

_MACHINE_LINE: Final = re.compile(
    r"(?<![A-Z0-9<])(?:[PIACV][A-Z<][A-Z]{3}[A-Z]{1,36}<<[A-Z<]{0,38}"
    r"|[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{1,16})(?![A-Z0-9<])"
)
"""The lines of a passport that machines read (ICAO 9303): name, and number, day of birth and expiry."""

_CARD: Final = re.compile(
    r"(?<![0-9])(?:[2-69]\d{12,18}|(?<!\d[ \-])[2-69]\d{3}(?:[ \-]\d{4}){2}[ \-]\d{1,7}(?:[ \-]\d{1,3})?"
    r"|(?<!\d[ \-])3\d{3}[ \-]\d{6}[ \-]\d{4,5}|(?<!\d[ \-])[2-69]\d{5}[ \-]\d{10,13})(?![0-9Xx]|[ \-]\d{4})"
)
_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5\d{15}(?:\d{3})?|6\d{15,18}|9\d{15,18}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|3[0689]\d{12}"
)
"""Which first digits go with which lengths; a number that no network issues is an order number, whatever its check."""

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_CITIZEN_LENGTH: Final = 18

_DOMAIN: Final = re.compile(
    r"@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}|@[^\W_]{1,30}(?:[.。．][^\W_]{1,30}){1,4}"
)
_LOCAL: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'")
_MAX_LOCAL_LENGTH: Final = 64
"""RFC 5321."""


def find_citizens(text: str) -> Iterator[tuple[int, int]]:
    """Return the spans of identity numbers: 18 characters with the right check, or 15 with region and date."""
    at = 0
    while match := _CITIZEN.search(text, at):
        if _is_citizen(match[0]) and not is_in_code(text, *match.span()):
            yield match.span()
            at = match.end()
        else:
            at = match.start() + 1


def is_citizen(text: str) -> bool:
    """Whether a text is an identity number of 18 characters with the right check, and nothing else."""
    return len(text) == _CITIZEN_LENGTH and any(find_citizens(text))


def find_islanders(text: str) -> Iterator[tuple[int, int]]:
    """The spans of identity numbers of Taiwan and Hong Kong whose check is right."""
    return (match.span() for match in _ISLAND.finditer(text) if _is_islander(match[0]))


def find_documents(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the numbers of passports and travel permits, behind a word that says so."""
    return (match.span(1) for match in _DOCUMENT.finditer(text))


def find_machine_lines(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the lines of passports that machines read."""
    return (match.span() for match in _MACHINE_LINE.finditer(text))


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the bank cards in a text."""
    spans = (match.span() for match in _CARD.finditer(text) if _is_card(match[0]))
    return (span for span in spans if not is_in_code(text, *span))


def find_emails(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the e-mail addresses in a text."""
    free = 0
    for domain in _DOMAIN.finditer(text):
        at = domain.start()
        floor = max(free, at - _MAX_LOCAL_LENGTH)
        start = at
        while start > floor and text[start - 1] in _LOCAL:
            start -= 1
        if start == at:
            while start > floor and text[start - 1].isalnum():
                start -= 1
        if start < at:
            free = domain.end()
            yield start, free


def _is_citizen(written: str) -> bool:
    number = _solid(written)
    if _PROVINCE.match(number) is None:
        return False
    if len(number) == len("110101900307461"):
        return True
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11] == number[-1].upper()


def _is_islander(written: str) -> bool:
    """Whether the check of an identity number of Taiwan or Hong Kong is right."""
    if written[-1].isdigit():
        letter = 10 + _LETTERS_OF_TAIWAN.index(written[0])
        digits = [letter // 10, letter % 10, *map(int, written[1:])]
        return _weighed(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0
    digits = [int(char, 36) for char in written[:-3] + written[-2]]
    if len(digits) < len("AB1234567"):
        digits.insert(0, 36)
    return _weighed(digits, range(9, 0, -1)) % 11 == 0


def _weighed(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def _is_card(written: str) -> bool:
    number = _solid(written)
    if _ISSUERS.fullmatch(number) is None:
        return False
    backwards = [int(digit) for digit in reversed(number)]
    return (sum(backwards[::2]) + sum(_DOUBLED[digit] for digit in backwards[1::2])) % 10 == 0


def _solid(written: str) -> str:
    return written.replace(" ", "").replace("-", "")
