"""Tells, by the rules of each country, what the numbers beside a slash or a dash are: Via Roma 23/A is one house.

The rule of a country is a function here that knows nothing of the others. To add one whose houses have a slash, write
its function and ask it in `belongs_to_house`.
"""

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.no_units import SAME_HOUSE
from masking_service.masking.addresses.foreign.tokens import BREAKS, ROOM_DIGITS, AddressTokens
from masking_service.masking.words.foreign_words import MARKS, forms_of_capitals

_TURKISH: Final = frozenset[str]().union(
    *map(forms_of_capitals, "sok sk sokak sokağı cad cd cadde caddesi bulv bulvar bulvarı blv".split())
)
"""Words for streets in Turkey, before the number: Gül Sok. 14/27 Beşiktaş."""
_NUMBERED: Final = frozenset("road rd lane street avenue sector block line".split())
"""Words for what has a number as its name in South Asia, where a letter may be behind a slash: Road-7/A."""
_ITALIAN: Final = re.compile(r"\b(?:via|viale|v\.le|piazza|p\.z?za|corso|c\.so|vicolo)\b", re.I).search
"""Finds a street in Italy, where a letter behind a slash is the house's (ISTAT: esponente); a flat is behind `int.`."""
_ONE_OF_GERMANY: Final = re.compile(
    r"(?:stra(?:ss|ß)e|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|markt|graben)$", re.I
).search
"""Finds the end of a German street's name. Two numbers with a dash behind it are those of one long house."""
_ONE_OF_OTHERS: Final = re.compile(r"(?:weg|markt|allee|steig)$", re.I).search
"""Finds an end that street names in the Netherlands and Estonia have, too. There, the second number is a flat's."""
_GERMAN_CODE: Final = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])(?! (?:tallinn|tartu|pärnu|narva))", re.I).search
"""Finds a postcode of Germany, not one of Estonia."""
_LONGEST_STREET: Final = 12
"""The largest number of tokens of a street's name."""
_TURKISH_PLACE: Final = re.compile(
    r"\b(?:mah|mahalle(?:si)?|sok(?:a[kğg][ıi]?)?|sk|cad(?:desi)?|cd|bulv(?:ar[ıi]?)?|sitesi|apartman[ıi]?|istanbul|ankara"
    r"|izmir|turkey|t[uü]rkiye)\b"
).search
"""Finds that an address is in Turkey."""


def belongs_to_house(tokens: AddressTokens, house: int, door: int) -> bool:
    """Whether what is behind the slash of a house's number belongs to the house, by the rule of its country."""
    return (
        is_house_in_italy(tokens, house, door)
        or tokens.country.alleys
        or tokens.country.bangladesh
        or is_in_jalan(tokens, house)
        or _is_half(tokens, house)
    )


def is_one_house(tokens: AddressTokens, first: int, last: int) -> bool:
    """Whether two numbers are those of one long house: 12-14, and not 12-203."""
    one, other = tokens[first].text, tokens[last].text
    return one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) <= SAME_HOUSE


def _is_half(tokens: AddressTokens, at: int) -> bool:
    """Whether 1/2 is here, between the number of a house and a street: 16 1/2 Windward Road."""
    return (
        at > 0
        and tokens[at - 1].kind == "n"
        and "".join([token.text for token in tokens[at : at + 3]]) == "1/2"
        and tokens.is_before_street(at + 2)
    )


def is_house_in_italy(tokens: AddressTokens, house: int, door: int) -> bool:
    """Whether the letter of a house in Italy, or the next house, is behind the slash: Via Roma 23/A and 15/17."""
    if _ITALIAN(tokens.text, 0, tokens[house].start) is None:
        return False
    if tokens[door].kind == "w":
        return True
    one, other = tokens[house].text, tokens[door].text
    return is_one_house(tokens, house, door) and (int(other) - int(one) == 1 or (int(other) - int(one)) % 2 == 0)


def is_house_in_germany(tokens: AddressTokens, first: int, last: int) -> bool:
    """Whether two numbers behind a street of Germany are those of one long house: Hauptstr. 12-14."""
    before = first - 1 - (tokens[first - 1].kind == ".")
    if _ONE_OF_GERMANY(tokens[before].text) is None or not is_one_house(tokens, first, last):
        return False
    return _ONE_OF_OTHERS(tokens[before].text) is None or _GERMAN_CODE(tokens.text) is not None


def is_in_numbered_street(tokens: AddressTokens, house: int) -> bool:
    """Whether a number is the name of a road or a block in South Asia: Road-7."""
    while house and (tokens[house - 1].kind in "-.#" or tokens[house - 1].lower in MARKS):
        house -= 1
    return house > 0 and tokens[house - 1].lower in _NUMBERED


def is_sector(tokens: AddressTokens, at: int) -> bool:
    """Whether a sector of Islamabad begins at a token."""
    return tokens.country.sector == tokens[at].start


def is_in_jalan(tokens: AddressTokens, at: int) -> bool:
    """Whether numbers are part of a street in Malaysia, behind the house: 12, Jalan SS 2/24 or 11 Jalan Budi 1."""
    if not tokens.country.has_jalan:
        return False
    street = at
    while street and at - street < _LONGEST_STREET and tokens[street - 1].kind not in BREAKS:
        street -= 1
        if tokens[street].lower in JALAN:
            return tokens.first_number < street
    return False


def is_unit_in_jalan(tokens: AddressTokens, chain: list[int]) -> bool:
    """Whether numbers with dashes are a part alone behind a house in Malaysia: 11 Jalan Budi 3, 12-05."""
    first, last = chain[0], chain[-1]
    is_behind = tokens.country.has_jalan and tokens.first_number < first
    return is_behind and tokens.begins_part(first) and tokens.ends_part(last) and tokens.touches_next(first, "-")


def is_in_turkey(tokens: AddressTokens, house: int) -> bool:
    """Whether the word for a street before a number is Turkish: a district follows there without a sign.

    It also follows a number with No.: No: 28/102 Hobyar Mahallesi.
    """
    word = house - 1
    while word > 0 and tokens[word].kind in ".:":
        word -= 1
    before = tokens[word].lower if word >= 0 else ""
    return (word > 0 and before in _TURKISH) or (before in ("no", "n") and _TURKISH_PLACE(tokens.lower) is not None)


def is_further_door_in_turkey(tokens: AddressTokens, house: int, at: int) -> bool:
    """Whether one more door follows a dash or slash that touches it: No: 2/33-3, No: 77/C-D."""
    is_door = at < len(tokens) and tokens.touches_previous(at) and tokens[at - 1].kind in "-/"
    return is_door and tokens.touches_previous(at - 1) and tokens.may_be_door(at) and is_in_turkey(tokens, house)


def is_flat_in_turkey(tokens: AddressTokens, house: int, flat: int) -> bool:
    """Whether a flat follows the dash of a house's number with No.: No: 6-28, and not No: 12-14."""
    is_short = flat < len(tokens) and tokens[flat].kind == "n" and tokens.may_be_door(flat)
    return is_short and is_in_turkey(tokens, house) and not is_one_house(tokens, house, flat)


def is_flat_in_korea_or_russia(tokens: AddressTokens, chain: list[int]) -> bool:
    """Whether a part of an address is only a house and its flat, with a dash between."""
    first, last = chain[0], chain[-1]
    is_part = tokens.shape(first, last + 1) == "n-n" and tokens.touches_next(first, "-") and tokens.ends_part(last)
    if not is_part:
        return False
    if tokens.country.korea and len(tokens[first].text) in ROOM_DIGITS:
        return len(tokens[last].text) in ROOM_DIGITS  # 101-1331, Lotte Castle, Jamsil-dong
    if tokens.country.hangul:
        return _is_flat_in_hangul(tokens, first, last)
    is_behind_street = first > 1 and tokens[first - 2].kind in "w." and first == tokens.first_number
    return is_behind_street and tokens.country.cyrillic  # Невский пр., 82-22


def _is_flat_in_hangul(tokens: AddressTokens, building: int, flat: int) -> bool:
    """Whether a building and a flat are behind a road, the number of a site and a comma: 정자로 32, 101-1331."""
    if tokens.shape(building - 3, building - 1) != "wn":
        return False
    return tokens[building - 3].text[-1] in "로길" and len(tokens[flat].text) in ROOM_DIGITS


def is_lot_in_korea(tokens: AddressTokens, at: int) -> bool:
    """Whether a lot is behind a village or a part of a town: 신대방동 360-115, 양평동5가 106-115."""
    before = tokens[at - 1].text
    if before == "가":
        return tokens.shape(at - 2, at - 1) == "n"
    return len(before) > 1 and before[-1] in "동리읍면"
