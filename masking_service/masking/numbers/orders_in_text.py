"""Finds what a text calls the number of an order or the like; it is no phone and no bank card."""

from __future__ import annotations

import re
import string
from bisect import bisect_right
from operator import itemgetter
from typing import Final

from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.order_words import NOT_LIKE_A_PHONE, says_order_abroad

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
    r"(?=[\s:：=#是为為]{0,3}[a-z]{0,4}[0-9]{12})"
    r"|(?:回执|凭证|單據|单据|对账|結算|结算|封签)(?:单|單|号|號|编号)?|流水|合同|合約|交易|物流|发票|面单|批次|编号|編號|编码|条码|条形码|[券验核销兑换取提货件签证码]{1,2}码"
    rf"|{CARRIERS}|接龙号|揽收单|号码牌"
    r"|(?:案件|邮件|郵件|机身|機身)[号號]|(?:運送状|送り状|伝票|注文|追跡|受付|予約|お?問い?合わ?せ)番号|(?:운송장|송장|주문|접수|등기|예약)\s?번호"
    r"|หมายเลข(?:พัสดุ|คำสั่งซื้อ|ติดตาม|ออเดอร์)|เลข(?:พัสดุ|ที่คำสั่งซื้อ|ที่พัสดุ)"
    r"|رقم (?:الطلب|الشحنة|التتبع|البوليصة|الطرد)"
    r"|(?=[a-z])(?<![a-z])(?:bill|claim|confirmation|delivery|express|logistics|mail|dispatch|job|label|manifest|package|payment|pickup|quote|receipt|refund"
    r"|request|work order)(?=[ _\-]?(?:no\b|num|id\b|ref|code\b|\#))"
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
    rf"{SAYS_ORDER}(?:{_TAG}[ \t:：=#.()\[\]【】「」『』“”\"']{{0,4}}{_TAG}|[ \t]?[\-–—][ \t]?{NOT_LIKE_A_PHONE})"
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
    return found


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
