"""Reads a word for a floor or a side: its number may be before it or behind it. 3rd Floor, étage 2, 2. links."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.tokens import LONG, ROOM_DIGITS, AddressTokens
from masking_service.masking.addresses.foreign.unit_numbers import MAX_GAP, ROMAN, number_behind
from masking_service.masking.words.foreign_words import MARKS, numbers_in_words

_ORDINALS: Final = frozenset(
    "st nd rd th do ro to vo mo er re ère ème eme e o a º ª ° . й я е ти та тата р ος ο η -"
    " વો જો ನೇ വത്തെ வது వ য় রা ला रा था वा".split()
)
"""What may be between the number of a floor and its word: 3rd floor, 3-й этаж, 3ème étage, 3º andar."""
_ROMAN_ORDINAL: Final = re.compile(r"[IVX]{1,5}(?:ST|ND|RD|TH)", re.I).fullmatch
"""Matches an ordinal as floors in India are written: IIND FLOOR."""
_OF_TOWERS: Final = frozenset("one two three four five six seven eight nine ten".split())
"""Words behind a floor that may be part of the building's name: 3 Floor One Pacific Place."""
_OF_NAMES: Final = frozenset(("pl", "plan"))
"""Words for floors that are also ends of street names: 3 Premier Pl, Grosser Plan 9."""
_AND_OF_FLOORS: Final = frozenset(("e", "y", "and", "&", "ao"))
"""Words between two floors: 3 e 4 andares."""
_TENS: Final = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
"""What may be before a dash and another number in words: Twenty-First floor."""
_LETTERED_FLOORS: Final = ("G", "M", "B", "L", "P", "LG", "UG", "UB", "LB")
"""Letters of floors before their word: M Floor."""


def read_floor_word(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word for a floor, which may be before its number or behind it.

    Args:
        tokens, decided: the address.
        word: the place of the word.
        behind: the place behind it.
    """
    if _is_part_of_name(tokens, decided, word):
        return
    if _is_marked(tokens, word) and _hide_number_before(tokens, decided, word, behind):
        return
    if tokens[word].lower == "sol" or (tokens[word].lower in _OF_NAMES and tokens.shape(word - 1, word) == "w"):
        return  # Calle del Sol 5, 3 Premier Pl
    value = number_behind(tokens, decided, word, behind)
    first = tokens[value[0]] if value else None
    in_words = first is not None and first.lower in numbers_in_words()
    if not in_words and hide_words_before(tokens, decided, word):
        _hide_number_before(tokens, decided, word, behind)
        return
    if not in_words and _is_house_behind_stars(tokens, decided, word, value):
        return
    numbered = first is not None and (first.kind == "n" or (in_words and first.lower not in _OF_TOWERS))
    if numbered or len(tokens[word].text) == 1 or not _hide_number_before(tokens, decided, word, behind):
        _hide_floor_and_door(tokens, decided, value)


def _is_part_of_name(tokens: AddressTokens, decided: Decisions, word: int) -> bool:
    """Whether a word is in a postcode, or in the name of a street: L3 2NP, 23rd Place."""
    if word in decided.lettered_postcodes and tokens.touches_previous(word):
        return True
    return tokens[word].lower == "pl" and tokens[word - 1].lower in ("st", "nd", "rd", "th")


def _is_marked(tokens: AddressTokens, word: int) -> bool:
    """Whether a number touches a word or is an ordinal, so that it is the word's: 3F, 3. Stock, 3rd floor."""
    if word == 0:
        return False
    before = tokens[word - 1]
    ordinal = before.kind in ".º°ª" or (before.lower in _ORDINALS and tokens.touches_previous(word - 1))
    return ordinal or tokens.touches_previous(word)


def _is_house_behind_stars(tokens: AddressTokens, decided: Decisions, word: int, value: list[int]) -> bool:
    """Whether stars are right before a word, and behind it a house and its street: *** Floor 45 Main St."""
    is_house = bool(value) and (value[0] in decided.lots or tokens.is_before_street(value[-1]))
    return is_house and not tokens[word - 1].text.strip("*")


def _hide_floor_and_door(tokens: AddressTokens, decided: Decisions, value: list[int]) -> None:
    """Hide the number of a floor, and a door behind it that ends a part: piso 3 B."""
    decided.hidden.update(value)
    at = value[-1] + 1 if value else len(tokens)
    while at < len(tokens) and (tokens[at].kind in ".º°ª" or tokens[at].lower in MARKS):
        at += 1
    _hide_door(tokens, decided, at)


def _hide_door(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Hide a door behind a floor, if there is one and it ends a part."""
    if at < len(tokens) and tokens.may_be_door(at) and tokens.ends_part(at):
        decided.hidden.add(at)


def hide_words_before(tokens: AddressTokens, decided: Decisions, word: int) -> bool:
    """Hide the words of a number right before a word, and return whether there are any: Third Floor 45 Main St."""
    at = word
    if "\u0600" <= tokens[word].text[0] <= "\u06ff":
        return False  # in Arabic and Persian the number is behind: کوچه سوم طبقه دوم
    while at and tokens[at - 1].lower in numbers_in_words():
        at -= 1
        decided.hidden.add(at)
    return at < word


def _hide_number_before(tokens: AddressTokens, decided: Decisions, word: int, behind: int) -> bool:
    """Hide the number in front of a word, and the door behind it; return whether there is one."""
    number = word - 1
    while number >= max(0, word - MAX_GAP) and (tokens[number].kind in ".-º°ª" or tokens[number].lower in _ORDINALS):
        number -= 1
    if number < 0:
        return False
    if number == word - 1 and tokens[number].text in _LETTERED_FLOORS and tokens.begins_part(number):
        decided.hidden.add(number)
        return True
    if tokens.shape(number - 2, number) == "n/" and len(tokens[number].text) == 1 and tokens[number].text.isupper():
        decided.hidden.update((number - 2, number))  # 7/D floor
        return True
    if not _is_floor(tokens, decided, number):
        return False
    decided.hidden.update(range(number, word))
    _hide_joined_floor(tokens, decided, number)
    while behind < len(tokens) and tokens[behind].kind == ".":
        behind += 1
    if tokens[word].lower == "sal" and tokens.shape(behind, behind + 1) == ",":
        behind += 1  # 8. sal, 2, in Denmark
    _hide_door(tokens, decided, behind)
    return True


def _is_floor(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a token may be the number of a floor, in digits, as a Roman one or in words."""
    token = tokens[at]
    if token.kind == "n":
        return len(token.text) < LONG and at not in decided.lots
    if token.kind != "w":
        return False
    return bool(ROMAN(token.text) or _ROMAN_ORDINAL(token.text)) or token.lower in numbers_in_words()


def _hide_joined_floor(tokens: AddressTokens, decided: Decisions, floor: int) -> None:
    """Hide the other number that is joined to that of a floor, before it."""
    if floor > 1 and tokens[floor - 1].kind == "-":
        if not _is_behind_house(tokens, floor):
            _hide_before_dash(tokens, decided, floor)
        return
    if floor and tokens[floor - 1].lower in _TENS:
        decided.hidden.add(floor - 1)  # Twenty 1st floor
    while floor > 1 and _is_joined_floor(tokens, decided, floor - 2):
        floor -= 2
        decided.hidden.add(floor)


def _hide_before_dash(tokens: AddressTokens, decided: Decisions, floor: int) -> None:
    """Hide the number before the dash: 12-14 floor, Twenty-First floor, 20th-26th floor."""
    other = floor - 2
    if tokens[other].kind == "n" or tokens[other].lower in _TENS:
        decided.hidden.add(other)
    elif other > 0 and tokens[other].lower in _ORDINALS and tokens[other - 1].kind == "n":
        decided.hidden.update((other - 1, other))


def _is_joined_floor(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a floor is joined to the one behind it: 3 e 4 andares, First and Second Floor, 1,2층."""
    if tokens[at + 1].lower in _AND_OF_FLOORS:
        return _is_floor(tokens, decided, at)
    is_list = tokens.shape(at, at + 2) == "n,"
    return is_list and tokens.touches_previous(at + 1) and tokens.touches_previous(at + 2)


def _is_behind_house(tokens: AddressTokens, floor: int) -> bool:
    """Whether a dash with spaces is between a house and a floor: Rua do Carmo, 8 - 10º andar."""
    return "andar" in tokens.lower and not (tokens.touches_previous(floor - 1) or tokens.touches_previous(floor))


def read_side_word(tokens: AddressTokens, decided: Decisions, side: int) -> None:
    """Hide the floor in front of a side: 3º dcha, 2. links, 3ème gauche, and 2 dcha behind a comma."""
    at = side - 1
    while at >= 0 and (tokens[at].kind in ".º°ª" or (tokens.touches_previous(at) and tokens[at].lower in _ORDINALS)):
        at -= 1
    if at < 0 or tokens[at].kind != "n" or not tokens.may_be_door(at):
        return
    if tokens[side].lower == "centro" and len(tokens[at].text) >= ROOM_DIGITS[0]:
        return  # Rua 16 de Março, 310 Centro
    if at < side - 1 or (at and tokens.begins_part(at)):
        decided.hidden.add(at)
