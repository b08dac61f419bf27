"""Tells whether a text or a line of it has an address with a house and a room, unit or floor.

`foreign_lines` finds foreign addresses that are a whole line of a text: Damrak 16-9, Amsterdam. In such a line, the
place of a number says that it is a unit's, as in an address field. In a sentence it does not.
"""

import re
from collections.abc import Iterator
from typing import Final

from masking_service.masking.addresses.foreign.unit_numbers import SHORT_WORD
from masking_service.masking.words.alternatives import any_of, only_at
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words, numbers_in_words

_NUMBER: Final = "[0-9０-９*A-Za-z零一二三四五六七八九十]"
_ROOMS: Final = "室元栋棟幢座楼樓户戶层層"
_PLACES: Final = "路街道巷弄村镇鎮乡鄉苑園园城庄莊里湾灣区區厦廈寓场場心院"
_TOWNS: Final = "省市区區县縣镇鎮路街道巷弄村苑园園城湾灣"
_HOUSE_AND_ROOM: Final = re.compile(
    rf"[{_PLACES}][^，,;；。\n]{{0,16}}?{_NUMBER}{{1,5}}"
    rf"(?:(?:号楼|號樓|号|號|弄|栋|棟|幢|座)[^，;；。\n]{{0,20}}?{_NUMBER}{{1,6}}[室户戶]"
    rf"|(?:号楼|號樓|号|號|弄|栋|棟|幢|座)[^，;；。\n]{{0,12}}?{_NUMBER}{{1,3}}(?:单元|單元)"
    rf"|(?:号楼|號樓|栋|棟|幢|座)[- ]?{_NUMBER}{{2,5}}(?![0-9]))"
    rf"|{_NUMBER}{{1,3}}(?:号楼|號樓|栋|棟|幢|座){_NUMBER}{{1,3}}(?:单元|單元){_NUMBER}{{2,6}}"
    r"|[\u4e00-\u9fff]{2}[0-9]{1,3}(?:号楼|號樓|栋|棟|幢|座)-?[A-Z]?[0-9*]{3,4}(?![0-9])"
    rf"|[{_TOWNS}][^，,;；。\n]{{1,24}}?(?:(?<![0-9])[0-9*]{{1,3}}-[0-9*]{{1,3}}-[0-9*]{{2,4}}(?![0-9-])"
    rf"|(?:号楼|號樓|栋|棟|幢|座|#)-?[A-Z]?[0-9*]{{2,4}}(?![0-9])|[号號市场場城][0-9一二三四五六七八九十*]{{1,3}}(?:[楼樓层層]|F(?![A-Za-z]))"
    rf"|[厦廈场場心][A-Z][0-9*]{{2,4}}(?![0-9]))"
    rf"|[\u4e00-\u9fff]{{2}}(?:广场|廣場|大厦|大廈|中心|商场|商場|公寓|花园|花園|小区|小區|大楼|大樓|写字楼|科技园)"
    rf"{_NUMBER}{{0,3}}[座栋幢区區]?[0-9０-９*一二三四五六七八九十]{{1,4}}[楼樓层層室]"
).search
_ROOM_SIGN: Final = re.compile(
    only_at(rf"{_ROOMS}#F\-厦廈场場心", f"[{_ROOMS}#]|(?<=[0-9*])F|-[0-9*]|[厦廈场場心][A-Z]")
).search
_LATIN_SIGN: Final = re.compile("#|Apt|apt|APT|Unit|unit|UNIT|Suite|SUITE|Ste|Flat|Room").search
_STREET_AND_ROOM: Final = re.compile(
    r"\d{1,5}[A-Za-z]? [A-Z][\w.' ]{1,40}\b(?:St|Street|Rd|Road|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Boulevard|Ct|Court|Way"
    r"|Pl|Place|Hwy|Pkwy)\b\.?,?[^\n]{0,40}?(?:\b(?:apt|unit|suite|ste|flat|room)\b\.?|\#)\s?\#?[0-9A-Z]",
    re.I,
).search


_PLACE_OR_ROOM: Final = re.compile(
    only_at(
        f"{_PLACES}{_TOWNS}0-9",
        rf"(?<=[\u4e00-\u9fff]{{2}})[{_PLACES}{_TOWNS}][\u4e00-\u9fff0-9A-Za-z*]|(?<![0-9-])[0-9]{{1,3}}-[0-9]{{1,3}}(?:-[0-9]{{2,4}})?(?![0-9-])",
    )
).search


def may_be_address(text: str) -> bool:
    """Whether a text, in which a phone was found, has anything that an address has."""
    return _PLACE_OR_ROOM(text) is not None


_LEAD: Final = (
    "(?:[\u4e00-\u9fff]{0,8}?(?:地址|地点|[送寄发改派退投运换搬拿转放][货件]?(?:到|至|往|去|在)|[住位]在)"
    "(?:应?该?[是为改成到至]{1,2})?)?+[ ,，:：]{0,3}+"
)
"""What may be in front of an address in its clause: 麻烦送到, 收货地址改为."""
_IN_LINE: Final = r"[\u4e00-\u9fff0-9A-Za-z_\-/#＃·.、—~?？（）()\[\]【】=+＋ ]"
_CLAUSE_ENDS: Final = "(?=$|~~|[，,。；;！!])"
_NO_ADDRESS: Final = (
    "[的了吗呢吧啊我你您他她们谢]|[揽签]收|派[送件]|转运|到达|离开|发往|快[件递]员?|包裹|订单|[运单编型]号|取件|验证码|不[要用在]|优惠|满[0-9]|[0-9]减"
    "|[买送第][0-9]|小时|分钟|批次|规格|尺[寸码]|[0-9](?:[元块角件个只箱盒包袋瓶斤克千年月日点时分秒人名位份套台条张双对次万亿折度岁届班片两桶寸米版款](?!店)|公[斤克里]"
    "|(?:ml|g|kg|cm|mm|m|ML|KG|(?<![厦廈座楼樓寓][0-9])(?<![厦廈座楼樓寓][0-9]{2})[LG])(?![0-9A-Za-z]))"
)
"""Words, and quantities of something, that lines without an address have."""
_REGION: Final = (
    "(?:中国)?(?:[\u4e00-\u9fff]{1,6}?(?:省|市(?<![超城都夜门股上]市)(?![场面民价值])|[区區](?<![小社园地校厂库景战]区)(?![块域别间])"
    "|[县縣](?!城)|[镇鎮](?!江)|[乡鄉](?!村)|街道))"
)
_HOUSES: Final = "路街道巷弄村庄组园苑庭府邸城场厦心寓楼栋棟幢座号號期区區院店口室层層"
_ROAD_WITH_HOUSE: Final = r"[\u4e00-\u9fff]{1,12}[路街道巷弄] ?[0-9]{1,5}+[号號弄]?"
_SITE: Final = (
    "(?:[花公家庄校学件业技创]园|[花家]園|[小社园区][区區]|苑|庭|公寓|山庄|新村|城|市场|商厦|广场|大厦|中心|大楼|宿舍"
    "|酒店(?:[\u4e00-\u9fff]{1,6}店)?|宾馆|客栈|民宿|[一二三四五六七八九][区期])"
    "(?:[A-Za-z0-9一二三四五六七八九十东西南北]{1,3}(?:[号號]?[门門]|[区區期楼樓街排层層栋棟座])){0,4}"
)
_CODE: Final = (
    r"(?:[A-Za-z]{0,2}[0-9]{3,5}(?![0-9])|[A-Za-z]?[0-9]{1,3}[A-Za-z]?(?:[-_/~—.一][0-9A-Za-z]{1,4})+"
    r"|[0-9]{1,3}[号號 ][A-Z]?[0-9]{3,4}(?![0-9])|[0-9]{1,2}[A-Z](?=$|[\s,，。;；（(室房]))(?![馆卡路厅桌摊出])"
)
_DIGIT: Final = "[0-9〇零一二三四五六七八九十壹贰叁肆伍陆柒捌玖]"
_HOUSE: Final = rf"(?:{_DIGIT}{{1,3}}(?:号楼|號樓|[栋棟幢])|[A-Za-z][座栋棟幢])"
_PLACE_SIGN: Final = re.compile(
    "[省市区區县縣镇鎮乡鄉街道路巷弄园園苑庭寓庄村城场厦心楼樓舍店馆栈宿栋棟幢座期](?<!(?<![一二三四五六七八九])期)"
).search
"""Finds a character that regions, roads, estates and houses end with."""
_ADDRESS_LINE: Final = Expression(
    rf"(?:^|(?<=[，,。；;！!?？])){_LEAD}(?=[\u4e00-\u9fff]{{2}})(?![^\n，,。；;！!]{{0,64}}?(?:{_NO_ADDRESS}))"
    rf"(?={_REGION}{_IN_LINE}{{0,48}}?(?:[{_HOUSES}][ _\-]?[A-Za-z]{{0,2}}[0-9]|[\u4e00-\u9fff]{_CODE})"
    rf"|{_ROAD_WITH_HOUSE}{_IN_LINE}{{0,24}}?[0-9〇零一二三四五六七八九]"
    rf"|[\u4e00-\u9fff]{{1,16}}?(?:{_SITE}[A-Za-z]?[ _\-]?{_CODE}|{_HOUSE}[ #＃第\-—/·]{{0,3}}[A-Za-z]?{_DIGIT}))"
    rf"{_IN_LINE}{{4,64}}{_CLAUSE_ENDS}",
    re.M,
).search
"""Matches a clause that is an address: it begins with a region, road or estate, and holds nothing else."""


def may_hold_address(text: str) -> bool:
    """Whether a text, or one of its lines, has an address with a house and a room in it."""
    return start_of_addresses(text) is not None


def start_of_addresses(text: str) -> int | None:
    """Return from where on a text is read as an address: 0, or its first clause that is one; None without any."""
    if _ROOM_SIGN(text) and _HOUSE_AND_ROOM(text):
        return 0
    line = _ADDRESS_LINE(text) if _PLACE_SIGN(text) else None
    if _LATIN_SIGN(text) is not None and _STREET_AND_ROOM(text) is not None:
        return 0
    return None if line is None else line.start()


_UNIT_WORD: Final = (
    "apts?|apartments?|appartements?|appt|apartamento|apto|depto|flat|flt|suite|ste|unit|room|rm|wohnung|whg|lgh|byt|stan|lok"
    "|penthouse|ph|dorm|floor|fl|flr|level|lvl|piso|[ée]tage|quarto|bell|buzzer|intercom|door|кв|квартира|подъезд|этаж"
    "|dpto|interno|interior|int(?=\\.)|scala|piano|porte|bo[iî]te|bte|leilighet|leil|íbúð|stanovanje|lakás|ajtó|daire"
    "|kat(?=:|[ ][0-9]{1,2}(?:,| No| D))"
    "|căn(?: hộ)?|phòng|tầng|lầu|lantai|tür|stiege|andar|conj|office(?= [0-9]{3})|oficina|puerta|esc(?=\\.)"
    "|ap(?=\\.)|sc(?=\\.)|et(?=\\.)|lt(?=\\. ?[0-9])|dto(?=\\. ?[0-9])|scara|dveře|dv(?=\\. ?[0-9č])|vchod|č\\. bytu"
)
_BEHIND_FLOOR: Final = (
    "og|stock|[ée]tage|obergeschoss|sal|em|tr|patro|kat|sprat|andar|planta|piso|esq|dto|dcha|izq|izda|tv|th|mf|nadstropje"
    "|poschodie|verdieping|piano|etasje|etg|våning|posch"
)
_UNIT_WORD_OF_SCRIPTS: Final = (
    "διαμέρισμα|διαμ|όροφος|офис|оф|ап|стан|комната|комн|пәтер|բն|բնակարան|דירה|דירת|קומה"
    "|شقة(?: رقم)?|شقه|واحد|غرفة|الطابق|الدور|طبقه"
    "|ห้อง(?:เลขที่)?|ชั้น|ফ্ল্যাট|রুম|ბინა|სართული"
)
"""Words for units in other scripts that are hardly ever anything else before a number."""
_LATIN_UNIT: Final = Expression(
    rf"(?<![\w*])(?:{_UNIT_WORD})\b\.?(?: ?(?:no|nr|number|č|№)\b\.?)?(?: ?: ?| ?)(?:\# ?)?"
    r"(?![0-9]{1,4} ?(?:kg|g|ml|l|mm|cm|lb|oz|pcs?)\b)(?:[A-Z]?-?[0-9]|[A-Z]\b)"
    r"|(?<![\w*/.%])[0-9]{1,3}(?:/F\b|(?:st|nd|rd|th) (?:floor|fl)\b)"
    rf"|(?<![\w*/.%])[0-9]{{1,2}}(?:[.ºª°]{{1,2}}(?:o|er?)? ?(?:{_BEHIND_FLOOR})\b|[ºª] ?(?:[A-Z]\b|[0-9]{{1,2}}ª)"
    r"|(?:e|ème|er) étage|e verdieping|ος όροφος)"
    r"|\bH0[0-9]{3}\b"
    r"|(?<![\w*])(?:ground|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|top|upper|lower|basement)"
    r"[ -](?:floor|flat)\b"
    rf"|(?<![\w*])(?:{_UNIT_WORD_OF_SCRIPTS})\.?[ :]{{0,2}}(?:[\u0391-\u03a9]?[0-9\u0660-\u0669\u06f0-\u06f9])"
    "|[0-9][층호]",
    re.I,
).search


_LETTER: Final = re.compile("[A-Za-z\u0370-\u04ff\u0530-\u06ff\u0e00-\u0e7f\u10a0-\u10ff\uac00-\ud7a3]").search


def may_hold_latin_units(text: str) -> bool:
    """Whether a text or line has a Latin word for a unit or floor beside a number, or is an address abroad."""
    return _LETTER(text) is not None and (_LATIN_UNIT(text) is not None or any(foreign_lines(text)))


_BEHIND: Final = (
    "street st road rd avenue ave lane ln drive dr boulevard blvd court ct way place pl terrace quay"
    " crescent close walk parade highway hwy sokak sok caddesi cad bulvarı bulv mahallesi mah utca út"
    " tér körút krt tie gate gata väg vägen"
)
"""Words for streets, behind the name or before it."""
_BEFORE: Final = (
    "rue av avenida avda boul chemin allée quai impasse via viale corso piazza largo calle carrer"
    " paseo plaza rua travessa praça alameda ul ulica al aleja aleje os osiedle str strada calea"
    " aleea bd bulevardul jl jalan jln lorong persiaran đường phố ngõ ул улица вул вулиця просп"
    " проспект пр бул бульвар пер переулок шоссе наб площадь soi thanon ถนน ถ ซอย شارع طريق רחוב"
    " שדרות"
)
_AT_END: Final = (
    "straße strasse str gasse allee weg zeile platz damm ufer ring steig gatan gata vägen väg gade vej alle"
    " veien vegen gate straat laan plein gracht kade singel dijk katu tie kuja polku bulevardi"
)
"""Ends of names of streets."""
_NO_ROADS: Final = (
    r"(?!(?:referen|garan|informa|loca|reserva|produc|organisa|vakan|poli|instruc|installa|reclama|specifica)tie(?!\w))"
)
"""Part of a regular expression that excludes Dutch words with the ending of Finnish roads."""
_STREET: Final = Expression(
    rf"(?<![\w*])(?:{any_of(f'{_BEHIND} {_BEFORE}'.split())})(?!\w)"
    rf"|\b{_NO_ROADS}[^\W\d_]{{0,24}}(?:{any_of(_AT_END.split())})(?!\w)"
    r"|\bu\. ?[0-9]|, ?(?:[A-Z]{1,2}-)?[0-9]{4,6},? (?-i:[A-ZÀ-Ž][a-zà-ž])",
    re.I,
).search
_PARTICLES: Final = frozenset(
    (
        "the of de del la las los le les el lo du des da do das dos di della dei van der den den het ten"
        " ter von vom zum zur am an upon by and och og und et con nad pod im cum č nr no num bus"
    ).split()
)
"""Small words in names of streets and before numbers; a `bus` is a letter box in Belgium."""
_OF_SENTENCES: Final = frozenset("to in on at or if is it my we us by go up so me he be".split())
"""Short words that addresses do not have. Other short words may be abbreviations: d. кв. m."""
_LINE: Final = re.compile(r"[^\n]+").finditer
_HAS_HAN: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]").search
_HAS_DIGIT: Final = re.compile("[0-9]").search
_WORDS: Final = re.compile(r"[^\W\d_]+").findall
_IN_SENTENCES: Final = re.compile(r"[?!=<>{}]|[0-9]:[0-9]|\.\s[^\W\d_]{4,}\s[^\W\d_]{4,}\s[^\W\d_]{4,}").search
_LONGEST: Final = 120
_MAX_WORDS: Final = 16


def foreign_lines(text: str) -> Iterator[tuple[int, int]]:
    """Return the spans of the lines of a text that are a foreign address and nothing else."""
    return (line.span() for line in _LINE(text) if _is_address(line[0]))


def _is_address(line: str) -> bool:
    """Whether a line has a word for a street and a number, and no words of a sentence."""
    if (
        len(line) > _LONGEST
        or _HAS_DIGIT(line) is None
        or _HAS_HAN(line)
        or _IN_SENTENCES(line)
        or _STREET(line) is None
    ):
        return False
    found = _WORDS(line)
    return len(found) <= _MAX_WORDS and all(map(_may_be_in_address, found))


def _may_be_in_address(word: str) -> bool:
    """Whether a word is part of a name, or is one that addresses have beside names."""
    low = word.lower()
    return (
        not word[0].islower()
        or (len(word) <= SHORT_WORD and low not in _OF_SENTENCES)
        or low in _PARTICLES
        or low in MARKS
        or low in kinds_of_words()
        or low in numbers_in_words()
        or _STREET(word) is not None
    )
