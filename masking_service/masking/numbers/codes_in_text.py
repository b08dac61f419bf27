"""Tells numbers of things from those of persons and homes: numbers of orders, codes with letters, and others.

What a text calls the number of an order or the like (`orders_in`) is no phone and no bank card. A code with letters is
no personal number that letters touch (`is_in_code`): SF13812345678, but John13812345678. Codes, amounts and waybill
numbers that look like a house, a unit or a room are found by `codes_in`.
"""

import re
import string
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from string import ascii_letters, digits
from typing import Final

from masking_service.masking.around import text_before
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import kinds_of_words
from masking_service.masking.words.order_words import NOT_LIKE_A_PHONE, says_order_abroad, says_pickup_abroad

Span = tuple[int, int]

_NO: Final = (
    "".join(
        rf"(?<!{word}[ ._\-])(?<!{word}\. )" for word in ("phone", "tel", "mobile", "mob", "cell", "contact", "call")
    )
    + "".join(rf"(?<!{word}[ ._\-])(?<!{word}\. )" for word in ("whatsapp", "landline", "ph", "hp", "alternate", "тел"))
    + "(?:no|№)"
)
"""Excludes "No." of a phone: Tel. No."""
CARRIERS: Final = "顺丰|中通|圆通|申通|韵达|极兔|京东|淘宝|天猫|拼多多|抖音|美团"
SAYS_ORDER: Final = (
    r"(?:原(?:订|訂|运|運)?[单單][号號]?|[订訂运運单單物流快递遞包裹面母子总總分交易合同约約发發票凭憑回工受理案任务務批货貨款条條箱柜提封托车車序追踪查询詢预預波结結对對序列跟蹤調调拨撥]{1,3}"
    r"(?:单|單|号|號|码|碼|号码|號碼|编号|編號|编码|代码|次|流水|合同|发票|订单)"
    r"|[\u4e00-\u9fff][单單](?=[\s:：=#是为為]{0,3}(?!0)[0-9a-z]{9})|[\u4e00-\u9fff](?:单号|單號|编号|編號|编码|編碼)"
    r"|(?:快递|快遞|快件|包裹|[\u4e00-\u9fff](?<![机機话話卡证證账賬帐户戶信照真系房牌保份民])[号號])"
    r"(?=[\s:：=#是为為]{0,3}[a-z]{0,4}(?:[0-9]{5,8}-)?[0-9]{12})"
    r"|(?:回执|凭证|單據|单据|对账|結算|结算|封签)(?:单|單|号|號|编号)?|流水|合同|合約|交易|物流|发票|面单|批次|编号|編號|编码|条码|条形码|[券验核销兑换取提货件签证码]{1,2}码"
    rf"|{CARRIERS}|接龙号|揽收单|号码牌"
    r"|(?:参考|參考|案件|邮件|郵件|机身|機身)[号號]|(?:運送状|送り状|伝票|注文|追跡|受付|予約|お?問い?合わ?せ)番号|(?:운송장|송장|주문|접수|등기|예약)\s?번호"
    r"|หมายเลข(?:พัสดุ|คำสั่งซื้อ|ติดตาม|ออเดอร์)|เลข(?:พัสดุ|ที่คำสั่งซื้อ|ที่พัสดุ)"
    r"|رقم (?:الطلب|الشحنة|التتبع|البوليصة|الطرد)"
    r"|(?=[a-z])(?<![a-z])(?:bill|claim|confirmation|delivery|express|logistics?|mail|dispatch|job|label|manifest|package|payment|pickup|quote|receipt|refund"
    r"|request|work order)(?=[ _\-]?(?:no\b|num|id\b|ref|code\b|\#))"
    r"|(?<=[a-z])(?-i:Order|Waybill|Mail|Bill|Trade|Express|Logistics?|Tracking|Package|Parcel|Ship|Sale|Trace)"
    r"(?=(?-i:No|Num|Code|Id|ID|Sn)[\"'=>])"
    r"|(?<![a-z])(?:nu|[st]id|oid|out_?sid|tx_?logistic_?id|kuaidi_?num|(?:biz|pre|ship)_?no|(?:msg|trace|log)_?id)(?=[\"'=>])"
    r"|(?=[a-zčзнт№đ])(?<![a-zа-я])(?:order|tracking|waybill|shipment|parcel|invoice|trade|transaction|txn|serial|[mh]?awb|po|so|p\.o\.|s/n|sn|imei|ean"
    rf"|gtin|isbn|sku|barcode|ref|reference|contract|batch|lot|case|ticket|rma|return|booking|consignment|docket|item|id|{_NO}"
    r"|(?:sendungs|paket|auftrags|bestell|rechnungs)nummer|num[ée]ro de (?:suivi|commande|colis)"
    r"|n[úu]mero de (?:pedido|seguimiento|rastreo|env[ií]o|gu[ií]a)|c[óo]digo de rastre(?:io|amento)"
    r"|numero d['’]ordine|n[°º]\.? de (?:commande|suivi)|pedido|заказа?|đơn hàng|mã (?:vận đơn|đơn)|pesanan"
    r"|(?:numero|codice) (?:di )?(?:ordine|spedizione|tracking)|(?:nr|numer) (?:zamówienia|przesyłki|paczki)"
    r"|(?:bestel|order|zending|pakket|track|kolli)nummer|číslo (?:objednávky|zásilky)|sipariş (?:no|numarası)"
    r"|kargo takip|(?:nomor|no\.?) resi|трек[ -]?(?:номер|код)|номер (?:отправления|накладной))"
    rf"|{says_order_abroad()})"
    r"(?:单号|單號|编号|編號|号码|號碼|流水号?|号|號|单|單|码"
    r"|[ _]?numbers?|[ _]?no\.?|[ _]?num|[ _]?id|[ _]?code|[ _]?sn|[ _]?ref|[ _]?№"
    r"|[ _]?\#| ?n[°ºr]\.?| ?č\.?){0,2}(?:是|为|為|は|은|는| is)?"
)
"""Words for the number of an order or the like, which is no card, identity number, landline or room."""
_TAG: Final = r"(?:</?[a-z][a-z0-9]{0,9}>)?"
"""Part of a regular expression: a tag around a word, or none: <b>Tracking no.</b> 4111."""
_ORDER: Final = Expression(
    rf"{SAYS_ORDER}(?:{_TAG}[ \t:：=#.()\[\]【】「」『』“”\"'>|]{{0,4}}{_TAG}|[ \t]?[\-–—][ \t]?{NOT_LIKE_A_PHONE})"
    r"(?:(?P<number>(?!tel|mob|call|phone|cell|fax)(?:(?!(?:ph|hp|wa|gsm|num|id|sfz)[-/])[a-z]{2,5}[-/])?"
    r"[a-z]{0,6}[0-9][0-9a-z]*(?:-[0-9a-z]{1,24}|/[0-9a-z]{1,8}(?![0-9a-z])"
    r"| (?=[a-z]{0,4}[0-9])(?!tel|mob|call|(?<=[0-9]{6} )0[1-9]|0[1-9][0-9]{8,9}(?![0-9a-z]))[0-9a-z]{1,24}){0,8})"
    r"|(?<=[)）]))",
    re.I,
)
"""Finds the number of an order behind its word, or a word that a bracket ends. A group that begins like a phone is no
part of it, if a whole number is before it: order 12345678 0412 345 678.
"""
_BEFORE_WORD: Final = re.compile(
    r"(?<![0-9A-Za-z\-])[A-Za-z]{0,6}[0-9][0-9A-Za-z\-]{5,30}(?= ?[(（][\u4e00-\u9fff]{0,4}$)"
).search
"""Finds the number before its word in brackets: 1234567890 (order number)."""
_TOUCHING_WORD: Final = re.compile(
    r"(?<![0-9A-Za-z\-])(?:[1-9][0-9]{11,29}|[0-9]{12,30}(?=[这這该該此]))"
    r"(?=(?:[这這该該此][个個]?)?(?:快[递遞]|物流)?[订訂运運面]?[单單](?!元))"
).finditer
"""Finds the number right before its word: 123456789012运单, 053412345678这个单号."""
_LONGEST_BEFORE_WORD: Final = 40
_NEXT_OF_LIST: Final = re.compile(
    r" ?(?:[,，、/;；|+&和与與及跟やと]|(?<= )(?:and|und|et|y|e|i|en|og|och|ve|dan|và|и|та)(?= )) ?", re.I
).match
"""Matches what is between the numbers of a list."""
_LONG_NUMBER: Final = re.compile(r"[,/;+& 和]{1,2}[a-z]{0,4}[0-9]{8,}", re.I).match
"""Matches a further number of a list that may be written otherwise than the first."""
_GOES_ON: Final = re.compile("[0-9A-Za-z]").match
_FORM: Final = dict.fromkeys(map(ord, string.digits), "0") | dict.fromkeys(map(ord, string.ascii_letters), "a")
"""Translates numbers that are written alike into the same text: 12-345 into 00-000."""
_PHONE_OF: Final = re.compile(
    r"(?:s?đt|điện thoại|\bhp|\btelp?|telepon|telefon[eo]?|celular|móvil|тел|телефон|phone)\b[\w .]{0,20}"
    r"(?:pedido|заказа?|đơn hàng|pesanan)[\s:：=#]{0,4}$",
    re.I,
).search
"""Finds words for the phone of an order: nomor HP pesanan."""
_LONGEST_PHONE_OF: Final = 48


def orders_in(text: str) -> list[Span]:
    """Return the spans of what a text calls the number of an order or the like, and not its phone, in order."""
    found: list[Span] = []
    for match in _ORDER.finditer(text):
        if match["number"] is None:
            before = match.start() - _LONGEST_BEFORE_WORD
            if number := _BEFORE_WORD(text, before, match.start()):
                found.append(number.span())
            continue
        start, end = match.span("number")
        if _PHONE_OF(text, start - _LONGEST_PHONE_OF, start) is None:
            found.append((start, _end_of_list(text, start, end)))
    touching = [match.span() for match in _TOUCHING_WORD(text)]
    return sorted([*found, *touching]) if touching else found


def _end_of_list(text: str, start: int, end: int) -> int:
    """Return where the last number of a list ends whose first number has this span: order 12-345, 12-346 and 12-347."""
    form = text[start:end].translate(_FORM)
    while True:
        joint = _NEXT_OF_LIST(text, end)
        behind = joint.end() + len(form) if joint else end
        if joint and text[joint.end() : behind].translate(_FORM) == form and _GOES_ON(text, behind) is None:
            end = behind
        elif other := _LONG_NUMBER(text, end):
            end = other.end()
        else:
            return end


class Orders:
    """The numbers of orders in a text. They are looked for when they are first needed."""

    __slots__ = ("_found", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Span] | None = None

    def touch(self, span: Span) -> bool:
        """Whether a span shares a character with one of them."""
        if self._found is None:
            self._found = orders_in(self._text)
        at = bisect_right(self._found, span[0], key=itemgetter(1))
        return at < len(self._found) and self._found[at][0] < span[1]


_LONGEST: Final = 40
_IN_WORDS: Final = ascii_letters + digits
_PREFIX: Final = re.compile(r"[A-Z]{1,4}|(?=[A-Z0-9]{5})(?=[0-9]*[A-Z])[A-Z]*[0-9][A-Z0-9]*").fullmatch
"""Matches the prefixes of carriers' and shops' numbers: a few capitals, or capitals and digits, as UPS has."""
_NAMED: Final = re.compile(
    "(?:电话|電話|手机|手機|身份证|身份證|卡号|卡號|拨打|撥打|致电|致電|[来來]电|[来來]電|回电|回電|电联|電聯|联系|聯繫|联络|聯絡|[系繫件货貨]人)[A-Z]$"
).search
"""Finds words before a personal number that may have a letter: 电话A13812345678, 请拨打D13812345678."""
_SAYS_PHONE: Final = re.compile("[TMPHC]|PH|HP").fullmatch
"""Matches abbreviations of words for a phone: T13812345678 is a phone, unless the text calls it a code."""
_SAID_CODE: Final = re.compile(
    r"(?:[单單号號码碼件]|\b(?:order|tracking|waybill|parcel|no|id|ref|code|number|sn))[\W_]{0,4}$", re.I
).search
_DIGITS_OF_PHONE: Final = range(10, 14)
_MADE: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24,}", re.I).fullmatch
"""Matches what programs make: UUIDs, digests and ids of documents."""


def is_in_code(text: str, start: int, end: int) -> bool:
    """Return whether digits and touching Latin letters are one code: a waybill or order number, or an id.

    All other letters are words that were written without a space.
    """
    before, behind = text_before(text, start, _LONGEST), text[end : end + _LONGEST]
    prefix = _end_of(before, _IN_WORDS)
    if not behind[:1].isascii() or not behind[:1].isalpha():
        if not prefix:
            return False
        if _PREFIX(prefix) and not _NAMED(before) and not _is_phone(before, prefix, text[start:end]):
            return True
    joined = _IN_WORDS + "-"
    rest = behind[: len(behind) - len(behind.lstrip(joined))]
    return _MADE(_end_of(before, joined) + text[start:end] + rest) is not None


def _is_phone(before: str, prefix: str, number: str) -> bool:
    """Return whether the letters before a number say that it is a phone."""
    if not _SAYS_PHONE(prefix) or sum(map(str.isdecimal, number)) not in _DIGITS_OF_PHONE:
        return False
    return number[0] in "01+" and not _SAID_CODE(before[: -len(prefix)])


def _end_of(text: str, characters: str) -> str:
    return text[len(text.rstrip(characters)) :]


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
_STANDARDS: Final = (
    "[A-Z]{2}[0-9]{0,4}/T|[QT]/[A-Z]{2,8}|GBJ?|JGJ|CJJ|CECS|JT[GJ]|DL|GA|H[GJ]|JB|NY|QB|S[HL]|TB|YY|ISO|IEC|EN|ASTM|DIN"
)
"""Part of a regular expression: what is before the number of a standard, of China or abroad: GB/T, JGJ, DB11/T."""
_others: Final = re.compile(
    r"(?:(?<=\n)|(?<=\n ))(?P<line>[0-9]{1,2})(?=[.、．)）]\s?[^\W\d])"
    r"|(?<=[\u4e00-\u9fff*] )(?P<amount>[0-9]{1,2})(?=[份件箱盒斤袋瓶](?![\u4e00-\u9fff]))"
    r"|(?<=[\u4e00-\u9fff])(?<![室户戶房元单單楼樓号號栋棟幢座层層])(?P<times>[*xX×][0-9]{1,2})(?:(?=[件个個盒箱包瓶袋份双套条台只])|(?![\w*\-#]))"
    r"|(?<![0-9A-Za-z])(?P<waybill>[A-Z]{2,6}[0-9]{10,15})(?![0-9A-Za-z])"
    rf"|(?<![0-9A-Za-z])(?P<standard>(?:{_STANDARDS}) ?[0-9]{{1,6}}(?:\.[0-9]{{1,3}})?[-—](?:19[5-9]|20[0-4])[0-9])"
    r"(?![0-9A-Za-z\-])"
).finditer
"""Finds numbers of the lines of a list, quantities, waybill numbers, and standards: 2. 张三 3份, 羊毛围巾*2."""
_CLOCK: Final = r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,6})?)?"
_times: Final = re.compile(
    rf"(?<![0-9A-Za-z*:.\-/#])(?:(?:19|20)[0-9]{{2}}(?:([-/.])(?:[01]?[0-9]\1[0-3]?[0-9][ T]{{1,2}}{_CLOCK}"
    rf"|[01][0-9]\1[0-3][0-9]|(?<=/)[1-9]/[1-9])|年[0-9]{{1,2}}月[0-9]{{1,2}}[日号] ?{_CLOCK})"
    rf"|[01][0-9]-[0-3][0-9] {_CLOCK}|[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9](?:[.,][0-9]{{1,6}})?"
    r"|[0-2]?[0-9]:[0-5][0-9] ?[-~—–至到] ?[0-2]?[0-9]:[0-5][0-9]"
    r"|(?:(?<=[间間于於午上晚早]|[\s:：])[0-2]?[0-9]:[0-5][0-9]))(?![0-9A-Za-z*:\-])"
).finditer
"""Finds dates and times, as systems print them: 2026-03-04, 2026/3/4 9:15, 03-04 10:22, 时间 14:30, 9:00-18:00."""
_time_signs: Final = re.compile("[0-9]:[0-9]|(?:19|20)[0-9]{2}[-/.][0-9]").finditer
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
"""Finds other long codes, but no room with a phone (2单元120102159791234), and no number with an area code."""
_word_before: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,20})[ .:#]{0,2}$").search
_LONGEST_BEFORE: Final = 24
_CODE: Final = "，"
"""Takes the place of each character of these codes while units are looked for."""


def codes_in(text: str) -> list[tuple[int, int]]:
    """Return the spans of such codes in a text."""
    codes = [match.span("code") for match in _pickup_codes(text)] if "-" in text else []
    codes += [match.span(match.lastgroup or 0) for match in _others(text)]
    if next(_time_signs(text), None):
        codes += [match.span() for match in _times(text)]
    if ":" in text or "=" in text:
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
