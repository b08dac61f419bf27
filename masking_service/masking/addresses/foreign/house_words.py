"""Reads a word for a building, a road or a month: its number stays. Block 7, Jalan 3, rue du 4 Septembre."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.houses import is_sector
from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, AddressTokens
from masking_service.masking.addresses.foreign.unit_numbers import number_behind

_OF_LAND: Final = frozenset("khasra khasara kh".split())
"""Words for a plot of land in India. The whole number behind one is the plot's: Kh. No. 48/30/4."""
_LONGEST_NAME: Final = 3
"""The largest number of words between Soi and its number: Soi Lat Phrao Wang Hin 12."""
_BEFORE_MONTH: Final = frozenset("de di of er º go e do".split())
"""What may be between a day and its month: 1er Mai, 25 de Abril."""
_YEAR: Final = re.compile("1[5-9][0-9]{2}").fullmatch
"""Matches a year of which a street may be named: 25 de Mayo de 1810."""


def read_month(tokens: AddressTokens, decided: Decisions, month: int) -> None:
    """Note the day of a date that is a street's name, and the year behind it: rue du 4 Septembre."""
    day = next((at for at in range(month - 1, max(-1, month - 3), -1) if tokens[at].kind == "n"), None)
    if day is None or any(token.lower not in _BEFORE_MONTH for token in tokens[day + 1 : month]):
        return
    decided.kept.add(day)
    year = month + 1 + (month + 1 < len(tokens) and tokens[month + 1].lower == "de")
    if year < len(tokens) and _YEAR(tokens[year].text):
        decided.kept.add(year)


def read_house_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a building, a road or a district: its number stays.

    Args:
        tokens, decided: the address.
        word: the place of the word.
        behind: the place behind it.
    """
    if tokens.touches_previous(word) and tokens[word - 1].kind == "n":
        decided.kept.add(word - 1)
        return
    name = tokens[word].lower
    value = number_behind(tokens, decided, word, behind)
    if not value and name == "soi":
        value = _number_behind_name(tokens, behind)
    if value and (value[0] in decided.lettered_postcodes or is_sector(tokens, value[0])):
        return
    if value and _is_of_unit(tokens, word, value):
        decided.hidden.update(value)
    else:
        decided.kept.update(value if name in JALAN or name in _OF_LAND else value[:1])


def _is_of_unit(tokens: AddressTokens, word: int, value: list[int]) -> bool:
    """Whether a unit's number is behind the word: Rua X 45 casa 2 in Brazil, к. 246 in Russia, Block B-12-3."""
    name, first, last = tokens[word], value[0], value[-1]
    if name.lower == "casa" and tokens.ends_part(last) and tokens.shape(max(0, word - 2), word).rstrip(",")[-1:] == "n":
        return True  # one of several houses on a plot
    if name.text == "к" and len(tokens[first].text) >= ROOM_DIGITS[0] and "кв" not in tokens.lower:
        return True  # not к. 1553, кв. 5
    lettered = len(value) > 2 and tokens[first].kind == "w" and tokens[last - 1].kind != "."
    return lettered and name.lower not in JALAN  # Jalan SS2/24


def _number_behind_name(tokens: AddressTokens, at: int) -> list[int]:
    """Return the number behind a street's name of up to three words that begins here: Soi Sukhumvit 61."""
    end = at
    while end - at < _LONGEST_NAME and tokens.shape(end, end + 1) == "w":
        end += 1
    return [end] if tokens.shape(end, end + 1) == "n" else []
