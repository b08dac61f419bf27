"""Reads units by the place of a number, where no word and no expression says that it is one.

A number is a unit's before a slash and a street (7/23 George Street), behind the number of a house (Kwiatowa 5/24, Pikk
12-37, 12 A 23), and beside the number of an apartment house. Lots in Korea (178-1) are no units.
"""

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.houses import (
    belongs_to_house,
    is_flat_in_korea_or_russia,
    is_flat_in_turkey,
    is_further_door_in_turkey,
    is_house_in_germany,
    is_in_jalan,
    is_in_numbered_street,
    is_in_turkey,
    is_lot_in_korea,
    is_one_house,
    is_sector,
    is_unit_in_jalan,
)
from masking_service.masking.addresses.foreign.tokens import (
    BREAKS,
    LONG,
    ROOM_DIGITS,
    SHORT_NUMBER,
    AddressTokens,
    Decisions,
)
from masking_service.masking.addresses.foreign.unit_numbers import SHORT_WORD
from masking_service.masking.addresses.japanese_addresses import MAX_LOT
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words

_DUTCH_DOORS: Final = frozenset("hs huis bis bg bel ii iii iv".split())
"""What a flat in the Netherlands has in place of a number: Keizersgracht 12-hs."""
_DUTCH_CODE: Final = re.compile(r"(?<![0-9])[1-9][0-9]{3} ?[A-Z]{2}(?![A-Za-z0-9])").search
"""Finds a postcode of the Netherlands. In France, bis belongs to the house: 12 bis, rue Cordier."""
_FLOOR_IN_ROMAN: Final = re.compile("I{2,3}|I?V").fullmatch
"""Matches a floor in the Netherlands: Keizersgracht 12 III."""
_MOST_DOORS: Final = 3
"""The largest number of letters and numbers of a door behind a house: 12 A 23."""
_RUES: Final = frozenset("rue avenue boulevard boul chemin place allée côte rang montée".split())
"""Words for streets in Québec, before which the first of two numbers is a unit's: 4-2260 rue des Ormes."""
_PAIR: Final = 2
"""The numbers of a chain of two: 7/23."""
_STREETS_FIRST: Final = frozenset(
    (*"rue avenue av route đường phố ngõ ngách hẻm kiệt ấp tổ thôn khu phường xã quận khóm".split(), *JALAN)
)
"""Words for streets that are before the name: 419, rue Cordier."""
_ALLEYS: Final = frozenset("k h".split())
"""Abbreviations for alleys in Vietnam, before their number: K266 H14/19."""


def read_places(tokens: AddressTokens, decided: Decisions) -> None:
    """Read units by the place of a number, where no word says that they are units."""
    at = 0
    while at < len(tokens):
        if at in decided.kept:
            at = _read_kept(tokens, decided, at) + 1
        elif tokens[at].kind == "n" or (tokens.is_number_or_letter(at) and tokens.touches_next(at, "-")):
            chain = _chain(tokens, at)
            _read_chain(tokens, decided, chain)
            at = chain[-1] + 1
        else:
            at += 1


def _chain(tokens: AddressTokens, at: int) -> list[int]:
    """Return the number here with the numbers and letters that a slash or dash joins to it: 12/3-A."""
    found = [at]
    while (
        at + 2 < len(tokens)
        and tokens[at + 1].kind in "/-"
        and (tokens.is_number_or_letter(at + 2) or tokens[at + 2].lower in _DUTCH_DOORS)
    ):
        at += 2
        found.append(at)
    return found


def _read_kept(tokens: AddressTokens, decided: Decisions, house: int) -> int:
    """Read what is behind the number of a house, of which a word says what it is, and return the last place read."""
    if rooms := _rooms(tokens, decided, house):
        decided.hidden.update(rooms)
        return rooms[-1]
    if doors := _doors(tokens, decided, house):
        decided.hidden.update([house, *doors] if _is_behind_house(tokens, house) else doors)
        return doors[-1]
    return house


def _rooms(tokens: AddressTokens, decided: Decisions, house: int) -> list[int]:
    """Return the numbers of unit and room that a dash joins to a building's: Building 5-402."""
    chain = _chain(tokens, house)
    room = chain[-1]
    joined = len(chain) > 1 and room not in decided.kept and tokens[house + 1].kind == "-"
    if not joined or len(tokens[room].text) not in ROOM_DIGITS or not tokens.ends_part(room):
        return []
    return [] if is_one_house(tokens, house, room) else chain[1:]


def _doors(tokens: AddressTokens, decided: Decisions, house: int) -> list[int]:
    """Return the numbers of doors behind the slashes of a house's number, which is behind a word for a street.

    What belongs to the house is kept. In Cyrillic addresses all of them do.
    """
    if tokens.touches_next(house, "-") and is_flat_in_turkey(tokens, house, house + 2):
        return [house + 2]
    found = _behind_slashes(tokens, house)
    if not found or not decided.kept.isdisjoint(found):
        return []  # Kh. No. 48/30/4
    letters = all(tokens[door].kind == "w" for door in found)
    if (
        belongs_to_house(tokens, house, found[0])
        or tokens.country.czechia
        or (letters and is_in_numbered_street(tokens, house))
    ):
        decided.kept.update(found)
        return []
    ends = tokens.ends_part(found[-1]) or is_in_turkey(tokens, house)
    return found if ends and not tokens.country.cyrillic else []


def _behind_slashes(tokens: AddressTokens, house: int) -> list[int]:
    """Return the numbers and letters behind the slashes of a house's number: 12/3, 12/3/4."""
    found: list[int] = []
    at = house
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
        found.append(at)
    return found


def _read_chain(tokens: AddressTokens, decided: Decisions, chain: list[int]) -> None:
    """Read numbers and letters of which no word says what they are."""
    first, last = chain[0], chain[-1]
    if len(chain) == 1:
        if tokens[first].kind == "n":
            _read_single(tokens, decided, first)
    elif is_unit_in_jalan(tokens, chain):
        decided.hidden.update(chain)
    elif _is_postcode(tokens, decided, first, last):
        return
    elif is_sector(tokens, first):
        decided.kept.update(chain)
    elif not tokens.begins_part(first):
        _read_behind_street(tokens, decided, chain)
    elif tokens[first + 1].kind == "/" and _begins_with_house(tokens, chain):
        decided.kept.update(chain)
    elif len(chain) == _PAIR and (tokens.is_before_street(last) or _is_before_rue(tokens, last)):
        _read_before_street(tokens, decided, first, last)
    else:
        _read_part(tokens, decided, chain)


def _is_postcode(tokens: AddressTokens, decided: Decisions, first: int, last: int) -> bool:
    """Whether numbers are a postcode, maybe with letters of the country: 00-590, S-88133."""
    if first in decided.postcodes or len(tokens[first].text) >= LONG:
        return True
    return tokens[first].kind == "w" and len(tokens[last].text) >= LONG


def _read_single(tokens: AddressTokens, decided: Decisions, at: int) -> None:
    """Read a number that no sign joins to another."""
    if is_in_jalan(tokens, at):
        decided.kept.add(at)
        return
    if tokens.ends_part(at) and len(tokens[at].text) in ROOM_DIGITS and _is_beside_building(tokens, decided, at):
        decided.hidden.add(at)
    if at not in decided.postcodes and at and tokens[at - 1].kind in "w.":
        _read_behind_house(tokens, decided, at)


def _is_beside_building(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a number is beside that of a building: Tower 6, 2317, and 402, Tower 3."""
    if at == 0:
        following = "".join([token.lower for token in tokens[2:3]])
        return kinds_of_words().get(following) == "building" and following not in _STREETS_FIRST
    if tokens[at - 1].kind in BREAKS:
        return at - 2 in decided.kept and at - 2 not in decided.street_names
    return at - 1 in decided.kept


def _read_behind_house(tokens: AddressTokens, decided: Decisions, house: int) -> None:
    """Hide what is right behind a house in a street, at the end of a part: 12 A 23, 40 A, Keizersgracht 12 III."""
    found: list[int] = []
    at = house + 1
    while at < len(tokens) and len(found) < _MOST_DOORS and tokens.may_be_door(at):
        found.append(at)
        at += 1
    if at < len(tokens) and not found and _ends_or_code(tokens, decided, at) and _is_dutch_door(tokens, at):
        decided.hidden.add(at)
    if found and tokens[found[0]].kind == "w" and _ends_or_code(tokens, decided, at - 1) and not tokens.country.alleys:
        decided.hidden.update(found)


def _ends_or_code(tokens: AddressTokens, decided: Decisions, at: int) -> bool:
    """Whether a part of an address ends with a token, or a postcode is behind it."""
    return tokens.ends_part(at) or at + 1 in decided.postcodes or at + 1 in decided.lettered_postcodes


def _is_dutch_door(tokens: AddressTokens, at: int) -> bool:
    """Whether a floor or door in the Netherlands is here: Keizersgracht 12 III, Oudegracht 200 bis, 3511 NR."""
    door = tokens[at]
    if tokens.in_small_letters:
        return door.lower in _DUTCH_DOORS and _DUTCH_CODE(tokens.text.upper()) is not None
    return bool(_FLOOR_IN_ROMAN(door.text)) or (door.lower in _DUTCH_DOORS and _DUTCH_CODE(tokens.text) is not None)


def _begins_with_house(tokens: AddressTokens, chain: list[int]) -> bool:
    """Whether a house is at the beginning of a part. With a letter, in Vietnam it may be a unit: A/12."""
    lettered = "w" in (tokens[chain[0]].kind, tokens[chain[-1]].kind)
    return not (lettered and tokens.country.alleys) and belongs_to_house(tokens, chain[0], chain[1])


def _read_before_street(tokens: AddressTokens, decided: Decisions, first: int, last: int) -> None:
    """Read two numbers right before the name of a street: 7/23 George Street, 12-14 High Street."""
    slash = tokens[first + 1].kind == "/"
    if not slash and is_one_house(tokens, first, last):
        decided.kept.update((first, last) if first else (last,))
    elif slash or first == 0:
        decided.hidden.add(first)  # also 1204-789 Burrard Street


def _read_part(tokens: AddressTokens, decided: Decisions, chain: list[int]) -> None:
    """Read numbers with which a part of an address begins, and no street follows: 3-B, B-12-3, 3-2-501."""
    first, last = chain[0], chain[-1]
    lettered = "w" in (tokens[first].kind, tokens[last].kind)
    is_room = len(tokens[last].text) in ROOM_DIGITS
    range_of_houses = tokens[first + 1].kind == "-" and len(chain) == _PAIR and is_one_house(tokens, first, last)
    if is_flat_in_korea_or_russia(tokens, chain):
        decided.hidden.update(chain[1:])  # 정자로 32, 101-1331
    elif range_of_houses and first:
        decided.kept.update(chain)
    elif lettered and (len(chain) > _PAIR or first or (is_room and tokens.ends_part(last))):
        decided.hidden.update(chain)
    elif len(chain) == MAX_LOT and (is_room or tokens.country.malaysia):
        decided.hidden.update(chain[1:])  # 3-2-501, Xinghe Garden
    elif len(chain) == MAX_LOT:
        decided.kept.update(chain)
    elif first == 0 and len(chain) == _PAIR and _is_before_house(tokens, last):
        decided.hidden.update(chain)  # 2/1, 45 Byres Road
    elif range_of_houses and _is_before_street_word(tokens, last):
        decided.kept.add(last)  # 277-279 Soi Thiam Ruammit


def _is_before_house(tokens: AddressTokens, at: int) -> bool:
    """Whether the next part of an address begins with a house and its street."""
    return tokens.ends_part(at) and tokens.is_before_street(at + 2) and tokens.is_number_or_letter(at + 2)


def _is_before_rue(tokens: AddressTokens, at: int) -> bool:
    """Whether a word for a street in French is behind two numbers, as in Québec: 4-2260 rue des Ormes."""
    return any(token.lower in _RUES for token in tokens[at + 1 : at + 2])


def _is_before_street_word(tokens: AddressTokens, at: int) -> bool:
    """Whether a word for a street is behind a number."""
    following = tokens[at + 1 : at + 2]
    return bool(following) and kinds_of_words().get(following[0].lower) == "building"


def _read_behind_street(tokens: AddressTokens, decided: Decisions, chain: list[int]) -> None:
    """Read numbers behind the name of a street. The first is mostly the house's: Kwiatowa 5/24."""
    first, last = chain[0], chain[-1]
    slash = tokens[first + 1].kind == "/"
    if tokens.country.alleys and tokens[first - 1].lower in _ALLEYS:
        decided.kept.update(chain)
    elif slash and _touches_house(tokens, decided, chain):
        decided.hidden.update(chain)  # Andrássy út 15 3/5
    elif _is_behind_house(tokens, first) if slash else tokens.shape(first - 1, first) + tokens[last].kind == "nw":
        decided.hidden.update(chain)  # út 42. B. ép. 4/12; Calle Mayor 20 9-A
    elif _is_house(tokens, chain, slash=slash):
        decided.kept.update(chain)
    elif tokens.country.hangul:
        if len(chain) > _PAIR or not is_lot_in_korea(tokens, first):
            decided.hidden.update([at for at in chain[1:] if len(tokens[at].text) >= SHORT_NUMBER])
        decided.kept.update(chain)
    else:
        decided.hidden.update(chain[1:] if len(chain) <= MAX_LOT or slash else chain[MAX_LOT:])


def _touches_house(tokens: AddressTokens, decided: Decisions, chain: list[int]) -> bool:
    """Whether numbers that end a part are right behind the number of a house."""
    house = chain[0] - 1
    return tokens.shape(house, house + 1) == "n" and house not in decided.postcodes and tokens.ends_part(chain[-1])


def _is_house(tokens: AddressTokens, chain: list[int], *, slash: bool) -> bool:
    """Whether all numbers behind a street belong to the house."""
    first = chain[0]
    if slash and belongs_to_house(tokens, first, chain[1]):
        return True
    if len(chain) > _PAIR:
        return False
    if not slash:
        return is_house_in_germany(tokens, *chain)
    # In Czechia and Slovakia, both are the house's.
    digits = sum(map(str.isdecimal, tokens[first].text))
    return (digits > SHORT_NUMBER and not tokens.country.hangul) or (digits > 1 and tokens.country.czechia)


def _is_behind_house(tokens: AddressTokens, at: int) -> bool:
    """Whether only short words are between the number and a house's number before it: út 42. B. ép. 4/12."""
    first = at
    while at and (tokens[at - 1].kind == "." or _is_short_word(tokens, at - 1)):
        at -= 1
    return 0 < at < first and tokens[at - 1].kind == "n"


def _is_short_word(tokens: AddressTokens, at: int) -> bool:
    """Whether a word is as short as an abbreviation, and is not No."""
    word = tokens[at]
    return word.kind == "w" and len(word.text) <= SHORT_WORD and word.lower not in MARKS
