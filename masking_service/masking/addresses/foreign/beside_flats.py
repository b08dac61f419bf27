"""Finds the number of a flat or a room by expressions: A-402, Shanti Towers; 5 Main St 4B; дом 24а, 607.

They are asked only where no word said what is a unit's. The first that finds a `unit` is believed. To read another
form, add its expression to the list of its place, with an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.postcodes import STATES
from masking_service.masking.addresses.foreign.tokens import AddressTokens
from masking_service.masking.words import address_words as words

_FLAT_OF_MALAYSIA: Final = re.compile(
    r"(?:no\.? ?)?(?P<unit>[A-Z]{1,2}[0-9]{0,2}-[0-9]{1,4}[A-Z]?(?:-[0-9]{1,4}[A-Z]?)?)(?=[ ,])", re.I
).match
"""Matches a block and a flat at the beginning of an address: No AG-11, B2-7-27."""
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
    rf"(?<=[A-Z] )(?:{words.HOUSE_OF_FLATS}|gardens?|court|{_HOUSES}|cent(?:er|re)|house),? "
    r"(?P<unit>[0-9]{3,4}[A-Z]?)(?=,|$)",
    re.I,
).search
"""Finds a room behind the name of a house: Marina Tower 1203."""
_BEFORE_BUILDING: Final = re.compile(rf"(?:No\.? ?|R)(?P<unit>[0-9]{{3,4}}),? {_BUILDING}", re.I).match
"""Matches No 402 Building 3."""
_AT_BEGINNING: Final = tuple(
    (re.compile(pattern, re.I).match, _HOUSE_IN_STREET in pattern)
    for pattern in (
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
"""Match a unit at the beginning of an address, or behind the house and the street there.

Beside each is whether it asks for such a street. They are tried in this order.
"""


def hide_beside_flats(tokens: AddressTokens, decided: Decisions) -> None:
    """Hide the number of a flat that the first of the expressions finds, unless it is a lot's."""
    for search in _expressions(tokens):
        if found := search(tokens.text):
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
    begins_with_street = _BEGINS_WITH_STREET(text) is not None
    for match, asks_for_street in _AT_BEGINNING:
        if begins_with_street or not asks_for_street:
            yield match
