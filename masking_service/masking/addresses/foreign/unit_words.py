"""Reads a word for a unit: the number or letter behind it is hidden. Apt 5B, кв. 12, Sala 3."""

from __future__ import annotations

from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.floor_words import hide_number, hide_words_before, read_side_word
from masking_service.masking.addresses.foreign.tokens import Tokens
from masking_service.masking.addresses.foreign.unit_numbers import number_behind

_BEHIND_NUMBER: Final = frozenset("room rm flat unit suite office apartment apt shop".split())
"""English words for units that may be behind their number: 1201 Room, Guo Li Building."""
_SEVERAL: Final = frozenset(
    "sala salas sl sls loja lojas lj conjunto conjuntos conj cj cjs grupo grupos grp andar andares".split()
)
"""Words of Brazil whose numbers may be a list: Lojas 11, 12 e 26, Salas 211 a 214."""


def read_unit_word(tokens: Tokens, decided: Decisions, word: str, at: int, behind: int) -> None:
    """Read a word for a unit."""
    value = number_behind(tokens, decided, at, behind)
    if value and word in _SEVERAL:
        _hide_list(tokens, decided, value[-1])
    if hide_number(tokens, decided, value):
        return
    if word == "dto":
        read_side_word(tokens, decided, at)  # in Portugal it is a side: 3 Dto
    elif word == "flat":
        hide_words_before(tokens, decided, at)
    if word in _BEHIND_NUMBER and tokens.ends_part(at) and tokens.begins_part(at - 1) and tokens.is_room(at - 1):
        decided.hidden.add(at - 1)


def _hide_list(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Hide the other numbers of a list."""
    while at + 2 < len(tokens) and tokens[at + 2].kind == "n" and tokens[at + 1].lower in (",", "/", "-", "e", "a"):
        at += 2
        decided.hidden.add(at)
