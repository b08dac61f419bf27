"""Masks strings of a name, a phone and an address in any order, and hides everything else.

A phone is found as in a text. Of the rest, each piece between separators is an address if it has words or numbers of an
address, and a name if it has only letters.
"""

import re
from collections.abc import Callable
from typing import Final

from masking_service.masking.kinds.phone import mask_phone
from masking_service.masking.numbers.numbers_in_text import crowded, cut_out
from masking_service.masking.stars import stars
from masking_service.masking.words.address_words import LATIN_PLACE, PROVINCES
from masking_service.masking.words.legal_forms import HAN_FORMS

Mask = Callable[[str], str]

_MAX_LENGTH: Final = 512
"""Characters of the longest value. A longer one is no name with an address, and is hidden whole."""

_HAN: Final = r"\u3400-\u9fff\uf900-\ufaff"
_LABEL: Final = (
    r"(?:收件|寄件|收货|发货|联系)?(?:人|姓名|名字|电话|手机号?码?|地址|详细地址|名称)"
    r"|(?i:name|tel|phone|mobile|address|addr)"
)
_SLASH: Final = r"/(?!(?:[0-9*]{1,4}|[A-Z])(?![0-9A-Za-z*\-]))"
_STRONG: Final = re.compile(rf"(\s*[,，;；、|\t\r\n]+\s*|(?<![^\W\d_])(?:{_LABEL})\s*[:：]\s*|{_SLASH})")
"""Finds separators of parts. A slash before a short number or one letter belongs to an address (12/F, 301/302)."""
_HAS_HAN: Final = re.compile(f"[{_HAN}]").search
_SPACES: Final = re.compile(r"(\s+)")
_PLACE_WORDS: Final = (
    "省市区區县縣旗州盟镇鎮乡鄉村路街道巷弄号號楼樓栋棟幢座层層室户戶房元园園苑院厦廈场場庄莊里湾灣桥橋站"
)
_IS_PLACE: Final = re.compile(rf"[{_HAN}].*[{_PLACE_WORDS}]|[{_PLACE_WORDS}].*[{_HAN}]", re.S).search
_DISTRICT: Final = re.compile(rf"[{_HAN}]{{2,}}[省市区區县縣]").fullmatch
_NAME_IN_FRONT: Final = re.compile(
    rf"([{_HAN}]{{2,4}}?)(?=(?:{PROVINCES})(?:省|市|自治区|[{_HAN}]{{1,8}}[市区區县縣州]))"
)
_NAME_BEHIND: Final = re.compile(
    rf"(?<=[0-9A-Za-z*室户戶号號楼樓层層座栋棟幢元])(?![0-9A-Za-z*]*[{_PLACE_WORDS}])([{_HAN}]{{2,4}})([(（]?收?[)）]?)$"
)
_LATIN_PLACE: Final = re.compile(rf"(?<![A-Za-z])(?:{LATIN_PLACE})(?![A-Za-z])", re.I).search
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[·•.．。‧・'’()（）\s*-])*").fullmatch
_NUMBERED: Final = re.compile(r"[\d*]").search
_LETTERS: Final = re.compile(r"[^\W\d_]").search
_PHONE_MASK: Final = re.compile(r"[+0-9()\- ]*\*{6,}[0-9]{0,4}(?:-\*+)?").fullmatch
_AREA_CODE: Final = re.compile(r"\(?(?:\+?86[ \-]?)?0[0-9]{2,3}\)?-?").fullmatch
"""Matches an area code in front of a landline that was sent hidden."""
_DIGITS: Final = re.compile(r"[0-9][0-9\- ]{6,}").fullmatch
_MAX_SHORT_NAME_LENGTH: Final = 3


_ROUNDS: Final = 3
"""Rounds of masking. The mask of a part may be masked as another kind: "+1*****" of "+138123" is no phone."""


def mask_party(value: str, keep: int, mask_name: Mask, mask_address: Mask) -> str:
    """Mask each part of a string by its kind. `keep` is how many of a phone's last digits may show, 0 to 4."""
    if not value or value.isspace():
        return value
    if len(value) > _MAX_LENGTH or crowded(value):
        return stars(value)
    for _ in range(_ROUNDS):
        masked = _mask_once(value, keep, mask_name, mask_address)
        if masked == value:
            return value
        value = masked
    return stars(value)


def _mask_once(value: str, keep: int, mask_name: Mask, mask_address: Mask) -> str:
    shown: list[str] = []
    # Without any number, "Road" and "Lane" are family names: the leak guard takes such a value for a name, too.
    numbered = _NUMBERED(value) is not None
    for text, found in cut_out(value, keep):
        shown.append(found if found is not None else _parts(text, keep, mask_name, mask_address, numbered))
    return "".join(shown)


def _parts(text: str, keep: int, mask_name: Mask, mask_address: Mask, numbered: bool) -> str:
    """Mask the text between phones."""
    pieces: list[tuple[str, str]] = []
    for at, chunk in enumerate(_STRONG.split(text)):
        if at % 2:
            pieces.append((chunk, "gap"))
        else:
            pieces += [
                (piece, _kind(piece, numbered)) for piece in (_SPACES.split(chunk) if _HAS_HAN(chunk) else [chunk])
            ]
    masked: list[str] = []
    address: list[str] = []
    for piece, kind in pieces:
        if kind == "address" or (kind == "gap" and address):
            address.append(piece)
            continue
        masked.append(_address("".join(address), mask_name, mask_address))
        address = []
        if kind == "gap":
            masked.append(piece)
        elif kind == "phone":
            masked.append(mask_phone(piece, keep))
        else:
            masked.append(mask_name(piece) if kind == "name" else stars(piece))
    masked.append(_address("".join(address), mask_name, mask_address))
    return "".join(masked)


def _kind(piece: str, numbered: bool) -> str:
    text = piece.strip()
    if _PHONE_MASK(text) or _DIGITS(text):
        return "phone"
    if _AREA_CODE(text) or (_LETTERS(text) is None and not any(map(str.isdecimal, text))):
        return "gap"
    letters_only = _NAME(text) is not None
    if letters_only and text.endswith(HAN_FORMS):
        return "name"
    if _DISTRICT(text) or (len(text) > _MAX_SHORT_NAME_LENGTH and _IS_PLACE(text)) or (numbered and _LATIN_PLACE(text)):
        return "address"
    if letters_only:
        return "name"
    return "address" if re.search(r"[0-9].*[^\W\d_]{2}|[^\W\d_]{2}.*[0-9]", text) and " " in text else "other"


def _address(text: str, mask_name: Mask, mask_address: Mask) -> str:
    """Mask an address, and a name right beside it."""
    if not text:
        return ""
    front = _NAME_IN_FRONT.match(text)
    start = front.end(1) if front else 0
    behind = _NAME_BEHIND.search(text, start)
    end = behind.start(1) if behind else len(text)
    tail = mask_name(behind[1]) + behind[2] if behind else ""
    return (mask_name(text[:start]) if front else "") + mask_address(text[start:end]) + tail
