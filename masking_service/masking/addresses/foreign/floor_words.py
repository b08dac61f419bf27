"""Reads a word for a floor or a side: its number may be before it or behind it. 3rd Floor, étage 2, 2. links."""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS, Tokens
from masking_service.masking.addresses.foreign.unit_numbers import MAX_GAP, ROMAN, number_behind
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words, numbers_in_words

_ORDINALS: Final = frozenset(
    "st nd rd th do ro to vo mo er re ère ème eme e o a º ª ° . й я е ти та тата р ος ο η -"
    " વો જો ನೇ വത്തെ வது వ য় রা ला रा था वा".split()
)
_ROMAN_ORDINAL: Final = re.compile(r"[IVX]{1,5}(?:ST|ND|RD|TH)", re.I).fullmatch
"""Matches an ordinal as floors in India are written: IIND FLOOR."""
_OF_TOWERS: Final = frozenset("one two three four five six seven eight nine ten".split())
"""Words behind a floor that may be part of the building's name: 3 Floor One Pacific Place."""
_OF_NAMES: Final = frozenset(("pl", "plan"))
"""Short words for floors that are also ends of street names."""
_AND_OF_FLOORS: Final = frozenset(("e", "y", "and", "&", "ao"))
_TENS: Final = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
_LETTERED_FLOORS: Final = ("G", "M", "B", "L", "P", "LG", "UG", "UB", "LB")
"""Letters of floors before their word: M Floor."""


def read_floor_word(tokens: Tokens, decided: Decisions, word: int, behind: int) -> None:
    """Read a word that may be before its number or behind it."""
    before = tokens[word - 1]
    if tokens.touches_previous(word) and word in decided.lettered_postcodes:
        return  # L3 2NP
    if tokens[word].lower == "pl" and before.lower in ("st", "nd", "rd", "th"):
        return  # 23rd Place
    ordinal = before.kind in ".º°ª" or (before.lower in _ORDINALS and tokens.touches_previous(word - 1))
    marked = word > 0 and (tokens.touches_previous(word) or ordinal)
    if marked and _hide_number_before(tokens, decided, word, behind):
        return
    if tokens[word].lower == "sol":
        return  # sol means floor behind a number in Basque, and sun elsewhere: Calle del Sol 5
    if tokens[word].lower in _OF_NAMES and before.kind == "w" and word:
        return  # 3 Premier Pl, Grosser Plan 9
    value = number_behind(tokens, decided, word, behind)
    first = tokens[value[0]] if value else None
    in_words = first is not None and first.lower in numbers_in_words()
    if not in_words and hide_words_before(tokens, decided, word):
        _hide_number_before(tokens, decided, word, behind)
        return
    if not in_words and _is_hidden_floor(tokens, decided, word, value):
        return
    numbered = first is not None and (first.kind == "n" or (in_words and first.lower not in _OF_TOWERS))
    if numbered or len(tokens[word].text) == 1 or not _hide_number_before(tokens, decided, word, behind):
        hide_number(tokens, decided, value, door=True)


def hide_number(tokens: Tokens, decided: Decisions, value: list[int], *, door: bool = False) -> bool:
    """Hide a value, and the door right behind a floor."""
    decided.hidden.update(value)
    if value and door:
        at = value[-1] + 1
        while at < len(tokens) and (tokens[at].kind in ".º°ª" or tokens[at].lower in MARKS):
            at += 1
        if at < len(tokens) and tokens.may_be_door(at) and tokens.ends_part(at):
            decided.hidden.add(at)
    return bool(value)


def hide_words_before(tokens: Tokens, decided: Decisions, word: int) -> bool:
    """Hide the words of a number right before a word, and return whether there are any: Third Floor 45 Main St."""
    at = word
    if "\u0600" <= tokens[word].text[0] <= "\u06ff":
        return False  # in Arabic and Persian the number is behind: کوچه سوم طبقه دوم
    while at and tokens[at - 1].lower in numbers_in_words():
        at -= 1
        decided.hidden.add(at)
    return at < word


def _is_hidden_floor(tokens: Tokens, decided: Decisions, word: int, value: list[int]) -> bool:
    """Whether stars are right before a word, and behind it a house and its street: *** Floor 45 Main St."""
    is_house = bool(value) and (value[0] in decided.lots or tokens.is_before_street(value[-1]))
    return is_house and not tokens[word - 1].text.strip("*")


def _hide_number_before(tokens: Tokens, decided: Decisions, at: int, behind: int) -> bool:
    """Hide the number in front of a word, and the door behind it; return whether there is one."""
    number = at - 1
    while number >= max(0, at - MAX_GAP) and (tokens[number].kind in ".-º°ª" or tokens[number].lower in _ORDINALS):
        number -= 1
    if number < 0:
        return False
    if number == at - 1 and tokens[number].text in _LETTERED_FLOORS and tokens.begins_part(number):
        decided.hidden.add(number)
        return True
    if _is_letter_behind_slash(tokens, number):
        decided.hidden.update((number - 2, number))  # 7/D floor
        return True
    if not _is_floor(tokens, decided, number):
        return False
    decided.hidden.update(range(number, at))
    _hide_joined_floor(tokens, decided, number)
    while behind < len(tokens) and tokens[behind].kind == ".":
        behind += 1
    if tokens[at].lower == "sal" and behind < len(tokens) and tokens[behind].kind == ",":
        behind += 1  # 8. sal, 2, in Denmark
    if behind < len(tokens) and tokens.may_be_door(behind) and tokens.ends_part(behind):
        decided.hidden.add(behind)
    return True


def _hide_joined_floor(tokens: Tokens, decided: Decisions, number: int) -> None:
    """Hide the other number that is joined to that of a floor, before it."""
    joined = number > 1 and tokens[number - 1].kind == "-" and not _is_floor_behind_house(tokens, number)
    if joined and (tokens[number - 2].kind == "n" or tokens[number - 2].lower in _TENS):
        decided.hidden.add(number - 2)  # 12-14 floor, Twenty-First floor
    elif joined and number > 2 and tokens[number - 2].lower in _ORDINALS and tokens[number - 3].kind == "n":
        decided.hidden.update((number - 3, number - 2))  # 20th-26th floor
    elif number and tokens[number - 1].lower in _TENS:
        decided.hidden.add(number - 1)
    elif number > 1 and tokens[number - 1].lower in ("and", "&") and tokens[number - 2].lower in numbers_in_words():
        decided.hidden.add(number - 2)  # First and Second Floor
    elif (
        number > 1
        and tokens.shape(number - 2, number) == "n,"
        and tokens.touches_previous(number)
        and tokens.touches_previous(number - 1)
    ):
        decided.hidden.add(number - 2)  # 1,2층
    else:
        while number > 1 and tokens[number - 1].lower in _AND_OF_FLOORS and _is_floor(tokens, decided, number - 2):
            number -= 2
            decided.hidden.add(number)  # 3 e 4 andares


def _is_floor_behind_house(tokens: Tokens, floor: int) -> bool:
    """Whether a dash with spaces is between a house and a floor: Rua do Carmo, 8 - 10º andar."""
    before, sign = tokens[floor - 2 : floor]
    if "andar" not in tokens.lower or before.end == sign.start or sign.end == tokens[floor].start:
        return False
    return floor < len(("Box", "22", "-", "3")) or tokens[floor - 3].lower not in kinds_of_words()


def _is_floor(tokens: Tokens, decided: Decisions, at: int) -> bool:
    """Whether a token may be the number of a floor, in digits, as a Roman one or in words."""
    token = tokens[at]
    if token.kind == "n":
        return len(token.text) < LONG and at not in decided.lots
    if token.kind != "w":
        return False
    return bool(ROMAN(token.text) or _ROMAN_ORDINAL(token.text)) or token.lower in numbers_in_words()


def _is_letter_behind_slash(tokens: Tokens, at: int) -> bool:
    before = tokens[max(0, at - 2) : at]
    letter = tokens[at]
    return len(letter.text) == 1 and letter.text.isupper() and [token.kind for token in before] == ["n", "/"]


def read_side_word(tokens: Tokens, decided: Decisions, side: int) -> None:
    """Hide the floor in front of a side: 3º dcha, 2. links, 3ème gauche, and 2 dcha behind a comma."""
    at = side - 1
    while at >= 0 and (tokens[at].kind in ".º°ª" or (tokens.touches_previous(at) and tokens[at].lower in _ORDINALS)):
        at -= 1
    begins_part = at > 0 and tokens[at - 1].kind in BREAKS
    if tokens[side].lower == "centro" and at >= 0 and len(tokens[at].text) >= ROOM_DIGITS[0]:
        return  # Rua 16 de Março, 310 Centro
    if at >= 0 and tokens[at].kind == "n" and (at < side - 1 or begins_part) and tokens.may_be_door(at):
        decided.hidden.add(at)
