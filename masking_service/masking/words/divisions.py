"""The administrative divisions of China, and its cities without the word for a city."""

import re
from typing import Final

from masking_service.masking.words.address_words import PROVINCES
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.name_cues import sections

_NAMES: Final = sections("divisions.txt")
CITIES: Final = frozenset(_NAMES["cities"])
DIVISIONS: Final = frozenset(_NAMES["divisions"]) | CITIES
_LONGEST: Final = 7
"""Characters of a name that are compared. Longer names differ within them."""
_province: Final = re.compile(PROVINCES).match
_road_behind: Final = re.compile("[东西南北中]?(?:[路街巷]|大[道街]|市场|花园|小区)").match
BEGINS_DIVISION: Final = any_of({name[:2] for name in DIVISIONS})
"""Part of a regular expression: what their names begin with."""


def is_division(word: str) -> bool:
    """Whether a word is the name of a division without the word for one: 柯桥 of 柯桥区."""
    return any(word + kind in DIVISIONS for kind in "市县区")


def begins_place(text: str, *, road: bool = True) -> bool:
    """Whether a text in simplified characters begins with a province, or another division or city of China.

    `road` tells whether a road or a market may be called after a city: 中山路.
    """
    if _province(text):
        return True
    found = [text[:length] for length in range(2, min(len(text), _LONGEST) + 1) if text[:length] in DIVISIONS]
    if road or not CITIES.issuperset(found):
        return bool(found)
    behind = text[len(found[-1]) :] if found else ""
    return bool(found) and (_road_behind(behind) is None or begins_place(behind))
