"""Guesses what a cell of an unmapped column holds, so that the user can be asked. It masks nothing.

Phones, identity numbers, e-mail addresses and bank cards are found by the scanner of texts. Names and addresses can
only be guessed: a whole column that looks like them is reason enough to ask, a single cell among many is not.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.effort import unpaid
from masking_service.masking.members.member_names import NEUTRAL
from masking_service.masking.names.bare_names import names_beside_phones
from masking_service.masking.numbers.numbers_in_text import scrub
from masking_service.masking.texts.labels import labelled_values
from masking_service.masking.words.family_names import DOUBLE_FAMILY_NAMES, FAMILY_NAMES

_HAN_NAME: Final = re.compile(
    rf"(?:[{FAMILY_NAMES}][\u3400-\u9fff]{{1,2}}|[\u3400-\u9fff]{{2,8}}[·•．][\u3400-\u9fff]{{1,8}})(?:先生|女士|小姐)?"
)
_DOUBLE_NAME: Final = re.compile(rf"(?:{'|'.join(sorted(DOUBLE_FAMILY_NAMES))})[\u3400-\u9fff]{{1,2}}")
_TITLED: Final = re.compile(rf"[{FAMILY_NAMES}](?:先生|女士|小姐|太太|总|老师|师傅)")
_LATIN_NAME: Final = re.compile(r"(?:Mr|Mrs|Ms|Dr)?\.? ?[A-Z][a-z'’-]+(?: [A-Z]\.?| [A-Z][A-Za-z'’-]+){1,3}")
_ORGANISATION: Final = re.compile(
    r".{2,}(?:公司|工厂|厂|商行|经营部|商店|合作社|事务所|Ltd\.?|Limited|GmbH|Inc\.?|LLC)", re.IGNORECASE
)
_ADMINISTRATIVE: Final = re.compile(r".+[省市区县州盟旗镇乡]")
_HAN_ADDRESS: Final = re.compile(
    r"[\u3400-\u9fff]{2,}.*(?:路|街|道|巷|弄|胡同|大街|村|组|小区|花园|大厦|广场|苑|号院|园区|镇|乡).*[0-9０-９一二三四五六七八九十]"
    r"|[0-9０-９一二三四五六七八九十]+(?:号楼|栋|幢|座|单元|室|弄)"
    r"|[\u3400-\u9fff]{2,}(?:省|市|自治区)[\u3400-\u9fff]{1,}(?:市|区|县|州)[\u3400-\u9fff0-9]+"
)
_LATIN_ADDRESS: Final = re.compile(
    r"\d+[A-Za-z]?[ ,].*\b(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Hwy)\b"
    r"|\b(?:Apt|Unit|Flat|Suite|Room|Floor)\b\.? ?#?[0-9A-Z]"
    r"|\b(?:straße|strasse|str\.|rue|via|calle)\b.*\d",
    re.IGNORECASE,
)
_PHONES_ALONE: Final = re.compile(r"[\d０-９\s+()（）\-*—/／、,，;；.]+(?:转|ext\.?|x)?[\d０-９]*", re.IGNORECASE)


def found_kind(cell: str) -> str | None:
    """Return the kind that hides what the scanner or a label finds in a cell; None if there is nothing."""
    shown = scrub(cell)
    if shown is cell:
        return "party" if labelled_values(cell, NEUTRAL, unpaid) else None
    if _PHONES_ALONE.fullmatch(cell):
        return "phone" if sum(map(str.isdigit, cell)) < _CARD_DIGITS else "secret"
    if "@" in cell and " " not in cell.strip():
        return "email"
    named = _starts_with_name(cell) or any(names_beside_phones(shown))
    return "party" if named or looks_like_address(cell) else "text"


_CARD_DIGITS: Final = 15


def guessed_kind(cell: str) -> str | None:
    """``name`` or ``address`` where a cell looks like one."""
    cell = cell.strip()
    if cell.isascii() and cell.isalnum() and cell[-1].isdigit():
        return None  # the number of a thing, at a hundredth of what the patterns cost
    if looks_like_address(cell):
        return "address"
    return "name" if looks_like_name(cell) else None


def looks_like_name(cell: str) -> bool:
    """Whether the cell could be a person's or an organisation's name."""
    if _ADMINISTRATIVE.fullmatch(cell):
        return False
    names = (_HAN_NAME, _DOUBLE_NAME, _TITLED, _LATIN_NAME, _ORGANISATION)
    return any(pattern.fullmatch(cell) for pattern in names)


def looks_like_address(cell: str) -> bool:
    return len(cell) > _SHORTEST_ADDRESS and bool(_HAN_ADDRESS.search(cell) or _LATIN_ADDRESS.search(cell))


_SHORTEST_ADDRESS: Final = 4


def _starts_with_name(cell: str) -> bool:
    return any(looks_like_name(part) for part in re.split(r"[\s,，;；、/|]+", cell.strip()) if part)
