"""Finds phone numbers in the middle of a text, and tells them from waybill numbers, dates, sizes and prices.

A phone has no digits beside it, and is no part of a code with letters (`codes_in_text`). Seven or eight digits without
an area code, and short service numbers, are phones only behind a word for a phone: without it they are dates, weights
and order numbers. Phones of other countries, and those of eight digits as in Hong Kong, are also found by the mask of a
name beside them (`numbers_beside_names`).
"""

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.numbers.abroad import read_valid
from masking_service.masking.numbers.codes_in_text import Orders, is_in_code
from masking_service.masking.numbers.numbers import (
    AREA,
    EXTENSION_SIGN,
    EXTENSION_WORD,
    MAX_DIGITS,
    Number,
    abroad_of,
    number_of,
    spellings,
)
from masking_service.masking.words.alternatives import by_first_letter
from masking_service.masking.words.expressions import Expression

_GAP: Final = r"[ \-]{0,3}"
_WIDE: Final = r"[ \-)/_*]{0,3}"

_SAYS_PHONE_ONLY: Final = "电话|電話|手机|手機|座机|座機|固话|热线|熱線|tel|phone|mobile"
"""Words behind which every number is a phone, also one that is too long: 95013 and nine more digits."""
_NO: Final = r"(?= ?(?:no\b|num|#))"
_LOCAL_AHEAD: Final = r"(?=[ :：]?[2-9][0-9]{3}[ \-]?[0-9]{4}(?![0-9]))"
"""Part of a regular expression: a number of eight digits, as in Hong Kong, comes next."""
SAYS_PHONE: Final = (
    f"{_SAYS_PHONE_ONLY}|联系方式|聯絡|联络|联系|致电|拨打|撥打|号码|微信|客服|mob|call|whatsapp"
    rf"|打{_LOCAL_AHEAD}|電{_LOCAL_AHEAD}"
    rf"|contact{_NO}|alternate{_NO}|alternative{_NO}|other{_NO}|second{_NO}|emergency{_NO}"
)
_CALLS_IN_ENGLISH: Final = "call|phone|ring|cell|my number|his number|her number|our number"
_CALLS: Final = (
    "llamarme|llamada|chiamarmi|richiameremo|ligar-me"
    "|cel|gsm|handy|portable|llame|llamar|chiamare|ligar|anrufen|appelez|appeler|hp|numer|kom(?=\\.)"
)
_SAYS_PHONE_ABROAD: Final = (
    "cellulare|celular|mobil|móvil|telefone|telefono|telefon|teléfono|fone|tfno|téléphone|tél|tlf|tlp|telp|telepon"
    "|dzwonić|zadzwonić|zadzwoń|komórka|sđt|đt|điện thoại"
    "|línea directa|linea diretta|linha direta|ligne directe|durchwahl|telefonnummer|mobilnummer|handynummer|rufnummer"
)
_IN_OTHER_SCRIPTS: Final = (
    "тел|телефон|звонить|моб|โทร|전화|연락처|휴대폰|핸드폰|携帯|連絡先|هاتف|جوال|موبايل|फोन|मोबाइल|📞|📱|☎"
)
_SIGN_OF_NUMBER: Final = (
    r"(?:号码?|號碼?|번호|\ufe0f| ?(?:no\b|nos\b|num(?:ber|éro|ero)?s?\b|nr\b|№|\#)\.?)?"
    r"(?:是|为|為|系|係| is| es| é| è| ist| est)?"
)
_DIGITS_AHEAD: Final = r"(?=[ :.]{0,3}(?:\(?[0-9][ .()/\-]{0,3})"
_CALLS_BEFORE: Final = (
    rf"(?:\b(?:{_CALLS_IN_ENGLISH})|(?P<calls>\b(?:{by_first_letter(_CALLS)})))"
    rf"(?: (?:me|him|her|us|them))?(?: (?:on|at|al|le|au|unter|para o|para))?{_SIGN_OF_NUMBER}{_DIGITS_AHEAD}{{8}})"
    rf"|(?P<says>\b(?:{by_first_letter(_SAYS_PHONE_ABROAD)})|{_IN_OTHER_SCRIPTS}){_SIGN_OF_NUMBER}{_DIGITS_AHEAD}{{7}})"
)
"""Words for phoning in other languages, before seven digits; before eight, if they are also names of goods."""
_BEGINS: Final = "".join(
    sorted(
        {
            word[0]
            for word in f"{SAYS_PHONE}|{_CALLS_IN_ENGLISH}|{_CALLS}|{_SAYS_PHONE_ABROAD}|{_IN_OTHER_SCRIPTS}".split("|")
        }
    )
)
"""The first characters of these words."""
BEFORE_NUMBER: Final = (
    rf"(?=[{_BEGINS}])(?:(?:{by_first_letter(SAYS_PHONE)}){_SIGN_OF_NUMBER}|{_CALLS_BEFORE})[ :.]{{0,3}}"
)
"""A word for a phone, and what is between it and the number."""
_ASKS: Final = (
    r"(?=[ ,.]{1,3}(?:(?:(?:please|pls|plz|kindly) )?(?:call|ring|phone|dial|text|whatsapp)"
    r"|is (?:my|his|her|our|their) (?:new |other |work |home )?(?:number|no|phone|mobile|cell|contact))\b)"
)
"""What follows a number: a request to phone it, or whose it is."""
_FREE: Final = r"(?:(?<![0-9])|(?=[+(]))"
_ALONE: Final = r"(?!\d)"
_NOT_CHAINED: Final = r"(?<!\d[.\-])"
_NOT_LISTED: Final = r"(?<!\d[ .,:/\-])"
"""Excludes one or two digits behind other digits, which are more likely a date, a size or a price than a phone."""

_FEW_GROUPS: Final = r"1\d?(?:[ \-]{1,2}\d{3,10}){1,3}"
_ONE_BY_ONE: Final = r"1(?:[ \-]{1,2}\d){10}"
_IN_TWOS: Final = r"(?!\d\d(?: \d{1,2}[05])+(?!\d))1[3-9](?: \d{2,3}){3,4}"
"""A mobile number in groups of two and three, but no list of sizes: 15 20 30 40 500."""
_BETWEEN: Final = r"(?: ?[.\-] ?| ?)"
_SIGN: Final = r"(?: ?(?:[^\w\s]{1,3}|\*{4,8}|[_xX]{1,2}) ?| )"
_SIZE: Final = r"\d{3}(?: ?[*×xX] ?\d\d[05]0){2}"
"""Three sizes with the groups of a mobile number: 150*1200*2000."""
_IN_GROUPS: Final = (
    rf"1[3-9]\d(?:{_BETWEEN}\d{{4}}{_BETWEEN}|\d{_BETWEEN}\d{{3}}{_BETWEEN})\d{{4}}"
    rf"|(?!{_SIZE})1[3-9]\d{_SIGN}\d{{4}}{_SIGN}\d{{4}}"
    r"|1[3-9]\d{5}[*#×_/]\d{4}|1[3-9]\d[*#×_/]\d{8}"
    r"|1(?P<each>[^\w\s]|[_xX])[3-9](?:(?P=each)\d){9}"
    r"|[(\[]1[3-9]\d[)\]][ \-]{0,2}\d{4}[ \-]?\d{4}|1[3-9]\d ?\(\d{4}\)[ \-]?\d{4}"
)
"""A mobile number in the groups in which it is read aloud, with any sign between them."""


_OTHER_SCRIPT: Final = "[\u0386-\u04ff\u0590-\u06ff\u0900-\u0e7f\u3041-\u30fa\uac00-\ud7a3]"
"""Part of a regular expression: a character of a script other than Latin and Han."""
_NO_ACCOUNT: Final = "(?<!code )(?<!vat )(?<!tax )(?<!pin )(?<!account )(?<!container )(?<!weight )"
_GROUPS_ABROAD: Final = (
    r"[6-9]\d{4} \d{5}|(?:\([1-9]\d\)|[1-9]\d) ?9\d{4}-\d{4}|8[ \-]\(?9\d\d\)?[ \-]\d{3}[ \-]\d\d[ \-]\d\d"
    r"|0[1-9]\d{0,2}[ \-]\d{3}[ \-]?\d{3,4}|0[1-9]\d{0,2}[ \-]\d{2,3}(?: \d\d){2}|0[1-9]\d{2} \d{6,7}"
    r"|06[ /](?:1|[2357]0|31) \d{3}[ \-]\d{4}|0(?:30|40|69|89)[ /\-]\d{7,8}"
)
"""Numbers as many countries write them: 98200 98200, (11) 98765-4321, 8 912 345-67-89, 06 20 123 4567, 030 12345678."""


def _patterns() -> Iterator[str]:
    forms = spellings(_GAP, _WIDE)
    whole = rf"1{_GAP}[3-9](?:{_GAP}\d){{9}}"
    yield forms.pop("mobile").replace(
        whole,
        rf"(?:1[3-9]\d(?:{_GAP}\d){{8}}|{_IN_GROUPS}|{_NOT_LISTED}(?={whole}(?!\d))(?:{_FEW_GROUPS}|{_ONE_BY_ONE}|{_IN_TWOS}))",
    )
    forms["national"] = forms["national"].replace("{4,10}", "{6,10}")
    for form in forms.values():
        yield _NOT_CHAINED + form
    yield r"\(?85[23](?:\)|[ \-])[ \-]?(?P<hongkong>[2-9]\d{3}[ \-]?\d{4})"
    yield r"\(?886(?:\)|[ \-])[ \-]?(?P<taiwan>0?[2-9]\d{0,2}[ \-]?\d{3,4}[ \-]?\d{3,4})"
    yield (
        _NOT_CHAINED + r"(?P<formosa>09\d\d[ \-]?\d{3}[ \-]?\d{3}|(?:\(0[2-8]\d?\)|0[2-8][ \-])[ ]?\d{3,4}[ \-]?\d{4})"
    )
    yield _NOT_CHAINED + r"(?P<japan>0[5789]0[ \-]\d{4}[ \-]?\d{4})"
    yield _NOT_CHAINED + r"(?P<britain>07\d{3}[ \-]\d{3}[ \-]?\d{3})"
    yield _NOT_CHAINED + r"(?P<france>0[67](?:[ .]\d\d){4})"
    yield (
        _NOT_CHAINED + r"(?:1[ \-])?(?P<american>\([2-9]\d\d\)\ ?\d{3}[ \-]\d{4}|[2-9]\d\d-\d{3}-\d{4}"
        r"|[2-9]\d\d\.[2-9]\d\d\.\d{4})(?!-\d{4}(?!\d))"
    )
    yield rf"{_NOT_CHAINED}{_NOT_LISTED}(?P<grouped>{_GROUPS_ABROAD})(?![ ,.:/\-]?[\d*])"
    yield (
        rf"(?:(?<=[a-z] ){_NOT_LISTED}{_NO_ACCOUNT}(?P<ungrouped>0[1-9]\d{{8,9}}|[6-9]\d{{9}})"
        rf"|(?:(?<={_OTHER_SCRIPT})|(?<={_OTHER_SCRIPT} )|(?<={_OTHER_SCRIPT}: ))"
        r"(?P<unspaced>0[1-9]\d{8}|89\d{9}|(?<=[\u0386-\u03ff\u0900-\u0dff] )[6-9]\d{9}))"
        r"(?![,.:/\-]?[\w*])"
        rf"|(?<![\s\S])(?P<first>0[1-9]\d{{8}})(?=[ ,]{{1,2}}{_OTHER_SCRIPT})"
    )


_KNOWN: Final = "|".join(f"(?:{form})" for form in _patterns())
_POSTCODE: Final = r"00[0-9]{3}-[0-9]{4}(?![0-9\-])"
_ABROAD: Final = rf"(?P<abroad>\(?(?:\+ ?|(?<![A-Za-z])(?!{_POSTCODE})00)[1-9](?:[ .\-()]{{0,3}}\d){{5,26}})(?!\d)"
_AREA_IN_BRACKETS: Final = r"(?:\d{1,3}[ \-]?)?\(\d{1,5}(?:[ \-]\d{1,3})?\)[ .\-/]{0,3}"
_DOTTED: Final = r"\d{2,5}(?:[ ./\-]\d{2,4}){2,5}(?![ ./\-]?\d)|\d{2,5}/\d{5,8}(?![./]?\d)"
_SAID_DIGITS: Final = rf"(?:{_AREA_IN_BRACKETS})?\d(?:{_GAP}\d)"
_SAID: Final = (
    rf"{BEFORE_NUMBER}(?P<said>{_DOTTED}|{_SAID_DIGITS}{{4,{MAX_DIGITS - 1}}})(?!\d|(?!{EXTENSION_WORD}\d)[A-Za-z])"
    rf"|(?:{_SAYS_PHONE_ONLY}){_SIGN_OF_NUMBER}[ :.]{{0,3}}(?P<long>\d{{{MAX_DIGITS + 1},24}})(?![\dA-Za-z])"
    r"|wa\.me/\+?(?P<link>[1-9]\d{6,14})(?![\dA-Za-z])"
)
_READ: Final = rf"(?:{_KNOWN}){_ALONE}|{_ABROAD}"
_ASKED: Final = rf"(?P<asked>\d(?:{_GAP}\d){{8,{MAX_DIGITS - 1}}}){_ASKS}"
_NUMBER: Final = Expression(
    rf"(?=[0-9+(\[{_BEGINS}])(?:(?=[0-9+(\[]){_FREE}(?:{_READ}|{_ASKED})|(?![0-9+(\[])(?:{_SAID}))", re.I
)
"""Finds any number. Its first class passes over most characters; each alternative would cost as much."""
_LOCAL: Final = r"(?P<local>[2-9](?:\d{6,7}|\d{2,3}[ \-]\d{4}))(?=-\d{1,6}(?![\d\-]))"
"""A number without its area code, before an extension."""
_SHORT: Final = rf"\(?{AREA}\)?[ \-]{{1,3}}(?P<short>9\d{{4}}|1\d{{2,4}}|[2-9]\d{{5,7}})(?![ \-]?\d)"
_NOT_IN_CHINA: Final = re.compile(r"0(?:\d{4,5}[ \-]\d|[34568]0\d)").match
"""Matches what is no area code of China, or has more digits in its first group than one has."""
_BEHIND_WORD: Final = Expression(rf"{_READ}|{_SHORT}|{_LOCAL}", re.I)

_COUNTED: Final = "年月日号號時时点點分元块塊角件箱个個份包袋只支瓶盒台套斤公千克吨米楼樓栋幢单室层"
_NO_EXTENSION: Final = rf"(?![ .\-:/]?(?:\d|\*\d|\*{{3}})|[%A-Za-z{_COUNTED}])"
_EXTENSION: Final = re.compile(
    rf"(?:[ ,;(\-]{{0,2}}{EXTENSION_WORD}(?=\d{{1,8}}(?![\dA-Za-z]))"
    rf"|(?:,,|[\-\#])(?=\d{{1,6}}{_NO_EXTENSION})|{EXTENSION_SIGN}(?<![(\[])(?=\d{{3,6}}{_NO_EXTENSION})"
    r"|\ ?[(\[](?=\d{3,6}[)\]]))(\d+)",
    re.I,
)
"""Matches an extension as in a phone field, but not what may be a quantity, a date or a room."""


def find_numbers(text: str) -> Iterator[Number]:
    """Every phone number in the text, in order."""
    at = 0
    while match := _NUMBER.search(text, at):
        number = _read(match)
        if number is None or is_in_code(text, match.start(), number.end):
            # No country has that code: what follows the sign may still be a number of its own.
            at = match.start() + 1
        else:
            yield number
            at = number.end


def extension_in_text(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of the extension behind the number that ends at `at`."""
    match = _EXTENSION.match(text, at)
    return match.span(1) if match else None


def _read(match: re.Match[str]) -> Number | None:
    form = match.lastgroup
    if form == "long":
        return Number(match.start(form), match.start(form), match.end(), match[form], readable=False)
    if form == "link" or (form == "said" and not (match["calls"] or match["says"])):
        at = match.start(form)
        match = (None if _NOT_IN_CHINA(match.string, at) else _BEHIND_WORD.match(match.string, at)) or match
        form = match.lastgroup
    if form == "abroad":
        return abroad_of(match)
    number = number_of(match)
    if form in ("said", "asked", "link", "formosa", "grouped", "ungrouped", "unspaced", "first"):
        start = match.start(form)
        digits = number.digits.removeprefix("0") if len(number.digits) > 7 else number.digits
        return Number(start, start, number.end, digits)
    return number


_LONGEST_ALONE: Final = 11
"""The largest number of digits without a country code. A longer number has to be valid with the code of a country."""
_EIGHT_DIGITS: Final = r"[5-9][0-9]{3}[ -]?[0-9]{4}(?![0-9A-Za-z*\-])"
_DATE: Final = r"[0-3]?[0-9][ .\-][01]?[0-9][ .\-](?:19|20)?[0-9]{2}(?![0-9 ])|(?:19|20)[0-9]{2}[ .\-]"
_MAY_BE_ABROAD: Final = (
    rf"(?!{_DATE}|(?:19|20)[0-9]{{2}}(?:0[1-9]|1[0-2])[0-3])(?:\+?[0-9]{{9,13}}"
    r"|(?=(?:[ \-]?[0-9]){10,11}(?![0-9]))[0-9]{2,5}[ \-](?:[0-9]{2,5}[ \-])?[0-9]{4,6})"
    r"(?![0-9A-Za-z*%件个元块]|[\-.][0-9])"
)
_LETTER: Final = r"[A-Za-z\u00c0-\u024f\u0386-\u04ff]"
IN_THREES: Final = (
    r"(?:[5-79][0-9]{2}[ \-]?[0-9]{3}[ \-]?[0-9]{3}|[67][0-9]{2}(?: [0-9]{2}){3}|3[0-9]{2} [0-9]{3} ?[0-9]{3,4}"
    r"|[2-9][0-9](?: [0-9]{2}){3}"
    r"|[49][0-9]{2} [0-9]{2} [0-9]{3})"
    r"(?![0-9A-Za-z*]|[ .,\-][0-9])"
)
"""Nine or ten digits of Spain, Portugal, Poland, Czechia or Italy, and eight of Denmark or Norway, in their usual
groups.
"""
_BESIDE_NAME: Final = Expression(
    rf"(?:[\u3400-\u9fff]\*{{1,3}}(?:先生|女士|小姐)?|{_LETTER}\*+(?: \*+){{0,3}}(?=[ (（,，:：]))"
    r"[\s（(,，:：、]{0,2}(?:[佢他她]?(?:電話|电话|致電|致电|打|call |[Tt]el)[係系是:：]?[ \t]?)?"
    rf"(?P<behind>{_EIGHT_DIGITS}|{_MAY_BE_ABROAD})"
    rf"|{_LETTER}\*+(?: \*+){{0,3}},? (?:al|au|unter|on|at|ao|op|na|под|по|[Tt]el\.?:?) (?!{_DATE})"
    r"(?P<called>\+?[0-9](?:[ .\-]?[0-9]){7,12})(?![0-9A-Za-z*])"
    rf"|{_LETTER}\*+(?: \*+){{0,3}}(?:[ ,:(]{{1,2}}[^\W\d_]{{1,12}}[.:]?){{0,4}}[ ,:(\-]{{1,3}}(?P<grouped>{IN_THREES})"
    rf"|(?<![0-9A-Za-z*\-.])(?<![0-9][ .,\-])(?P<ahead>{IN_THREES})(?=[\s,(]{{1,2}}{_LETTER}\*{{2}})"
    rf"|(?<![0-9A-Za-z*\-.])(?P<before>{_EIGHT_DIGITS}|{_MAY_BE_ABROAD})[\s,，、]{{0,2}}(?=[\u3400-\u9fff]\*{{1,3}}(?![0-9*]))"
).finditer


def numbers_beside_names(text: str) -> list[tuple[int, int]]:
    """Return the spans of such phones in a text whose names are hidden, in order, without numbers of orders."""
    orders = Orders(text)
    spans = (match.span(match.lastgroup or 0) for match in _BESIDE_NAME(text))
    return [span for span in spans if not orders.touch(span) and _may_be_phone(text[slice(*span)])]


def _may_be_phone(number: str) -> bool:
    return (
        sum(map(str.isdecimal, number.removeprefix("0"))) <= _LONGEST_ALONE
        or read_valid("+" + number.lstrip("+")) is not None
    )
