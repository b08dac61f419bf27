"""The administrative divisions of China, and its cities without the word for a city. Data only."""

from __future__ import annotations

from typing import Final

from masking_service.masking.words.name_cues import sections

_NAMES: Final = sections("divisions.txt")
CITIES: Final = frozenset(_NAMES["cities"])
DIVISIONS: Final = frozenset(_NAMES["divisions"]) | CITIES
LONGEST_DIVISION: Final = 7
"""Characters of a name that are compared. Longer names differ within them."""
_BEGINNINGS: Final = sorted({name[:2] for name in DIVISIONS})
_TOGETHER: Final = 60
"""Beginnings that an expression tells from the others by their first characters."""
_GROUPS: Final = [_BEGINNINGS[at : at + _TOGETHER] for at in range(0, len(_BEGINNINGS), _TOGETHER)]


def _class(beginnings: list[str], at: int) -> str:
    """Return a class of the first or second characters of beginnings."""
    return f"[{''.join(sorted({two[at] for two in beginnings}))}]"


BEGINS_DIVISION: Final = (
    f"(?={_class(_BEGINNINGS, 0)}{_class(_BEGINNINGS, 1)})"
    f"(?:{'|'.join(f'(?={_class(group, 0)})(?:' + '|'.join(group) + ')' for group in _GROUPS)})"
)
"""Part of a regular expression: what their names begin with."""
