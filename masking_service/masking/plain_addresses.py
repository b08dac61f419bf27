"""Masks the plainest Chinese addresses, in a sixth of the time of the grammar, and leaves all others to it.

Most domestic addresses are a place, a number and a building, a unit, a floor and a room, in this order and in digits:
华志路1685号3号楼2单元402室 or 华志路1685号A座1808, at times with a note in brackets. For these one match tells what
`addresses` would find with its whole grammar, and a test holds the two against each other. Whatever could be read in a
second way is left to the grammar.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.address_words import NUMERALS
from masking_service.masking.bare_names import bare_name

_NAMES_UNITS: Final = "单單元室户戶房层層楼樓号號门門栋棟幢座梯之厦廈至到负負底"
_NAMES_STALLS: Final = "铺舖床档檔摊攤柜商店宿办辦教寝寢會会實实工休包诊診病"


def _han_without(characters: str) -> str:
    """A character class of Han without these characters."""
    low = 0x4E00
    spans = []
    for code in sorted(code for code in map(ord, characters) if 0x4E00 <= code <= 0x9FFF):
        if code > low:
            spans.append(f"{chr(low)}-{chr(code - 1)}")
        low = code + 1
    return f"[{''.join(spans)}{chr(low)}-\u9fff]"


_PLACE: Final = _han_without(_NAMES_UNITS)
_IN_A_NOTE: Final = _han_without("室户戶房单單甲乙丙丁" + NUMERALS)

# An empty alternative is for what may be missing: `(?:…)?` would cost half as much again.
_KEPT: Final = (
    rf"({_PLACE}{{2,40}}(?: {_PLACE}{{2,20}}){{0,3}} ?(?:[0-9]{{1,4}}弄|)"
    rf"(?:[0-9]{{1,4}}号(?:{_han_without(_NAMES_UNITS + _NAMES_STALLS + NUMERALS)}{{1,12}}|)|) ?"
    r"(?:[0-9]{1,3}(?:号楼|栋|幢|座)|[A-Z][座栋幢]|) ?)"
)
_HIDES: Final = (
    rf"((?:(?<![{NUMERALS}])[0-9]{{1,2}}单元 ?|)"
    rf"(?:(?<![{NUMERALS}])[0-9]{{1,2}}[层楼] ?|)"
    rf"(?:(?<![{NUMERALS}])[A-Z]?[0-9]{{1,4}}室"
    r"|(?<=[楼号栋幢座元层])[A-Z]?[0-9]{3,4}|)"
    rf"(?:[(（](?:{_IN_A_NOTE}|[，。！]){{1,30}}[)）]|))"
)
"""In it digits and capital letters are in the numbers of unit, floor and room only."""

_PLAIN: Final = re.compile(_KEPT + _HIDES).fullmatch
_MAX_NAME_LENGTH: Final = 9
"""Characters of a person's name with a title."""

_PLAIN_LINES: Final = re.compile(rf"^(?:(?=.{{{_MAX_NAME_LENGTH + 1}}}){_KEPT}{_HIDES}$|.*$)", re.M).findall
_NUMBERS: Final = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HIDDEN: Final = bytes.maketrans(_NUMBERS, b"*" * len(_NUMBERS))


def mask_plain_address(value: str) -> str | None:
    """Return a plain address with its unit hidden; None for every other address."""
    match = _PLAIN(value)
    if match is None or (len(value) <= _MAX_NAME_LENGTH and bare_name(value)):
        return None
    return match[1] + _hidden(match[2])


def mask_plain_addresses(lines: str) -> list[str]:
    """Return the masks of addresses, one a line; an empty one for each that may not be plain."""
    found = _PLAIN_LINES(lines)
    hidden = _hidden("\n".join([part for _, part in found])).split("\n")
    return [kept + part for (kept, _), part in zip(found, hidden, strict=True)]


def _hidden(part: str) -> str:
    # As bytes, because a text that is not ASCII takes four times as long to translate.
    return part.encode().translate(_HIDDEN).decode()
