"""The plainest Chinese addresses, masked at a sixth of the cost; of all others it says nothing.

Three of four domestic addresses are a place, a number and a building, a unit and a room, written without a space or a
letter: 华志路1685号3号楼2单元402室, at times with a note in brackets. For these one match tells what `addresses` would
find with its whole grammar, and a test holds the two against each other. Whatever could be read in a second way is left
to the grammar.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.domain.address_words import NUMERALS

_NAMES_UNITS: Final = "单單元室户戶房层層楼樓号號门門栋棟幢座梯之"
_NAMES_STALLS: Final = "铺舖床档檔摊攤柜商店宿办辦教寝寢會会實实工休包诊診病"


def _han_without(characters: str) -> str:
    """A character class of all common Han characters but these."""
    low = 0x4E00
    spans = []
    for code in sorted(code for code in map(ord, characters) if 0x4E00 <= code <= 0x9FFF):
        if code > low:
            spans.append(f"{chr(low)}-{chr(code - 1)}")
        low = code + 1
    return f"[{''.join(spans)}{chr(low)}-\u9fff]"


_IN_A_NOTE: Final = _han_without("室户戶房甲乙丙丁" + NUMERALS)

_PLAIN: Final = re.compile(
    rf"(?P<kept>{_han_without(_NAMES_UNITS)}{{2,40}}(?:[0-9]{{1,5}}弄)?"
    rf"(?:[0-9]{{1,5}}号(?:{_han_without(_NAMES_UNITS + _NAMES_STALLS + NUMERALS)}{{1,12}})?)?"
    r"(?:[0-9]{1,3}(?:号楼|栋|幢|座))?)"
    rf"(?:(?<![{NUMERALS}])(?P<unit>[0-9]{{1,2}})(?P<word>单元))?"
    rf"(?:(?<![{NUMERALS}])(?P<room>[0-9]{{1,4}})(?P<last>室)|(?<=[楼号栋幢座元])(?P<bare>[0-9]{{3,4}}))?"
    rf"(?P<note>[(（](?:{_IN_A_NOTE}|[，。！]){{1,30}}[)）])?"
).fullmatch


def mask_plain_address(value: str) -> str | None:
    """The mask of a plain address with unit and room hidden, or None for every other one."""
    match = _PLAIN(value)
    if match is None:
        return None
    kept, unit, word, room, last, bare, note = match.groups("")
    return f"{kept}{'*' * len(unit)}{word}{'*' * len(room)}{last}{'*' * len(bare)}{note}"
