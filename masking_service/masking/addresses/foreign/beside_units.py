"""Finds units that no word of their own announces.

`hide_rooms_behind_units` hides the number of a room beside a unit or a floor that was read: Unit 2 402, 88/F, 8801.

`hide_beside_flats` finds the number of a flat by expressions: A-402, Shanti Towers; 5 Main St 4B; дом 24а, 607. They
are asked only where no word said what is a unit's, and the first that finds a `unit` is believed. To read another form,
add its expression to the list of its place, with an example.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from masking_service.masking.addresses.foreign.no_units import STATES
from masking_service.masking.addresses.foreign.tokens import LONG, ROOM_DIGITS, AddressTokens, Decisions
from masking_service.masking.addresses.foreign.unit_numbers import AND, SHORT_WORD, joined_numbers
from masking_service.masking.words import address_words as words
from masking_service.masking.words.foreign_words import kinds_of_words

_CODES_BEFORE_FLOOR: Final = re.compile(
    r"[0-9]{3,4}[A-Z]?(?=,? [0-9]{1,2}(?i:st|nd|rd|th)? (?i:floor|flr)\b"
    rf"[^0-9]{{1,40}}\b(?i:{words.HOUSE_OF_FLATS})\b)"
    r"|[A-Z][0-9]{1,3}(?:[/&][A-Z][0-9]{1,3})+(?=, ?(?:[Ff]loor|[Ll]evel|[0-9]{1,2}(?:st|nd|rd|th)? ?/?[Ff]))"
).match
"""Matches units before their floor: A1/A2, Floor 5; 1203, 12th Floor, Shanti Apartments."""
_TAIWANESE: Final = re.compile(
    r"\b(?:sec|section|dist|district|taiwan|taipei|taichung|kaohsiung|tainan)\b", re.I
).search
"""Finds that an address is in Taiwan, in Latin letters."""
_UNITS_IN_SPANISH: Final = frozenset(
    "local lc oficina of ofc apto apartamento interior int bodega bod consultorio".split()
)
"""Words for units in Spanish, in which a house is behind the street and not behind such a number."""
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
    if not comma and tokens.shape(room, room + 2) == "nw" and _is_lettered_room(tokens, room):
        return room, room + 1
    is_room = room < len(tokens) and _MAY_BE_ROOM(tokens[room].text) is not None and tokens.ends_part(room)
    return (room,) if is_room and (not comma or room + 1 == len(tokens)) else ()


def _is_lettered_room(tokens: AddressTokens, room: int) -> bool:
    """Whether two capital letters that end a part touch the number of a room: Lt. 5 No. 5BF."""
    letters = tokens[room + 1].text
    touches = tokens.is_room(room) and tokens.touches_next(room, "w")
    return touches and len(letters) == SHORT_WORD and letters.isupper() and tokens.ends_part(room + 1)


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


_FLAT_OF_MALAYSIA: Final = re.compile(
    r"(?:no\.? ?)?(?P<unit>[A-Z]{1,2}[0-9]{0,2}-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?)(?=[ ,])", re.I
).match
"""Matches a block and a flat at the beginning of an address: No AG-11, B2-7-27."""
_OF_SINGAPORE: Final = re.compile(r"\b(?:singapore\b|s\s?$)", re.I).search
_UNIT_OF_SINGAPORE: Final = re.compile(
    r"(?<![#0-9-])(?P<unit>(?:0[0-9]-[0-9]{2,3}|[0-9]{2}-(?:0[0-9]|[0-9]{3})"
    r"|(?<= )[0-9]{1,2}-[0-9]{3,4}(?=,? ?(?i:singapore|s\s?$)))[A-Z]?(?:/[0-9]{2,3}[A-Z]?)?)(?![0-9-])"
).search
"""A floor and a unit there without their sign: 02-10/12 The Riverwalk."""
_RUSSIAN_FLAT: Final = re.compile(
    r"\b(?:корпус|корп|кор|строение|стр|к|дом|д|вл)\b\.? ?(?:[0-9]{1,4} ?[а-я]?(?:/[0-9]{1,3})?|[а-я]\.?)"
    r"(?: ?- ?|, ?| )(?P<unit>[0-9*]{1,4}[а-я]?(?:/[0-9*]{1,4})?)(?=$|,(?! ?(?:к|корп|корпус|стр|строение|лит)\b))",
    re.I,
).search
"""Finds the number of a flat right behind a house or its building: д. 143 48, д. 1-83, дом 24а, 607, корп. 4, 11."""
_HOUSE_OF_FLATS: Final = rf"\b(?:{words.HOUSE_OF_FLATS})\b(?! (?:road|rd|street|st|lane|avenue|ave|jalan)\b)"
"""The name of an apartment house, and not of a street: Shanti Towers, not Tower Road."""
_BEFORE_FLATS: Final = re.compile(
    r"\s*(?:H(?:ou)?se )?(?:No\.? ?)?(?P<unit>(?:[A-Z]{1,2}[0-9]{0,2}[-/ ]?|[0-9]{1,3}[A-Z]?[-/.])"
    r"[0-9]{1,4}[A-Z]?(?:[-/][0-9]{1,4}[A-Z]?)?,?"
    rf"|[0-9]{{3,4}}[A-Z]?,) ?(?=[^,0-9]{{0,40}}{_HOUSE_OF_FLATS})",
    re.I,
).match
"""Matches a flat before the name of an apartment house: A-402, Shanti Towers, and 1203, Marina Residence."""
_BEHIND_FLATS: Final = re.compile(
    rf"{_HOUSE_OF_FLATS}[^,0-9]{{0,20}},? "
    r"(?P<unit>(?!NO\b)[A-Z]{1,2}[-/ ]?[0-9]{2,4}[A-Z]?|[0-9]{1,3}[A-Z]?-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4})?)(?=,|$)",
    re.I,
).search
"""Finds a flat behind the name of an apartment house: Pangsapuri Desa 3-12, and Shanti Towers B 402."""
_HOUSES: Final = "(?:building|bldg)"
_BUILDING: Final = rf"(?:{_HOUSES}|block|blk|tower)\b\.? ?[0-9A-Z]"
_STREET: Final = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|circle|cir|court|ct|place|pl|terrace|ter|parkway|pkwy"
    r"|way|trail|trl)\b\.?(?:,? (?:[NSEW]{1,2}|north|south|east|west)\b\.?)?"
)
_NO_COMPASS: Final = "[A-DF-MO-RT-VX-Z]"
"""A letter that is no direction: 5 Main St N is the north of it."""
_HOUSE_IN_STREET: Final = (
    r"(?:No\.? ?)?[0-9]{1,5}[A-Z]?,?"
    r" (?:(?!(?:county|country (?:road|rd)|co|cr|farm|ranch|market|private|state|forest)\b)"
    rf"(?:[A-Z.'-]+|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}{_STREET}"
)
"""The house and the street with which an address begins: 500 Oak Creek Road."""
_BEGINS_WITH_STREET: Final = re.compile(_HOUSE_IN_STREET, re.I).match
_BEHIND_ESTATE: Final = re.compile(
    rf"(?<=[A-Z] )(?:{words.HOUSE_OF_FLATS}|gardens?|court|{_HOUSES}|cent(?:er|re)|house|plaza)(?:,? | - )"
    r"(?P<unit>[0-9]{3,4}[A-Z]?)(?=,|$)",
    re.I,
).search
"""Finds a room behind the name of a house: Marina Tower 1203."""
_DOOR_IN_CATALONIA: Final = re.compile(r"(?<=[ ,])(?P<unit>[0-9]{1,2}(?:r|n|t|è) [0-9]{1,2}a)(?=,|$)", re.I).search
"""Finds a floor and a door in Catalonia: 3r 2a."""
_BEFORE_LOT_OF_JAPAN: Final = re.compile(
    r"(?:[A-Z][A-Za-z'-]* ){1,3}(?P<unit>[0-9]{3,4})[ ,]{1,3}[0-9]{1,3}-[0-9]{1,3}-[0-9]{1,3} [A-Z]"
).match
"""Matches a room behind the name of its house, before the lot: Corpo Yamada 203, 1-2-3 Honmachi."""
_BEFORE_BUILDING: Final = re.compile(rf"(?:No\.? ?|R)(?P<unit>[0-9]{{3,4}}),? {_BUILDING}", re.I).match
"""Matches No 402 Building 3."""
_VILLA: Final = re.compile(
    r"(?:villa|town ?house|chalet) (?P<unit>[0-9]{1,3}[A-Z]?)[ ,]{1,2}[0-9]{1,5}[A-Z]? (?!street\b|st\b)[A-Z]", re.I
).match
"""Matches a house on a site before the site's number in its street: Villa 12, 500 Beach Road."""
_AT_BEGINNING: Final = tuple(
    (re.compile(pattern, re.I).match, _HOUSE_IN_STREET in pattern)
    for pattern in (
        # 402, B Wing
        r"(?P<unit>[0-9]{3,4}[A-Z]?),? ?[A-Z][0-9]?[ -]?wing\b",
        # 23 The Granary, 259 Dame Street
        rf"(?P<unit>[0-9]{{1,3}}[A-Z]?) (?!{_STREET}(?:\W|$))(?:(?!{_STREET}(?:\W|$))[A-Z][A-Z'-]+ ?){{1,3}}, ?"
        rf"(?=[0-9]{{1,4}}[A-Z]? (?:[A-Z.'-]+ ){{1,3}}{_STREET}(?:\W|$))",
        # 4 Hazel House, 356 The Parade
        r"(?P<unit>[0-9]{1,3}[A-Z]?) (?:[A-Z][A-Z'-]+ ){1,2}(?:house|wharf|mansions?|court|lodge|hall|mews|quays?), ?"
        r"(?=[0-9]{1,4}[A-Z]? [A-Z])",
        # B 201, Apsara Building
        rf"(?P<unit>[A-Z] [0-9]{{3,4}}),? [^,0-9]{{1,40}} {_HOUSES}\b",
        # 500 Oak Road 1203
        rf"{_HOUSE_IN_STREET} (?P<unit>[A-Z]?[0-9]{{3,4}}[A-Z]?)(?=,|$| [A-Z])",
        # 12 500 Oak Road, and B12 500 Oak Road
        rf"(?P<unit>(?:[A-Z] ?)?[0-9]{{1,4}}[A-Z]?) [0-9]{{1,5}}[A-Z]?"
        rf" (?!mile\b|{_STREET}(?:\W|$))(?:[A-Z.'-]+ |[0-9]{{1,3}}(?:st|nd|rd|th) ){{1,4}}?{_STREET}(?=\W|$)",
        # 203-10030 137 Street
        rf"(?P<unit>[A-Z]?[0-9]{{1,4}})-[0-9]{{3,5}}[A-Z]? [0-9]{{1,3}}(?:st|nd|rd|th)? {_STREET}(?=\W|$)",
        # 1203 Marina Tower
        rf"(?P<unit>[0-9]{{3,4}}[A-Z]?(?:-[0-9]{{3,4}})?) (?:(?!{_STREET}(?:\W|$))[A-Z][A-Z.'-]* ){{1,4}}towers?\b"
        rf"(?! (?:{_STREET}|hamlets?|hill|bridge)\b)",
        # A 12 500 5th Avenue
        rf"(?P<unit>[A-Z] ?[0-9]{{1,4}}) [0-9]{{1,5}} [0-9]{{1,3}}(?:st|nd|rd|th) {_STREET}(?=\W|$)",
        # 500 Oak Road, 12 B
        rf"{_HOUSE_IN_STREET}, (?P<unit>[0-9]{{1,3}}(?: ?[A-Z])?)(?=$|, )",
        # 500 Oak Road 12, Springfield IL
        rf"{_HOUSE_IN_STREET} (?P<unit>[0-9]{{1,2}})(?=,? [^0-9]{{2,40}}\b(?-i:{STATES})\b)",
        # 500 W Oak Road 12
        rf"(?=[0-9]{{1,5}} [NSEW]\.? ){_HOUSE_IN_STREET} (?P<unit>[0-9]{{1,2}})$",
        # 500 Oak Road B, and not 500 Avenue B
        rf"{_HOUSE_IN_STREET}(?<!avenue)(?<!ave) (?P<unit>{_NO_COMPASS})$",
        # 500 B West Oak Road
        rf"[0-9]{{1,5}} (?P<unit>{_NO_COMPASS}) (?:north|south|east|west) (?!{_STREET}(?:\W|$))",
        # 500 B Oak Road
        rf"[0-9]{{1,5}} (?P<unit>[ABCDFG]) (?!{_STREET}(?:\W|$))[A-Z]{{3,}} {_STREET}(?=\W|$)",
        # 500 Oak Road, No. 12
        rf"{_HOUSE_IN_STREET},? No\.? ?(?P<unit>[A-Z]?[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
        # 5 Main St 4B, and 500 Oak Road B-12
        rf"{_HOUSE_IN_STREET},? (?P<unit>[0-9]{{1,3}}-?[A-Z]|[A-Z][0-9]{{0,2}}-[0-9]{{1,4}}[A-Z]?)(?=,|$| [A-Z])",
    )
)
"""Match a unit at the beginning of an address, or behind the house and the street there. Beside each is whether it asks
for such a street. They are tried in this order.
"""


def hide_beside_flats(tokens: AddressTokens, decided: Decisions) -> None:
    """Hide the number of a flat that the first of the expressions finds, unless it is a lot's."""
    text = tokens.text.replace("|", ",")
    for search in _expressions(tokens):
        if found := search(text):
            start, end = found.span("unit")
            if not any(start <= tokens[at].start < end for at in decided.lots):
                decided.hidden.update(
                    [at for at, token in enumerate(tokens) if start <= token.start < end and token.kind in "nw"]
                )
                return


def _expressions(tokens: AddressTokens) -> Iterator[Callable[[str], re.Match[str] | None]]:
    """Yield the expressions that may find a flat in an address: those of its country, then those of all."""
    text = tokens.text
    if tokens.country.cyrillic:
        yield _RUSSIAN_FLAT
    yield _BEFORE_FLATS
    yield _BEHIND_FLATS
    if tokens.country.malaysia:
        yield _FLAT_OF_MALAYSIA
    if "-" in text and _OF_SINGAPORE(text):
        yield _UNIT_OF_SINGAPORE
    yield _BEFORE_BUILDING
    yield _BEHIND_ESTATE
    yield _VILLA
    yield _BEFORE_LOT_OF_JAPAN
    yield _DOOR_IN_CATALONIA
    begins_with_street = _BEGINS_WITH_STREET(text) is not None
    for match, asks_for_street in _AT_BEGINNING:
        if begins_with_street or not asks_for_street:
            yield match
