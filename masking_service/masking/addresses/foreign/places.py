"""Reads units by the place of a number, where no word and no expression says that it is one.

A number is a unit's before a slash and a street (7/23 George Street), behind the number of a house (Kwiatowa 5/24, Pikk
12-37, 12 A 23), and beside the number of an apartment house. Lots in Korea (178-1) are no units.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.houses import (
    _is_numbered_street,
    is_behind_village,
    is_flat_in_turkey,
    is_flat_of_house,
    is_further_door_in_turkey,
    is_half,
    is_house,
    is_house_in_italy,
    is_in_jalan,
    is_in_turkey,
    is_one_house,
    is_sector,
    is_unit_in_jalan,
)
from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS, SHORT_NUMBER, Tokens
from masking_service.masking.addresses.foreign.unit_numbers import SHORT_WORD
from masking_service.masking.addresses.japanese_addresses import MAX_LOT
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words

_DUTCH_DOORS: Final = frozenset("hs huis bis bg bel ii iii iv".split())
_FLOOR_IN_ROMAN: Final = re.compile("I{2,3}|I?V").fullmatch
_STREETS_FIRST: Final = frozenset(
    (*"rue avenue av route đường phố ngõ ngách hẻm kiệt ấp tổ thôn khu phường xã quận khóm".split(), *JALAN)
)
"""Words for streets that are before the name: 419, rue Cordier."""
_ALLEYS: Final = frozenset("k h".split())
"""Abbreviations for alleys in Vietnam, before their number: K266 H14/19."""


def read_places(tokens: Tokens, decided: Decisions) -> None:
    """Read units by the place of a number, where no word says that they are units."""
    at = 0
    while at < len(tokens):
        if at in decided.kept and (rooms := _rooms(tokens, decided, at)):
            decided.hidden.update(rooms)
            at = rooms[-1] + 1
        elif at in decided.kept and (doors := _doors(tokens, decided, at)):
            decided.hidden.update([at, *doors] if _is_behind_house(tokens, at) else doors)
            at = doors[-1] + 1
        elif (
            not tokens.is_number_or_letter(at)
            or at in decided.kept
            or (tokens[at].kind == "w" and not tokens.touches_next(at, "-"))
        ):
            at += 1
        else:
            chain = _joined(tokens, at)
            _read_chain(tokens, decided, chain)
            at = chain[-1] + 1


def _doors(tokens: Tokens, decided: Decisions, house: int) -> list[int]:
    """Return the numbers of doors behind the slashes of a house's number, which is behind a word for a street.

    In Cyrillic addresses they belong to the house, too.
    """
    found: list[int] = []
    at = house
    if tokens.touches_next(house, "-") and is_flat_in_turkey(tokens, house):
        return [house + 2]
    while at + 2 < len(tokens) and tokens[at + 1].kind == "/" and tokens.may_be_door(at + 2):
        at += 2
        found.append(at)
        while tokens[at].kind == "w" and tokens.touches_next(at, "n"):
            at += 1
            found.append(at)  # No: 27/Z02
            if tokens.touches_next(at, "-") and tokens.touches_next(at + 1, "w") and tokens.may_be_door(at + 2):
                at += 2
                found.append(at)  # No: 3/Z01-Z02
    while found and is_further_door_in_turkey(tokens, house, at + 2):
        at += 2
        found.append(at)  # No: 2/33-3, No: 77/C-D
    if not decided.kept.isdisjoint(found):
        return []  # Kh. No. 48/30/4
    letters = bool(found) and all(tokens[door].kind == "w" for door in found)
    if found and is_house_in_italy(tokens, house, found[0]):
        decided.kept.update(found)
        return []
    street = (letters and _is_numbered_street(tokens, house)) or (bool(found) and is_in_jalan(tokens, house))
    if street or tokens.country.czechia or tokens.country.alleys or tokens.country.bangladesh:
        decided.kept.update(found)
        return []
    ends = tokens.ends_part(at) or is_in_turkey(tokens, house)
    return found if found and ends and not tokens.country.cyrillic else []


def _rooms(tokens: Tokens, decided: Decisions, house: int) -> list[int]:
    """Return the numbers of unit and room that are joined to a building's or a house's: Building 5-402."""
    chain = _joined(tokens, house)
    room = chain[-1]
    joined = len(chain) > 1 and room not in decided.kept and tokens[house + 1].kind == "-"
    if not joined or len(tokens[room].text) not in ROOM_DIGITS or not tokens.ends_part(room):
        return []
    return [] if is_one_house(tokens, house, room) or tokens.country.hangul else chain[1:]


def _joined(tokens: Tokens, at: int) -> list[int]:
    """Return the number here with the numbers and letters that a slash or dash joins to it."""
    found = [at]
    while (
        at + 2 < len(tokens)
        and tokens[at + 1].kind in "/-"
        and (tokens.is_number_or_letter(at + 2) or tokens[at + 2].lower in _DUTCH_DOORS)
    ):
        at += 2
        found.append(at)
    return found


def _read_chain(tokens: Tokens, decided: Decisions, chain: list[int]) -> None:
    first = tokens[chain[0]]
    if len(chain) == 1:
        if first.kind == "n" and tokens.country.has_jalan and is_in_jalan(tokens, chain[0]):
            decided.kept.update(chain)
        elif first.kind == "n":
            _read_alone(tokens, decided, chain[0])
            if chain[0] not in decided.postcodes:
                _read_behind_house(tokens, decided, chain[0])
    elif tokens.country.has_jalan and is_unit_in_jalan(tokens, chain):
        decided.hidden.update(chain)
    elif len(first.text) >= LONG or chain[0] in decided.postcodes or _is_code_of_country(tokens, chain):
        pass
    elif chain[0] == 0 or tokens[chain[0] - 1].kind in BREAKS:
        _read_first(tokens, decided, chain)
    else:
        _read_behind_street(tokens, decided, chain)


def _is_code_of_country(tokens: Tokens, chain: list[int]) -> bool:
    """Whether letters, a dash and a number are a country and a postcode: S-88133."""
    return tokens[chain[0]].kind == "w" and len(tokens[chain[-1]].text) >= LONG


def _read_first(tokens: Tokens, decided: Decisions, chain: list[int]) -> None:
    """Read numbers at the beginning of a part: 7/23 George Street, 3-B, B-12-3."""
    first, last = chain[0], chain[-1]
    if is_flat_of_house(tokens, chain):
        decided.hidden.update(chain[1:])
        return
    letters = "w" in (tokens[first].kind, tokens[last].kind)
    slash = tokens[first + 1].kind == "/"
    of_house = slash and (
        (not letters and tokens.country.alleys)
        or (first and is_house_in_italy(tokens, first, chain[1]))
        or tokens.country.bangladesh
        or is_half(tokens, first)
    )
    if of_house or is_sector(tokens, first):
        decided.kept.update(chain)
    elif first and not slash and not letters and len(chain) == 2 and is_one_house(tokens, first, last):
        decided.kept.update(chain)  # Bomb House, 18-20 Bomb House Lane
    elif len(chain) > 2 or not tokens.is_before_street(last):
        if letters and (len(chain) > 2 or first or (len(tokens[last].text) >= SHORT_NUMBER and tokens.ends_part(last))):
            decided.hidden.update(chain)
        elif len(chain) == MAX_LOT and (len(tokens[last].text) in ROOM_DIGITS or tokens.country.malaysia):
            decided.hidden.update(chain[1:])  # 3-2-501, Xinghe Garden
        elif len(chain) == MAX_LOT:
            decided.kept.update(chain)
        elif (
            first == 0
            and tokens.ends_part(last)
            and tokens.is_before_street(last + 2)
            and tokens.is_number_or_letter(last + 2)
        ):
            decided.hidden.update(chain)  # 2/1, 45 Byres Road
        elif first == 0 and not (slash or letters) and _ends_range(tokens, last) and is_one_house(tokens, first, last):
            decided.kept.add(last)  # 277-279 Soi Thiam Ruammit
    elif slash or (first == 0 and not is_one_house(tokens, first, last)):
        decided.hidden.add(first)
    elif first == 0:
        decided.kept.add(last)


def _ends_range(tokens: Tokens, last: int) -> bool:
    """Whether a word for a street is behind the last number of a house that has several."""
    following = tokens[last + 1 : last + 2]
    return bool(following) and kinds_of_words().get(following[0].lower) == "building"


def _read_behind_street(tokens: Tokens, decided: Decisions, chain: list[int]) -> None:
    """Read numbers behind the name of a street: the first is the house's."""
    slash = tokens[chain[0] + 1].kind == "/"
    with_letter = tokens[chain[0] - 1].kind == "n" and tokens[chain[-1]].kind == "w"  # Calle Mayor 20 9-A
    if tokens.country.alleys and tokens[chain[0] - 1].lower in _ALLEYS:
        decided.kept.update(chain)
    elif _is_behind_house(tokens, chain[0]) if slash else with_letter:
        decided.hidden.update(chain)
    elif is_sector(tokens, chain[0]) or is_house(tokens, chain, slash=slash):
        decided.kept.update(chain)
    elif tokens.country.hangul:
        if len(chain) > MAX_LOT - 1 or not is_behind_village(tokens, chain[0]):
            decided.hidden.update(at for at in chain[1:] if len(tokens[at].text) >= SHORT_NUMBER)
        decided.kept.update(chain)
    elif slash and len(chain) == 2 and len(tokens[chain[0]].text) > SHORT_NUMBER:
        decided.kept.update(chain)  # in Czechia and Slovakia, both are the house's
    else:
        decided.hidden.update(chain[1:] if len(chain) <= MAX_LOT or slash else chain[MAX_LOT:])


def _is_behind_house(tokens: Tokens, at: int) -> bool:
    """Whether only short words are between the number and a house's number before it: út 42. B. ép. 4/12."""
    first = at
    while at and (tokens[at - 1].kind == "." or _is_short_word(tokens, at - 1)):
        at -= 1
    return 0 < at < first and tokens[at - 1].kind == "n"


def _is_short_word(tokens: Tokens, at: int) -> bool:
    word = tokens[at]
    return word.kind == "w" and len(word.text) <= SHORT_WORD and word.lower not in MARKS


def _read_behind_house(tokens: Tokens, decided: Decisions, house: int) -> None:
    """Read what is right behind a house in a street: 12 A 23, 40 A."""
    if not house or tokens[house - 1].kind not in "w.":
        return
    found: list[int] = []
    at = house + 1
    while at < len(tokens) and len(found) < 3 and tokens.may_be_door(at):
        found.append(at)
        at += 1
    if at < len(tokens) and not found and _FLOOR_IN_ROMAN(tokens[at].text) and tokens.ends_part(at):
        decided.hidden.add(at)  # Keizersgracht 12 III
    ends = at == len(tokens) or tokens[at].kind in BREAKS
    if found and tokens[found[0]].kind == "w" and ends and not tokens.country.alleys:
        decided.hidden.update(found)


def _read_alone(tokens: Tokens, decided: Decisions, at: int) -> None:
    """Read a number that is a whole part beside the number of a building: Tower 6, 2317."""
    if not tokens.ends_part(at) or len(tokens[at].text) not in ROOM_DIGITS:
        return
    if at == 0:
        following = "".join([token.lower for token in tokens[2:3]])
        if kinds_of_words().get(following) == "building" and following not in _STREETS_FIRST:
            decided.hidden.add(at)
    elif tokens[at - 1].kind in BREAKS:
        if at - 2 in decided.kept and at - 2 not in decided.street_names:
            decided.hidden.add(at)
    elif at - 1 in decided.kept:
        decided.hidden.add(at)
