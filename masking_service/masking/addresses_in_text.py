"""Tells whether a text, or one of its lines, has an address with a house and a room, unit or floor in it."""

from __future__ import annotations

import re
from typing import Final

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
_ROOM_SIGN: Final = re.compile(f"[{_ROOMS}#]|[0-9*]F|-[0-9*]|[厦廈场場心][A-Z]").search
_LATIN_SIGN: Final = re.compile(r"#|(?:Apt|apt|APT|Unit|unit|UNIT|Suite|SUITE|Ste|Flat|Room)").search
_STREET_AND_ROOM: Final = re.compile(
    r"\d{1,5}[A-Za-z]? [A-Z][\w.' ]{1,40}\b(?:St|Street|Rd|Road|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Boulevard|Ct|Court|Way"
    r"|Pl|Place|Hwy|Pkwy)\b\.?,?[^\n]{0,40}?(?:\b(?:apt|unit|suite|ste|flat|room)\b\.?|\#)\s?\#?[0-9A-Z]",
    re.I,
).search


_PLACE_OR_ROOM: Final = re.compile(
    rf"[\u4e00-\u9fff]{{2}}[{_PLACES}{_TOWNS}][\u4e00-\u9fff0-9A-Za-z*]|(?<![0-9-])[0-9]{{1,3}}-[0-9]{{1,3}}(?:-[0-9]{{2,4}})?(?![0-9-])"
).search


def may_be_address(text: str) -> bool:
    """Whether a text, in which a phone was found, has anything that an address has."""
    return _PLACE_OR_ROOM(text) is not None


def may_hold_address(text: str) -> bool:
    """Whether a text, or one of its lines, has an address with a house and a room in it."""
    if _ROOM_SIGN(text) and _HOUSE_AND_ROOM(text):
        return True
    return _LATIN_SIGN(text) is not None and _STREET_AND_ROOM(text) is not None


_UNIT_WORD: Final = (
    "apts?|apartments?|appartements?|appt|apartamento|apto|depto|flat|flt|suite|ste|unit|room|rm|wohnung|whg|lgh|byt|stan|lok"
    "|penthouse|ph|dorm|floor|fl|flr|level|lvl|piso|[ée]tage|quarto|bell|buzzer|intercom|door|кв|квартира|подъезд|этаж"
    "|dpto|interno|interior|int(?=\\.)|scala|piano|porte|bo[iî]te|bte|leilighet|leil|íbúð|stanovanje|lakás|ajtó|daire|kat(?=:)"
    "|căn hộ|phòng|tầng|lầu|lantai|tür|stiege|andar|conj|office(?= [0-9]{3})|oficina|puerta|esc(?=\\.)"
    "|ap(?=\\.)|sc(?=\\.)|et(?=\\.)"
)
_BEHIND_FLOOR: Final = (
    "og|stock|[ée]tage|obergeschoss|sal|em|tr|patro|kat|sprat|andar|planta|piso|esq|dto|dcha|izq|izda|tv|th|mf|nadstropje"
    "|poschodie|verdieping|piano"
)
_UNIT_WORD_OF_SCRIPTS: Final = (
    "διαμέρισμα|διαμ|όροφος|офис|оф|ап|стан|комната|комн|пәтер|բն|բնակարան|דירה|דירת|קומה|شقة|شقه|واحد|غرفة|الطابق|الدور|طبقه"
    "|ห้อง|ชั้น|ბინა|სართული"
)
"""Of other scripts those that are hardly anything else before a number."""
_LATIN_UNIT: Final = re.compile(
    rf"(?<![\w*])(?:{_UNIT_WORD})\b\.?(?: ?(?:no|nr|number|№)\b\.?)?[ :]?\#?(?:[A-Z]?-?[0-9]|[A-Z]\b)"
    r"|(?<![\w*/.])[0-9]{1,3}(?:/F\b|(?:st|nd|rd|th) (?:floor|fl)\b)"
    rf"|(?<![\w*/.])[0-9]{{1,2}}(?:[.ºª°]{{1,2}}(?:o|er?)? ?(?:{_BEHIND_FLOOR})\b|[ºª] ?(?:[A-Z]\b|[0-9]{{1,2}}ª)"
    r"|(?:e|ème|er) étage)"
    r"|\bH0[0-9]{3}\b"
    rf"|(?<![\w*])(?:{_UNIT_WORD_OF_SCRIPTS})\.?[ :]{{0,2}}(?:[0-9\u0660-\u0669\u06f0-\u06f9])|[0-9][층호]",
    re.I,
).search


_LETTER: Final = re.compile("[A-Za-z\u0370-\u04ff\u0530-\u06ff\u0e00-\u0e7f\u10a0-\u10ff\uac00-\ud7a3]").search


def may_hold_latin_units(text: str) -> bool:
    """Whether a text, or one of its lines, has a word of an address abroad for a unit or floor at a number."""
    return _LETTER(text) is not None and _LATIN_UNIT(text) is not None
