"""Finds phones of other countries, and phones of eight digits as in Hong Kong, by the mask of a name beside them."""

from __future__ import annotations

from typing import Final

from masking_service.masking.numbers.abroad import read_valid
from masking_service.masking.numbers.orders_in_text import Orders
from masking_service.masking.words.expressions import Expression

_LONGEST_ALONE: Final = 11
"""The largest number of digits without a country code. A longer number has to be valid with the code of a country."""
_LOCAL: Final = r"[5-9][0-9]{3}[ -]?[0-9]{4}(?![0-9A-Za-z*\-])"
_DATE: Final = r"[0-3]?[0-9][ .\-][01]?[0-9][ .\-](?:19|20)?[0-9]{2}(?![0-9 ])|(?:19|20)[0-9]{2}[ .\-]"
_ABROAD: Final = (
    rf"(?!{_DATE}|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])[0-3])(?:\+?[0-9]{{9,13}}"
    r"|(?=(?:[ \-]?[0-9]){10,11}(?![0-9]))[0-9]{2,5}[ \-](?:[0-9]{2,5}[ \-])?[0-9]{4,6})"
    r"(?![0-9A-Za-z*%件个元块]|[\-.][0-9])"
)
_LETTER: Final = r"[A-Za-z\u00c0-\u024f\u0400-\u04ff]"
_BESIDE_NAME: Final = Expression(
    rf"(?:[\u3400-\u9fff]\*{{1,3}}(?:先生|女士|小姐)?|{_LETTER}\*+(?: \*+){{0,3}}(?=[ (（,，:：]))"
    r"[\s（(,，:：、]{0,2}(?:[佢他她]?(?:電話|电话|致電|致电|打|call |[Tt]el)[係系是:：]?[ \t]?)?"
    rf"(?P<behind>{_LOCAL}|{_ABROAD})"
    rf"|{_LETTER}\*+(?: \*+){{0,3}},? (?:al|au|unter|on|at|ao|op|na|под|по|[Tt]el\.?:?) (?!{_DATE})"
    r"(?P<called>\+?[0-9](?:[ .\-]?[0-9]){7,12})(?![0-9A-Za-z*])"
    rf"|(?<![0-9A-Za-z*\-.])(?P<before>{_LOCAL}|{_ABROAD})[\s,，、]{{0,2}}(?=[\u3400-\u9fff]\*{{1,3}}(?![0-9*]))"
).finditer


def numbers_beside_names(text: str) -> list[tuple[int, int]]:
    """Return the spans of such phones in a text whose names are hidden, in order, without numbers of orders."""
    orders = Orders(text)
    spans = (match.span(match.lastgroup or 0) for match in _BESIDE_NAME(text))
    return [span for span in spans if not orders.touch(span) and _may_be_phone(text[slice(*span)])]


def _may_be_phone(number: str) -> bool:
    return sum(map(str.isdecimal, number)) <= _LONGEST_ALONE or read_valid("+" + number.lstrip("+")) is not None
