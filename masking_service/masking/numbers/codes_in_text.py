"""Finds what looks like a house, a unit or a room in a text, and is none: codes, amounts and waybill numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from masking_service.masking.numbers.orders_in_text import orders_in
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import kinds_of_words
from masking_service.masking.words.order_words import says_pickup_abroad

_LEAST_OF_ORDER: Final = 9
"""The smallest number of digits of an order's number; a shorter number may be a house and a room."""
_LEAST_OF_CODE: Final = 14
"""The digits from which on a number is no house with a unit and a room, and no phone with the code of its country."""
_PICKUP_CODE: Final = "[A-Za-z]?[0-9]{1,3}(?:-[0-9]{1,5}){1,3}"
_grouped: Final = re.compile(
    r"(?<![0-9A-Za-z\-])[0-9]{4}(?:([ \-])[0-9]{4})(?:\1[0-9]{4}){1,3}(?![0-9A-Za-z\-])"
).finditer
"""Finds a number of twelve digits or more, in groups of four."""
_pickup_codes: Final = Expression(
    r"(?:(?:(?:[取提](?:件|货|貨)|自[提取]|[验驗][证證])(?:[码碼号號]|编号|編號)"
    rf"|{says_pickup_abroad()})(?:是|为|為|は| is)?"
    r"|货架号|[凭憑](?:[取提][件货貨][码碼]|(?=[^。；;！!？?\n]{3,40}[取提领領到])))"
    r"[ :：]{0,3}"
    rf"(?P<code>{_PICKUP_CODE}(?:[,，、] ?{_PICKUP_CODE}){{0,9}})"
    r"(?![0-9A-Za-z*\-]|\s?(?:[号號]?[室房楼樓]|[户戶]))",
    re.I,
).finditer
"""Finds codes with which parcels are collected. They look like a house, a unit and a room: 取件码3-2-1001."""
_others: Final = re.compile(
    r"(?:(?<=\n)|(?<=\n ))(?P<line>[0-9]{1,2})(?=[.、．)）]\s?[^\W\d])"
    r"|(?<=[\u4e00-\u9fff*] )(?P<amount>[0-9]{1,2})(?=[份件箱盒斤袋瓶](?![\u4e00-\u9fff]))"
    r"|(?<=[\u4e00-\u9fff])(?<![室户戶房元单單楼樓号號栋棟幢座层層])(?P<times>[*xX×][0-9]{1,2})(?:(?=[件个個盒箱包瓶袋份双套条台只])|(?![\w*\-#]))"
    r"|(?<![0-9A-Za-z])(?P<waybill>[A-Z]{2,6}[0-9]{10,15})(?![0-9A-Za-z])"
).finditer
"""Finds numbers of the lines of a list, quantities, and waybill numbers: 2. 张三 3份, 羊毛围巾*2."""
_times: Final = re.compile(
    r"(?<![0-9*:.\-])(?:(?:19|20)[0-9]{2}([-/])[01]?[0-9]\1[0-3]?[0-9][ T]{1,2})?[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9]"
    r"(?:[.,][0-9]{1,6})?(?![0-9*:\-])"
).finditer
"""Finds times with seconds, as systems print them."""
_states: Final = re.compile(
    r"(?<![\w*])(?:(?:order|user|goods|shop|site|sku|task)_?)?(?:id|status|state|type|sex|gender|age|qty|quantity|count|version)"
    r"[\"']?\s?[:=]\s?[\"']?(?P<state>[0-9]{1,2})(?![\w*.\-])",
    re.I,
).finditer
"""Finds short numbers that a system prints beside an address, with a name that means no house or room: status=2."""
_long_numbers: Final = re.compile(rf"[A-Za-z]{{0,4}}[0-9]{{{_LEAST_OF_ORDER},}}[0-9A-Za-z]*").finditer
_codes: Final = re.compile(
    r"(?<![0-9A-Za-z*\-栋棟幢座元楼樓层層室户戶房#＃])(?<![0-9][号號])(?!0)"
    rf"[A-Za-z]{{0,4}}[0-9]{{{_LEAST_OF_CODE},}}(?![0-9A-Za-z*\-])"
).finditer
"""Finds other long codes, but no room and phone that are written together, and no number with an area code. Example:
2单元120102159791234.
"""
_word_before: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,20})[ .:#]{0,2}$").search
_LONGEST_BEFORE: Final = 24
_CODE: Final = "，"
"""Takes the place of each character of these codes while units are looked for."""


def codes_in(text: str) -> list[tuple[int, int]]:
    """Return the spans of such codes in a text."""
    codes = [match.span("code") for match in _pickup_codes(text)] if "-" in text else []
    codes += [match.span(match.lastgroup or 0) for match in _others(text)]
    if ":" in text or "=" in text:
        codes += [match.span() for match in _times(text)]
        codes += [match.span("state") for match in _states(text)]
    if next(_long_numbers(text), None):
        codes += [match.span() for match in _codes(text) if not _is_of_unit(text, match.start())]
        codes += [number.span() for span in orders_in(text) for number in _long_numbers(text, *span)]
    if next(_grouped(text), None):
        codes += [number.span() for span in orders_in(text) for number in _grouped(text, *span)]
    return codes


def _is_of_unit(text: str, start: int) -> bool:
    """Whether a foreign word for a unit or floor is before a number, of which a phone may be part: Apt 513812345678."""
    word = _word_before(text, start - _LONGEST_BEFORE, start)
    return word is not None and kinds_of_words().get(word[1].lower()) in ("unit", "floor")


def without_codes(text: str, codes: Sequence[tuple[int, int]]) -> str:
    """Return a text of the same length without the codes at these spans."""
    for start, end in codes:
        text = text[:start] + _CODE * (end - start) + text[end:]
    return text
