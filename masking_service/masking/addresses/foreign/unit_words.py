"""Reads a word for a unit: the number or letter behind it is hidden. Apt 5B, кв. 12, Sala 3."""

from __future__ import annotations

from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.floor_words import hide_words_before, read_side_word
from masking_service.masking.addresses.foreign.tokens import AddressTokens
from masking_service.masking.addresses.foreign.unit_numbers import number_behind

_BEHIND_NUMBER: Final = frozenset("room rm flat unit suite office apartment apt shop".split())
"""English words for units that may be behind their number: 1201 Room, Guo Li Building."""
_SEVERAL: Final = frozenset(
    "sala salas sl sls loja lojas lj conjunto conjuntos conj cj cjs grupo grupos grp andar andares".split()
)
"""Words of Brazil whose numbers may be a list: Lojas 11, 12 e 26, Salas 211 a 214."""


def read_unit_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a unit.

    Args:
        tokens, decided: the address.
        word: the place of the word.
        behind: the place behind it.
    """
    value = number_behind(tokens, decided, word, behind)
    decided.hidden.update(value)
    name = tokens[word].lower
    if value:
        if name in _SEVERAL:
            _hide_list(tokens, decided, value[-1])
        return
    if name == "dto":
        read_side_word(tokens, decided, word)  # in Portugal it is a side: 3 Dto
    elif name == "flat":
        hide_words_before(tokens, decided, word)  # Basement flat
    if name in _BEHIND_NUMBER and tokens.ends_part(word) and tokens.begins_part(word - 1) and tokens.is_room(word - 1):
        decided.hidden.add(word - 1)


def _hide_list(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Hide the other numbers of a list: Lojas 11, 12 e 26."""
    while tokens.shape(at + 2, at + 3) == "n" and tokens[at + 1].lower in (",", "/", "-", "e", "a"):
        at += 2
        decided.hidden.add(at)
