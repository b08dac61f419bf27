"""Reads a word for a building, a road or a month: its number stays. Block 7, Jalan 3, rue du 4 Septembre."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.houses import is_sector
from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, Tokens
from masking_service.masking.addresses.foreign.unit_numbers import number_behind

_OF_LAND: Final = frozenset("khasra khasara kh".split())
"""Words for a plot of land in India. The whole number behind one is the plot's: Kh. No. 48/30/4."""
_LONGEST_NAME: Final = 3
"""The largest number of words between Soi and its number: Soi Lat Phrao Wang Hin 12."""
_BEFORE_MONTH: Final = frozenset("de di of er º go e do".split())
_YEAR: Final = re.compile("1[5-9][0-9]{2}").fullmatch


def read_month(tokens: Tokens, decided: Decisions, month: int) -> None:
    """Note the day of a date that is a street's name, and the year behind it: rue du 4 Septembre."""
    day = next((at for at in range(month - 1, max(-1, month - 3), -1) if tokens[at].kind == "n"), None)
    if day is None or any(token.lower not in _BEFORE_MONTH for token in tokens[day + 1 : month]):
        return
    decided.kept.add(day)
    year = month + 1 + (month + 1 < len(tokens) and tokens[month + 1].lower == "de")
    if year < len(tokens) and _YEAR(tokens[year].text):
        decided.kept.add(year)


def read_house_word(tokens: Tokens, decided: Decisions, word: int, behind: int) -> None:
    """Note the number of a building, a road or a district: it stays. No. B-12-3 is a unit."""
    if tokens.touches_previous(word) and tokens[word - 1].kind == "n":
        decided.kept.add(word - 1)
        return
    value = number_behind(tokens, decided, word, behind)
    if value and (value[0] in decided.lettered_postcodes or is_sector(tokens, value[0])):
        return
    if (
        tokens[word].lower == "casa"
        and value
        and tokens.ends_part(value[-1])
        and tokens.shape(max(0, word - 2), word).rstrip(",")[-1:] == "n"
    ):
        decided.hidden.update(value)  # one of several houses on a plot in Brazil: Rua X 45 casa 2
    elif value and tokens[word].text == "к" and _is_room_in_russia(tokens, value[0]):
        decided.hidden.update(value)
    elif tokens[word].lower in JALAN:
        decided.kept.update(value)  # Jalan SS2/24
    elif len(value) > 2 and tokens[value[0]].kind == "w" and tokens[value[-1] - 1].kind != ".":
        decided.hidden.update(value)
    else:
        if not value and tokens[word].lower == "soi":
            value = _number_behind_name(tokens, behind)  # Soi Sukhumvit 61
        decided.kept.update(value if tokens[word].lower in _OF_LAND else value[:1])


def _number_behind_name(tokens: Tokens, at: int) -> list[int]:
    """Return the number behind a street's name of up to three words that begins here; empty if there is none."""
    end = at
    while end < len(tokens) and end - at < _LONGEST_NAME and tokens[end].kind == "w":
        end += 1
    return [end] if end > at and tokens.shape(end, end + 1) == "n" else []


def _is_room_in_russia(tokens: Tokens, at: int) -> bool:
    """Whether a number behind an abbreviation for building or room is a room's: к. 246, not к. 1553, кв. 5."""
    return len(tokens[at].text) >= ROOM_DIGITS[0] and "кв" not in tokens.lower
