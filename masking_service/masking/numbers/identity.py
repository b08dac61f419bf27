"""Finds what identifies a person and is no phone; nothing of it is shown. Leaves order numbers that look like it.

Identity numbers, bank cards and accounts (IBAN), e-mail addresses, documents and plates are recognised by their form,
accounts of chats by a word.

Sources: GB 11643-1999 (citizen identity number: region, date of birth, sequence, check character by ISO 7064 MOD 11-2;
the first generation had 15 digits and no check), ISO 13616 (IBAN: length by country, MOD 97),
ISO/IEC 7812 (bank cards: Luhn check, issuer by the first digits).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from masking_service.masking.numbers.codes_in_text import Orders, Span, is_in_code
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.order_words import begins_document, part_of_entrance, says_document, says_entrance

_GAP: Final = r"[ \-]{0,2}"
_PROVINCES: Final = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-9])"
"""Codes of provinces (GB/T 2260), of residents from Hong Kong, Macau and Taiwan (81 to 83), and of foreign ones (9)."""

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

_SAYS_NUMBER: Final = (
    r"(?:[ .:：#\-]{0,3}(?:(?:(?:card |registration )?(?:numbers?|numer|n[uú]mero|nummer|num|nr|no|n[°º]|id)"
    r"|is|es|e|è|ist|est|lautet|код)(?![a-z0-9])|№|серия|номер|số|nomor|numarası|数字|番号|號碼?|号码?|編號|编号|字號"
    r"|번호|หมายเลข|رقم|الوطنية|증|등?록|是|为|為|は|은|는)){0,3}[ .:：#]{0,3}"
)
_CODE: Final = (
    r"(?=[A-Z]{0,6}[0-9](?:[A-Z]{0,6}[ .\-/]?[0-9]){4})[A-Z0-9]{1,20}"
    r"(?:[.\-/][0-9A-Z]{1,12}(?![0-9A-Za-z])| [0-9]{1,6}[A-Z]?(?![0-9A-Za-z])){0,8}(?:[(（][0-9A][)）])?"
)
"""Part of a regular expression: at least five digits and any letters, in groups."""
_may_say_document: Final = Expression(begins_document()).search
"""Finds what words for documents begin with; most remarks have nothing of it."""
_documents: Final = Expression(
    rf"(?:{says_document()}){_SAYS_NUMBER}"
    rf"(?P<document>[0-9]{{2}} ?[0-9]{{2}},? (?:номер|№) ?[0-9]{{6}}(?![0-9])|{_CODE})(?![0-9A-Za-z])",
    re.I,
).finditer
"""Finds the number of a person's document, behind a word for one."""

_FORM_ABROAD: Final = re.compile(
    r"(?<![0-9A-Za-z.\-])(?:[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-(?:(?P<korean>[1-8][0-9]{6})|[01][0-9]-[0-9]{4})"
    r"|[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|784-[12][0-9]{3}-[0-9]{7}-[0-9])"
    r"(?![0-9A-Za-z]|[.\-][0-9])"
).finditer
"""Finds identity numbers of Korea, Malaysia, Thailand, Brazil and the Emirates in their usual groups."""
_hangul: Final = re.compile("[\uac00-\ud7a3]").search

_ISLAND: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z](?:[1289][0-9]{8}(?![0-9A-Za-z])|[A-Z]?[0-9]{6}[(（][0-9A][)）])")
"""Finds an identity number of Taiwan, or one of Hong Kong with its check digit in brackets."""
_LETTERS_OF_TAIWAN: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""The letters of identity numbers of Taiwan in the order of their values, from 10 on."""

_MACHINE_LINE: Final = re.compile(
    r"(?<![A-Z0-9<])(?:[PIACV][A-Z<][A-Z]{3}[A-Z]{1,36}<<[A-Z<]{0,38}"
    r"|[A-Z0-9<]{9}[0-9][A-Z<]{3}[0-9]{7}[MFX<][0-9]{7}[A-Z0-9<]{1,16})(?![A-Z0-9<])"
)
"""Finds the machine-readable lines of a passport (ICAO 9303): name; number, date of birth and expiry."""

_CARD: Final = re.compile(
    r"(?<![0-9])(?:[2-69]\d{12,18}|(?<!\d[ \-])[2-69]\d{3}(?:[ \-]\d{4}){2}[ \-]\d{1,7}(?:[ \-]\d{1,3})?"
    r"|(?<!\d[ \-])3\d{3}[ \-]\d{6}[ \-]\d{4,5}|(?<!\d[ \-])[2-69]\d{5}[ \-]\d{10,13})(?![0-9Xx]|[ \-]\d{4})"
)
_ISSUERS: Final = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5\d{15}(?:\d{3})?|6\d{15,18}|9\d{15,18}|2[2-7]\d{14}|3[47]\d{13}|35\d{14}|3[0689]\d{12}"
)
"""Matches first digits and lengths of cards. Other numbers are orders, even with a right check digit."""

_IBAN_LENGTHS: Final = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
    for country in countries.split()
}
"""ISO 13616: the characters of a bank account's number, by country."""
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2}").finditer
_IBANS: Final = {
    length: re.compile(rf"[A-Z]{{2}}[0-9]{{2}}(?:[ -]?[A-Z0-9]){{{length - 4}}}(?![A-Za-z0-9])").match
    for length in _IBAN_LENGTHS.values()
}
_LEAST_OF_SURE_IBAN: Final = 18
"""A shorter one behind an order's word may be the order's number: NO and 13 digits."""
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_CITIZEN_LENGTH: Final = 18

_DOMAIN: Final = re.compile(
    r"@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,8}|@[^\W_]{1,30}(?:[.。．][^\W_]{1,30}){1,4}"
)
_LOCAL: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'")
_MAX_LOCAL_LENGTH: Final = 64
"""The longest part of an e-mail address before the @ (RFC 5321)."""
_SAID_CARD: Final = re.compile(
    r"(?:卡号|卡號|银行卡|銀行卡|储蓄卡|信用卡|借记卡|账号|賬號|帐号|账户"
    r"|card(?: no\.?| number)?|account(?: no\.?| number)?)"
    r"(?:号码|号|號)?(?:是|为|為| is)?[ :#.]{0,4}(?P<card>[0-9](?:[ \-]?[0-9]){11,20})(?![0-9A-Za-z])",
    re.I,
).finditer
_SAID_CITIZEN: Final = re.compile(
    r"(?:身份证|身份證|身分證|证件)(?:号码|號碼|号|號)?(?:是|为|為)?[ :#.]{0,4}"
    r"(?P<citizen>[0-9](?:[ \-]?[0-9]){13,16}[ \-]?[0-9Xx])(?![0-9A-Za-z])"
).finditer

_MANY_DIGITS: Final = re.compile(r"[0-9](?:[ \-]{0,2}[0-9]){11}").search
"""Finds as many digits as the shortest card has."""
_BEHIND_ID: Final = r"(?<![A-Za-z])id(?: ?(?:no\.?|number))?[ :.#]{0,3}(?:chn)?$"
_THINGS: Final = (
    "batch booking case consignment contract invoice item job order package parcel payment product reference refund"
    " return shipment ticket tracking trade transaction waybill"
)
_ID_OF_NO_THING: Final = re.compile(
    "".join(rf"(?<!{word}[ _\-])" for word in _THINGS.split()) + "(?<![单單])(?<![^证證]件)" + _BEHIND_ID, re.I
).search
"""Finds "ID" before a card or identity number, not that of an order: one in ten orders has a right check digit."""
_IS_MODEL: Final = re.compile("(?:[型款批机]号|[型款批機]號|规格|規格|料号|sku|model|part)[ :：#]{0,3}$", re.I).search
_LONGEST_MODEL: Final = 8
_EXPONENT: Final = re.compile(
    r"[1-8](?<![0-9A-Za-z.].)\.(?:(?<=1\.)[3-9]\d{4,9}E\+?10|(?<=8\.)61[3-9]\d{2,9}E\+?12"
    r"|\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d{1,5}E\+?17)(?![0-9A-Za-z.])",
    re.I,
)
"""Finds a mobile or identity number as spreadsheets write large numbers: 1.3812345678E+10."""
_ACCOUNT_WORDS: Final = (
    r"(?:微信|薇信|威信|徽信|微信号|vx|v信|wx|weixin|wechat|qq|扣扣|(?:open|union)[_\- ]?id"
    r"|支付宝|支付寶|旺旺|抖音|快手|小红书|闲鱼|閒魚|咸鱼|钉钉|釘釘|飞书|飛書|微博|陌陌|电报|電報"
    r"|(?:淘宝|淘寶|天猫|京东|京東|拼多多|得物|转转)(?=[ \t]?(?:账号|帐号|賬號|帳號|用户名|会员名|昵称|id))"
    r"|[➕＋十]v|(?:v|tg|q|ig|fb)(?=[:： ]{1,3}@?[A-Za-z0-9_.\-]{0,39}[0-9_])(?=[:：]|[: ：]{0,2}@)"
    r"|(?-i:LINE)(?=[:：][ ]?(?-i:[a-z]))|facebook"
    r"|whatsapp(?: me)?(?: at| on)?|telegram|skype"
    r"|instagram|kakao(?:talk)?|(?<!order )(?<!item )line(?= ?id\W{1,3}[a-z])|加[vq]|\+v|企鹅|企鵝)"
)
_ACCOUNT_BEGINS: Final = "微薇威徽vwqoustlfikg扣支旺抖快小闲閒咸钉釘飞飛陌电電淘天京拼得转➕＋十加+企"
_ACCOUNT: Final = re.compile(
    rf"(?=[{_ACCOUNT_BEGINS}])(?:(?<![A-Za-z0-9]){_ACCOUNT_WORDS}"
    r"(?:[ \t]?(?:id|账号|帐号|帳號|賬號|用户名|会员名|昵称|号码|號碼|号|號|名))?"
    r"(?:是|为|為|加|搜|联系|聯繫|添加|沟通)?"
    r"(?:[ \t]{0,2}[:：=][ \t]{0,2}(?:(?=[A-Za-z0-9_\-]{0,39}[0-9_])|(?=[A-Za-z\-]{5}))"
    r"|(?<=[\u4e00-\u9fff])(?=[A-Za-z]{6}|[A-Za-z_\-]{0,30}[0-9_])|[ \t]{1,2}(?=[A-Za-z_\-]{0,30}[0-9_])|(?=[0-9])"
    r"|[ \t:：]{0,2}@)"
    r"(?P<account>[A-Za-z0-9][A-Za-z0-9_\-]{4,40})(?![A-Za-z0-9])|(?<![A-Za-z0-9])(?P<wxid>wxid_[A-Za-z0-9_\-]{4,40}))",
    re.I,
)
"""Finds an account of a chat or a shop, behind a word for one."""
_SECRET: Final = re.compile(
    r"(?:[密口][码碼令](?<![取提][件货貨]..)(?<![开開箱]柜..)[锁鎖]?"
    r"|[门門](?:[禁锁鎖](?:号码|號碼|[码碼号號卡])?|[码碼]|[铃鈴]?[按输輸摁]入?|(?=\s?[0-9]{3,8}[#＃]))"
    r"|[锁鎖](?<=[能纹紋子盗盜].)|[账帐賬帳][号號户戶](?<!月[结結]..)|[登用会會][录陆錄陸户戶员員]名)"
    r"(?:是|为|為|改[成为為])?[ \t]{0,2}[:：=]?[ \t]{0,2}[#＃]?"
    r"(?:(?=[0-9]{3})|(?<![锁鎖禁卡])(?<![锁鎖禁卡][ \t])(?<![锁鎖禁卡][ \t]{2})(?=[A-Za-z0-9_@.\-]{0,39}[0-9])"
    r"|(?=[A-Za-z][0-9]{3,8}[#＃])|(?<=[:：=是为為])(?=[A-Za-z]{5}))"
    r"(?P<secret>[A-Za-z0-9][A-Za-z0-9_@.\-]{2,39})(?![A-Za-z0-9年月日款型元块塊位寸分个個次把种種台套件张張万千百折不]|[锁鎖][体體])"
)
"""Finds the code of a door, or a login or password, behind a word for one, but no code to pick up a parcel."""
_may_say_entrance: Final = Expression(part_of_entrance()).search
_entrance: Final = Expression(
    rf"(?:{says_entrance()})(?: (?:is|es|est|ist|é|è)(?![^\W\d_])|[은는はが是为為])?[ :：#＃=*.\-]{{0,4}}"
    r"(?P<secret>(?=(?:[A-ZА-Я]{0,3}[0-9]){3})[0-9A-ZА-Я]{3,12})"
    r"(?![0-9A-ZА-Я]|[.,:/\-][0-9]|[ ]?[年月日円년월일원층호])",
    re.I,
).finditer
"""Finds the code that opens a door, behind a word for it in other languages than Chinese: at least three digits."""
_IS_PARCEL: Final = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}").fullmatch
"""Matches a parcel's number in the format of postal services, which may begin with VX."""
_PLATE: Final = re.compile(
    r"[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊](?<![A-Za-z0-9].)"
    r"(?:[A-HJ-NP-Z][ ·•.\-]?"
    r"(?=[A-HJ-NP-Z0-9]{0,4}[0-9][A-HJ-NP-Z0-9]{0,4}(?:[^A-Za-z0-9]|$)|[0-9]{4}[挂掛学學警港澳])[A-HJ-NP-Z0-9]{4}(?:[A-HJ-NP-Z0-9]{1,2}|[挂掛学學警港澳])(?![A-Za-z0-9])"
    r"|(?:(?<=[车車]牌.)|(?<=[车車]牌[号號:： ].)|(?<=[车車]牌[号號][:： 是].))[A-Z][A-Z0-9]{5,6}(?![A-Za-z0-9])"
    r"|[A-HJ-NP-Za-hj-np-z] ?[0-9]{2} [0-9]{3}(?![A-Za-z0-9])|[Ａ-Ｚ][０-９Ａ-Ｚ]{5,6}(?![０-９Ａ-Ｚ])"
    r"|[a-hj-np-z](?:[0-9]{5}|[a-hj-np-z][0-9]{4,5}|[0-9]{4}[a-hj-np-z])(?![A-Za-z0-9]))"
)
"""Finds a licence plate (GA 36-2018). Plates of new energy vehicles have one character more."""
account_in = _ACCOUNT.search
plate_in, machine_line_in = _PLATE.search, _MACHINE_LINE.search
"""Find the first plate or machine-readable line of a text. Like accounts, these need no digits in a row."""


def secrets_in(text: str) -> Iterator[Span]:
    """Yield the spans of logins, passwords and the codes of doors, behind a word for them."""
    for match in _SECRET.finditer(text):
        yield match.span("secret")
    if _may_say_entrance(text.lower()):
        for match in _entrance(text):
            yield match.span("secret")


def identities_in(text: str, orders: Orders) -> list[Span]:
    """Return the spans of what identifies a person, by its form or a word, in any order, without numbers of orders."""
    found: list[Span] = []
    if _MANY_DIGITS(text):
        for find in (find_citizens, find_cards):
            found += [
                span for span in find(text) if not orders.touch(span) or _ID_OF_NO_THING(text, span[0] - 20, span[0])
            ]
        found += [match.span(match.lastgroup or 0) for said in (_SAID_CARD, _SAID_CITIZEN) for match in said(text)]
    found += [span for span in find_ibans(text) if span[1] - span[0] >= _LEAST_OF_SURE_IBAN or not orders.touch(span)]
    for match in _ISLAND.finditer(text):
        start, end = match.span()
        is_model = _IS_MODEL(text, start - _LONGEST_MODEL, start)
        if _is_islander(match[0]) and not orders.touch((start, end)) and not is_model:
            found.append((start, end))
    found += [match.span() for form in (_PLATE, _EXPONENT) for match in form.finditer(text)]
    if "@" in text:
        found += find_emails(text)
    found += documents_in(text)
    if "-" in text:
        found += [
            match.span()
            for match in _FORM_ABROAD(text)
            if not orders.touch(match.span()) and (match["korean"] is None or _hangul(text))
        ]
    if "<<" in text:
        found += [match.span() for match in _MACHINE_LINE.finditer(text)]
    return found


def documents_in(text: str) -> list[Span]:
    """Return the spans of numbers of documents behind a word for one."""
    return [match.span("document") for match in _documents(text)] if _may_say_document(text) else []


def accounts_in(text: str, orders: Orders) -> Iterator[Span]:
    """Return the spans of accounts and of secrets. What begins like an account may be the number of a parcel."""
    yield from secrets_in(text)
    spans = (match.span(match.lastgroup or 0) for match in _ACCOUNT.finditer(text))
    for span in spans:
        if not (_IS_PARCEL(text, span[0] - 2, span[1]) and orders.touch(span)):
            yield span


def find_citizens(text: str) -> Iterator[Span]:
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


def find_cards(text: str) -> Iterator[Span]:
    """Return the spans of the bank cards in a text."""
    spans = (match.span() for match in _CARD.finditer(text) if _is_card(match[0]))
    return (span for span in spans if not is_in_code(text, *span))


def find_ibans(text: str) -> Iterator[Span]:
    """Return the spans of numbers of bank accounts in a text, told by the length and the check of their country."""
    for begin in _IBAN(text):
        length = _IBAN_LENGTHS.get(begin[0][:2])
        match = _IBANS[length](text, begin.start()) if length else None
        if match is not None:
            number = _solid(match[0])
            if int("".join([str(int(char, 36)) for char in number[4:] + number[:4]])) % 97 == 1:
                yield match.span()


def find_emails(text: str) -> Iterator[Span]:
    """Yield the spans of the e-mail addresses in a text."""
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
    """Whether the check digit of an identity number of Taiwan or Hong Kong is right."""
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
