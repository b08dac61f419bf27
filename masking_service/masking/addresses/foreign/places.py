"""Finds units in foreign addresses by the place of a number, where no word says that it is one.

A number is a unit's before a slash and a street (7/23 George Street), behind the number of a house (Kwiatowa 5/24, Pikk
12-37, 12 A 23), and beside the name of an apartment house. Lots in Korea (178-1) are no units.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.countries import JALAN
from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.lots import IS_KOREAN, SAME_HOUSE
from masking_service.masking.addresses.foreign.postcodes import STATES
from masking_service.masking.addresses.foreign.tokens import (
    BREAKS,
    LONG,
    ROOM_DIGITS,
    SHORT_NUMBER,
    Tokens,
)
from masking_service.masking.addresses.japanese_addresses import MAX_LOT
from masking_service.masking.words import address_words as words
from masking_service.masking.words.foreign_words import MARKS, forms_of_capitals, kinds_of_words

_DUTCH_DOORS: Final = frozenset("hs huis bis bg bel ii iii iv".split())
_FLOOR_IN_ROMAN: Final = re.compile("I{2,3}|I?V").fullmatch
_TURKISH: Final = frozenset[str]().union(
    *map(forms_of_capitals, "sok sk sokak sokağı cad cd cadde caddesi bulv bulvar bulvarı blv".split())
)
_FLAT_OF_MALAYSIA: Final = re.compile(
    r"(?:no\.? ?)?(?P<unit>[A-Z]{1,2}[0-9]{0,2}-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?)(?=[ ,])", re.I
).match
"""Matches a block and a flat at the beginning of an address: No AG-11, B2-7-27."""
_STREETS_FIRST: Final = frozenset(
    (*"rue avenue av route đường phố ngõ ngách hẻm kiệt ấp tổ thôn khu phường xã quận khóm".split(), *JALAN)
)
"""Words for streets that are before the name: 419, rue Cordier."""
_NUMBERED: Final = frozenset("road rd lane street avenue sector block line".split())
"""Words for what has a number as its name in South Asia, where a letter may be behind a slash: Road-7/A."""
_ITALIAN: Final = re.compile(r"\b(?:via|viale|v\.le|piazza|p\.z?za|corso|c\.so|vicolo)\b", re.I).search
"""Finds a street in Italy.

There, a letter behind a slash belongs to the house (ISTAT: esponente), and a flat is behind `int.`.
"""
_ALLEYS: Final = frozenset("k h".split())
"""Abbreviations for alleys in Vietnam, before their number: K266 H14/19."""
_ONE_OF_GERMANY: Final = re.compile(
    r"(?:stra(?:ss|ß)e|str|weg|platz|allee|gasse|damm|ufer|chaussee|steig|markt|graben)$", re.I
).search
"""Finds the end of a German street's name. Two numbers with a dash behind it are those of one long house."""
_ONE_OF_OTHERS: Final = re.compile(r"(?:weg|markt|allee|steig)$", re.I).search
"""Finds an end that street names in the Netherlands and Estonia have, too. There, the second number is a flat's."""
_GERMAN_CODE: Final = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])(?! (?:tallinn|tartu|pärnu|narva))", re.I).search
_LONGEST_STREET: Final = 12
"""The largest number of tokens of a street's name."""
SHORT_WORD: Final = 2
_HAS_HANGUL: Final = re.compile("[\uac00-\ud7a3]").search
_CYRILLIC: Final = re.compile("[\u0400-\u04ff]").search
_TURKISH_PLACE: Final = re.compile(
    r"\b(?:mah|mahalle(?:si)?|sok(?:a[kğg][ıi]?)?|sk|cad(?:desi)?|cd|bulv(?:ar[ıi]?)?|sitesi|apartman[ıi]?|istanbul|ankara"
    r"|izmir|turkey|t[uü]rkiye)\b"
).search
_OF_SINGAPORE: Final = re.compile(r"\bsingapore\b", re.I).search
_UNIT_OF_SINGAPORE: Final = re.compile(
    r"(?<![#0-9-])(?P<unit>(?:0[0-9]-[0-9]{2,3}|[0-9]{2}-(?:0[0-9]|[0-9]{3}))[A-Z]?(?:/[0-9]{2,3}[A-Z]?)?)(?![0-9-])"
).search
"""A floor and a unit there without their sign: 02-10/12 The Riverwalk."""
_RUSSIAN_FLAT: Final = re.compile(
    r"\b(?:корпус|корп|кор|строение|стр|к|дом|д|вл)\b\.? ?(?:[0-9]{1,4} ?[а-я]?(?:/[0-9]{1,3})?|[а-я]\.?)"
    r"(?: ?- ?|, ?| )(?P<unit>[0-9*]{1,4}[а-я]?(?:/[0-9*]{1,4})?)(?=$|,(?! ?(?:к|корп|корпус|стр|строение|лит)\b))",
    re.I,
).search
"""Finds the number of a flat right behind a house or its building: д. 143 48, д. 1-83, дом 24а, 607, корп. 4, 11."""
_HOUSE_OF_FLATS: Final = rf"\b(?:{words.HOUSE_OF_FLATS})\b(?! (?:road|rd|street|st|lane|avenue|ave|jalan)\b)"
_BEFORE_FLATS: Final = re.compile(
    r"\s*(?:H(?:ou)?se )?(?:No\.? ?)?(?P<unit>(?:[A-Z]{1,2}[0-9]{0,2}[-/ ]?|[0-9]{1,3}[A-Z]?[-/.])"
    r"[0-9]{1,4}[A-Z]?(?:[-/][0-9]{1,4}[A-Z]?)?,?"
    rf"|[0-9]{{3,4}}[A-Z]?,) ?(?=[^,0-9]{{0,40}}{_HOUSE_OF_FLATS})",
    re.I,
).match
_BEHIND_FLATS: Final = re.compile(
    rf"{_HOUSE_OF_FLATS}[^,0-9]{{0,20}},? "
    r"(?P<unit>(?!NO\b)[A-Z]{1,2}[-/ ]?[0-9]{2,4}[A-Z]?|[0-9]{1,3}[A-Z]?-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4})?)(?=,|$)",
    re.I,
).search
_HOUSES: Final = "(?:building|bldg)"
_BUILDING: Final = rf"(?:{_HOUSES}|block|blk|tower)\b\.? ?[0-9A-Z]"
_STREET: Final = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|circle|cir|court|ct|place|pl|terrace|ter|parkway|pkwy"
    r"|way|trail|trl)\b\.?(?:,? (?:[NSEW]{1,2}|north|south|east|west)\b\.?)?"
)
_NO_COMPASS: Final = "[A-DF-MO-RT-VX-Z]"
_ROOM: Final = "(?P<unit>[0-9]{3,4}[A-Z]?)(?=,|$)"
_IN_A_STREET: Final = (
    r"^(?:No\.? ?)?[0-9]{1,5}[A-Z]?,?"
    r" (?:(?!(?:county|country (?:road|rd)|co|cr|farm|ranch|market|private|state|forest)\b)"
    rf"(?:[A-Z.'-]+|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}{_STREET}"
)
_ROOMS: Final = tuple(
    re.compile(pattern, re.I).search
    for pattern in (
        rf"^(?:No\.? ?|R)(?P<unit>[0-9]{{3,4}}),? {_BUILDING}",
        rf"(?<=[A-Z] )(?:{words.HOUSE_OF_FLATS}|gardens?|court|{_HOUSES}|cent(?:er|re)|house),? {_ROOM}",
        rf"^(?P<unit>[A-Z] [0-9]{{3,4}}),? [^,0-9]{{1,40}} {_HOUSES}\b",
        rf"{_IN_A_STREET} (?P<unit>[A-Z]?[0-9]{{3,4}}[A-Z]?)(?=,|$| [A-Z])",
        rf"^(?P<unit>(?:[A-Z] ?)?[0-9]{{1,4}}[A-Z]?) [0-9]{{1,5}}[A-Z]?"
        rf" (?!mile\b|{_STREET}(?:\W|$))(?:[A-Z.'-]+ |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,4}}?{_STREET}(?=\W|$)",
        rf"^(?P<unit>[A-Z]?[0-9]{{1,4}})-[0-9]{{3,5}}[A-Z]? [0-9]{{1,3}}(?:st|nd|rd|th)? {_STREET}(?=\W|$)",
        rf"^(?P<unit>[0-9]{{3,4}}[A-Z]?(?:-[0-9]{{3,4}})?) (?:(?!{_STREET}(?:\W|$))[A-Z][A-Z.'-]* ){{1,4}}towers?\b"
        rf"(?! (?:{_STREET}|hamlets?|hill|bridge)\b)",
        rf"^(?P<unit>[A-Z] ?[0-9]{{1,4}}) [0-9]{{1,5}} [0-9]{{1,3}}(?:st|nd|rd|th) {_STREET}(?=\W|$)",
        rf"{_IN_A_STREET}, (?P<unit>[0-9]{{1,3}}(?: ?[A-Z])?)(?=$|, )",
        rf"{_IN_A_STREET} (?P<unit>[0-9]{{1,2}})(?=,? [^0-9]{{2,40}}\b(?-i:{STATES})\b)",
        rf"^(?=[0-9]{{1,5}} [NSEW]\.? ){_IN_A_STREET} (?P<unit>[0-9]{{1,2}})$",
        rf"{_IN_A_STREET}(?<!avenue)(?<!ave) (?P<unit>{_NO_COMPASS})$",
        rf"^[0-9]{{1,5}} (?P<unit>{_NO_COMPASS}) (?:north|south|east|west) (?!{_STREET}(?:\W|$))",
        rf"^[0-9]{{1,5}} (?P<unit>[ABCDFG]) (?!{_STREET}(?:\W|$))[A-Z]{{3,}} {_STREET}(?=\W|$)",
        rf"{_IN_A_STREET},? No\.? ?(?P<unit>[A-Z]?[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
        rf"{_IN_A_STREET},? (?P<unit>[0-9]{{1,3}}-?[A-Z]|[A-Z][0-9]{{0,2}}-[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
    )
)
"""Find numbers of rooms: No 402 Building 3, Marina Tower 1203, B 201, Apsara Building, and 5 Main St 4B."""


def hide_beside_flats(tokens: Tokens, decided: Decisions) -> None:
    """Read A-402, Shanti Towers and Pangsapuri Desa 3-12."""
    if not tokens.text.isascii() and _CYRILLIC(tokens.text) is not None and (found := _RUSSIAN_FLAT(tokens.text)):
        start, end = found.span("unit")
        decided.hidden.update(
            at for at, token in enumerate(tokens) if start <= token.start < end and token.kind in "nw"
        )
        return
    malaysian = (_FLAT_OF_MALAYSIA,) if tokens.country.malaysia else ()
    singapore = (_UNIT_OF_SINGAPORE,) if "-" in tokens.text and _OF_SINGAPORE(tokens.text) else ()
    for search in (_BEFORE_FLATS, _BEHIND_FLATS, *malaysian, *singapore, *_ROOMS):
        if found := search(tokens.text):
            start, end = found.span("unit")
            if any(start <= tokens[at].start < end for at in decided.lots):
                continue
            decided.hidden.update(
                at for at, token in enumerate(tokens) if start <= token.start < end and token.kind in "nw"
            )
            return


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
    return found if found and ends and _CYRILLIC(tokens.text) is None else []


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


def _rooms(tokens: Tokens, decided: Decisions, house: int) -> list[int]:
    """Return the numbers of unit and room that are joined to a building's or a house's: Building 5-402."""
    chain = _joined(tokens, house)
    room = chain[-1]
    joined = len(chain) > 1 and room not in decided.kept and tokens[house + 1].kind == "-"
    if not joined or len(tokens[room].text) not in ROOM_DIGITS or not tokens.ends_part(room):
        return []
    return [] if is_one_house(tokens, house, room) or _HAS_HANGUL(tokens.text) else chain[1:]


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
    if _HAS_HANGUL(tokens.text) is not None:
        road = tokens[first - 3].text if first >= len(("road", "house", ",")) else ""
        return before.kind == "n" and road[-1:] in ("로", "길") and len(tokens[last].text) in ROOM_DIGITS
    return _CYRILLIC(tokens.text) is not None and before.kind in "w." and first == tokens.first_number


def is_sector(tokens: Tokens, at: int) -> bool:
    """Whether a sector of Islamabad begins at a token."""
    return tokens.country.sector == tokens[at].start


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
    elif _HAS_HANGUL(tokens.text):
        if len(chain) > MAX_LOT - 1 or not is_behind_village(tokens, chain[0]):
            decided.hidden.update(at for at in chain[1:] if len(tokens[at].text) >= SHORT_NUMBER)
        decided.kept.update(chain)
    elif slash and len(chain) == 2 and len(tokens[chain[0]].text) > SHORT_NUMBER:
        decided.kept.update(chain)  # in Czechia and Slovakia, both are the house's
    else:
        decided.hidden.update(chain[1:] if len(chain) <= MAX_LOT or slash else chain[MAX_LOT:])


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


def is_one_house(tokens: Tokens, first: int, last: int) -> bool:
    one, other = tokens[first].text, tokens[last].text
    return one.isdecimal() and other.isdecimal() and 0 < int(other) - int(one) <= SAME_HOUSE
