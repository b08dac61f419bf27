"""Hides the number of a room beside a unit or a floor that has been read: Unit 2 402, 88/F, 8801, A1/A2, Floor 5."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.tokens import LONG, ROOM_DIGITS, AddressTokens
from masking_service.masking.addresses.foreign.unit_numbers import AND, SHORT_WORD, joined_numbers
from masking_service.masking.words.foreign_words import kinds_of_words

_CODES_BEFORE_FLOOR: Final = re.compile(
    r"[A-Z][0-9]{1,3}(?:[/&][A-Z][0-9]{1,3})+(?=, ?(?:[Ff]loor|[Ll]evel|[0-9]{1,2}(?:st|nd|rd|th)? ?/?[Ff]))"
).match
"""Matches units before their floor: A1/A2, Floor 5."""
_TAIWANESE: Final = re.compile(
    r"\b(?:sec|section|dist|district|taiwan|taipei|taichung|kaohsiung|tainan)\b", re.I
).search
"""Finds that an address is in Taiwan, in Latin letters."""
_UNITS_IN_SPANISH: Final = frozenset(
    "local lc oficina of ofc apto apartamento interior int bodega bod consultorio".split()
)
"""Words for units in Spanish.

No house follows their number: in Spanish it is behind the street, in other languages before it.
"""
_BEFORE_ROOM: Final = frozenset(("no", "."))
"""What may be between a floor and a room: Floor 2, No. 402."""
_MAY_BE_ROOM: Final = re.compile(r"[0-9*]{3}[0-9A-Za-z*]?|[0-9*]{1,2}[A-Za-z]").fullmatch
"""Matches the number of a room: 402, 1203, 5B."""
_FRENCH_NUMBER: Final = frozenset(("n", "°", "º"))
"""Signs between a floor and the number of a room behind it. Behind a comma, No. means a house in Taiwan."""


def hide_before_floor(tokens: AddressTokens, decided: Decisions) -> None:
    """Hide a unit at the beginning of an address, before its floor: A1/A2, Floor 5."""
    if codes := _CODES_BEFORE_FLOOR(tokens.text):
        decided.hidden.update(at for at, token in enumerate(tokens) if token.start < codes.end() and token.kind in "nw")


def hide_rooms_behind_units(tokens: AddressTokens, decided: Decisions) -> None:
    """Hide the number of a room behind the number of its unit or floor: Unit 2 402, 88/F, 8801."""
    for unit in sorted(decided.hidden):
        _hide_further_of_list(tokens, decided, unit)
        decided.hidden.update(_room_behind(tokens, decided, unit))


def _room_behind(tokens: AddressTokens, decided: Decisions, unit: int) -> tuple[int, ...]:
    """Return the tokens of the room behind a unit; empty if there is none."""
    if tokens.shape(unit + 1, unit + 3) == "wn" and tokens[unit + 1].text == "و":
        return (unit + 2,)  # ط 3 و 5 is floor 3, flat 5 in Iran
    room, comma = _behind_floor_and_comma(tokens, unit)
    if _is_house_of_taiwan(tokens, unit, room):
        return ()
    if comma and tokens.shape(room, room + 3) == "n-w" and len(tokens[room + 2].text) == 1:
        return (room, room + 2) if tokens.ends_part(room + 2) else ()  # esc. A, 6-A
    if room == unit + 1 and _is_second_number(tokens, decided, unit):
        return (room,)
    is_room = room < len(tokens) and _MAY_BE_ROOM(tokens[room].text) is not None and tokens.ends_part(room)
    return (room,) if is_room and (not comma or room + 1 == len(tokens)) else ()


def _behind_floor_and_comma(tokens: AddressTokens, unit: int) -> tuple[int, bool]:
    """Return the place behind the word for a floor that may follow a unit, and whether only a comma is before it."""
    kinds = kinds_of_words()
    room = unit + 1
    while room < len(tokens) and (
        tokens[room].lower in _BEFORE_ROOM or kinds.get(tokens[room].lower, tokens[room].text) in ("floor", "/", "F")
    ):
        room += 1
    if tokens.shape(room, room + 1) != ",":
        return room, False
    number = room + 1
    while number < len(tokens) and tokens[number].lower in _FRENCH_NUMBER:
        number += 1  # 3ème étage, n° 304
    return number, number == room + 1


def _hide_further_of_list(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Hide the further numbers of a list with one letter: Lots G-25, G-26 & G-27."""
    while tokens.shape(at + 1, at + 5) in (",n&n", ",n,n", ",nwn") and _is_second_of_list(tokens, at + 2):
        at += 2
        decided.hidden.update((at, *joined_numbers(tokens, decided, at)))
    if tokens.shape(at - 2, at + 1) not in ("w-n", "n-n"):
        return
    letter = tokens[at - 2].text
    while tokens.shape(at + 1, at + 5) in (",w-n", "&w-n") and letter in (tokens[at + 2].text, "*"):
        at += 4
        decided.hidden.update((at - 2, at))


def _is_second_of_list(tokens: AddressTokens, at: int) -> bool:
    """Whether a number of three digits and more is one of several, with an and before the last: 226, 228 & 230."""
    is_last = tokens[at + 1].lower in AND or tokens.shape(at + 3, at + 4) == "&"
    return is_last and len(tokens[at].text) in ROOM_DIGITS


def _is_second_number(tokens: AddressTokens, decided: Decisions, unit: int) -> bool:
    """Whether a number right behind a unit's belongs to it: Unit 32 39 at the end, LOCAL 3 28 CENTRO COMERCIAL."""
    second = unit + 1
    if tokens.shape(unit, second + 1) not in ("nn", "nw") or second in decided.lettered_postcodes:
        return False
    if len(tokens[second].text) >= LONG or (tokens[second].kind == "w" and not tokens.may_be_door(second)):
        return False
    if unit == 0:
        return second + 1 == len(tokens)  # 5F 7
    word = unit - 1
    while word and (tokens[word].kind != "w" or len(tokens[word].text) < SHORT_WORD):
        word -= 1
    if tokens[word].lower in _UNITS_IN_SPANISH:
        return True
    return second + 1 == len(tokens) and kinds_of_words().get(tokens[word].lower) == "unit"


def _is_house_of_taiwan(tokens: AddressTokens, floor: int, house: int) -> bool:
    """Whether behind the floor that an address begins with is a house of Taiwan: 6F.No. 105, Sec. 2."""
    if floor or house + 2 >= len(tokens):
        return False
    marked = tokens[house - 1].lower in _BEFORE_ROOM and _TAIWANESE(tokens.text) is not None
    return marked or tokens[house + 2].lower in ("sec", "section")
