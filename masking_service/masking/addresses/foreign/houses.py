"""Tells, by the rules of each country, which numbers beside a slash or a dash belong to the house: Via Roma 23/A.

The rule of a country is a function here, which knows nothing of the others.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.lots import IS_KOREAN, SAME_HOUSE
from masking_service.masking.addresses.foreign.tokens import BREAKS, ROOM_DIGITS, Tokens
from masking_service.masking.words.foreign_words import MARKS, forms_of_capitals

_TURKISH: Final = frozenset[str]().union(
    *map(forms_of_capitals, "sok sk sokak sokağı cad cd cadde caddesi bulv bulvar bulvarı blv".split())
)
_NUMBERED: Final = frozenset("road rd lane street avenue sector block line".split())
"""Words for what has a number as its name in South Asia, where a letter may be behind a slash: Road-7/A."""
_ITALIAN: Final = re.compile(r"\b(?:via|viale|v\.le|piazza|p\.z?za|corso|c\.so|vicolo)\b", re.I).search
"""Finds a street in Italy.

There, a letter behind a slash belongs to the house (ISTAT: esponente), and a flat is behind `int.`.
"""
_ONE_OF_GERMANY: Final = re.compile(
    r"(?:stra(?:ss|ß)e|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|markt|graben)$", re.I
).search
"""Finds the end of a German street's name. Two numbers with a dash behind it are those of one long house."""
_ONE_OF_OTHERS: Final = re.compile(r"(?:weg|markt|allee|steig)$", re.I).search
"""Finds an end that street names in the Netherlands and Estonia have, too. There, the second number is a flat's."""
_GERMAN_CODE: Final = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])(?! (?:tallinn|tartu|pärnu|narva))", re.I).search
_LONGEST_STREET: Final = 12
"""The largest number of tokens of a street's name."""
_TURKISH_PLACE: Final = re.compile(
    r"\b(?:mah|mahalle(?:si)?|sok(?:a[kğg][ıi]?)?|sk|cad(?:desi)?|cd|bulv(?:ar[ıi]?)?|sitesi|apartman[ıi]?|istanbul|ankara"
    r"|izmir|turkey|t[uü]rkiye)\b"
).search


def is_house_in_italy(tokens: Tokens, house: int, behind: int) -> bool:
    """Whether the letter of a house in Italy, or the next house, is behind the slash: Via Roma 23/A and 15/17."""
    if _ITALIAN(tokens.text, 0, tokens[house].start) is None:
        return False
    if tokens[behind].kind == "w":
        return True
    one, other = tokens[house].text, tokens[behind].text
    return is_one_house(tokens, house, behind) and (int(other) - int(one) == 1 or (int(other) - int(one)) % 2 == 0)


def _is_numbered_street(tokens: Tokens, at: int) -> bool:
    """Whether a number is behind a word for what has a number as its name: Road-7."""
    while at and (tokens[at - 1].kind in "-.#" or tokens[at - 1].lower in MARKS):
        at -= 1
    return at > 0 and tokens[at - 1].lower in _NUMBERED


def is_in_turkey(tokens: Tokens, house: int) -> bool:
    """Whether the word for a street before a number is Turkish: a district follows there without a sign.

    It also follows a number with No.: No: 28/102 Hobyar Mahallesi.
    """
    word = house - 1
    while word > 0 and tokens[word].kind in ".:":
        word -= 1
    before = tokens[word].lower if word >= 0 else ""
    return (word > 0 and before in _TURKISH) or (before in ("no", "n") and _TURKISH_PLACE(tokens.lower) is not None)


def is_further_door_in_turkey(tokens: Tokens, house: int, at: int) -> bool:
    """Whether one follows after a dash or slash that touches it, in Turkey."""
    is_door = at < len(tokens) and tokens.touches_previous(at) and tokens[at - 1].kind in "-/"
    return is_door and tokens.touches_previous(at - 1) and tokens.may_be_door(at) and is_in_turkey(tokens, house)


def is_flat_in_turkey(tokens: Tokens, house: int) -> bool:
    """Whether a flat follows the dash of a house's number with No. in Turkey: No: 6-28, and not No: 12-14."""
    flat = house + 2
    is_short = flat < len(tokens) and tokens[flat].kind == "n" and tokens.may_be_door(flat)
    return is_short and is_in_turkey(tokens, house) and not is_one_house(tokens, house, flat)


def is_flat_of_house(tokens: Tokens, chain: list[int]) -> bool:
    """Whether a part is only a house and its flat, behind a street in Korea or Russia.

    정자로 32, 101-1331 is building 101 of a site and flat 1331; Невский пр., 82-22 is house 82 and flat 22.
    101-1331, Lotte Castle, Jamsil-dong is read in the same way.
    """
    first, last = chain[0], chain[-1]
    if len(chain) != len(("house", "flat")) or not tokens.ends_part(last):
        return False
    if not tokens.touches_next(first, "-") or "w" in (tokens[first].kind, tokens[last].kind):
        return False
    if IS_KOREAN(tokens.text) is not None and len(tokens[first].text) in ROOM_DIGITS:
        return len(tokens[last].text) in ROOM_DIGITS
    if first < len(("street", ",")):
        return False
    before = tokens[first - 2]
    if tokens.country.hangul:
        road = tokens[first - 3].text if first >= len(("road", "house", ",")) else ""
        return before.kind == "n" and road[-1:] in ("로", "길") and len(tokens[last].text) in ROOM_DIGITS
    return tokens.country.cyrillic and before.kind in "w." and first == tokens.first_number


def is_sector(tokens: Tokens, at: int) -> bool:
    """Whether a sector of Islamabad begins at a token."""
    return tokens.country.sector == tokens[at].start


def is_behind_village(tokens: Tokens, at: int) -> bool:
    """Whether a lot in Korea is behind a village or town part.

    Examples: 신대방동 360-115, 양평동5가 106-115.
    """
    before = tokens[at - 1]
    if before.text == "가":
        return at > 1 and tokens[at - 2].kind == "n"
    return len(before.text) > 1 and before.text[-1] in "동리읍면"


def is_house(tokens: Tokens, chain: list[int], *, slash: bool) -> bool:
    """Whether all numbers behind a street belong to the house."""
    first = chain[0]
    if slash and is_house_in_italy(tokens, first, chain[1]):
        return True
    if slash and (
        is_in_jalan(tokens, first) or tokens.country.alleys or tokens.country.bangladesh or is_half(tokens, first)
    ):
        return True
    if len(chain) > 2:
        return False
    if slash:
        return len(tokens[first].text) > 1 and tokens.country.czechia
    return is_one_house(tokens, *chain) and is_in_germany(tokens, first)


def is_half(tokens: Tokens, at: int) -> bool:
    """Whether 1/2 is here, between the number of a house and a street: 16 1/2 Windward Road."""
    return (
        at > 0
        and tokens[at - 1].kind == "n"
        and "".join([token.text for token in tokens[at : at + 3]]) == "1/2"
        and tokens.is_before_street(at + 2)
    )


def is_in_germany(tokens: Tokens, at: int) -> bool:
    """Whether a number is behind a street of Germany."""
    before = at - 1 - (tokens[at - 1].kind == ".")
    if before < 0 or _ONE_OF_GERMANY(tokens[before].text) is None:
        return False
    return _ONE_OF_OTHERS(tokens[before].text) is None or _GERMAN_CODE(tokens.text) is not None


def is_in_jalan(tokens: Tokens, at: int) -> bool:
    """Whether numbers are part of a street in Malaysia, behind the house: 12, Jalan SS 2/24 or 11 Jalan Budi 1."""
    street = at
    while street and at - street < _LONGEST_STREET and tokens[street - 1].kind not in BREAKS:
        street -= 1
        if tokens[street].lower in JALAN:
            return tokens.first_number < street
    return False


def is_unit_in_jalan(tokens: Tokens, chain: list[int]) -> bool:
    """Whether numbers with dashes are a part alone behind a house in Malaysia: 11 Jalan Budi 3, 12-05."""
    first, last = chain[0], chain[-1]
    is_part = tokens.first_number < first and tokens[first - 1].kind in BREAKS and tokens.ends_part(last)
    return is_part and tokens.touches_next(first, "-")


def is_one_house(tokens: Tokens, first: int, last: int) -> bool:
    one, other = tokens[first].text, tokens[last].text
    return one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) <= SAME_HOUSE
