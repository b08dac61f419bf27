"""Hides a number beside the name of an apartment house or behind a street, found by an expression.

A-402, Shanti Towers; Pangsapuri Desa 3-12; 5 Main St 4B; дом 24а, 607. Only an address of which no word said what
is a unit's is read by these.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.houses import _CYRILLIC
from masking_service.masking.addresses.foreign.postcodes import STATES
from masking_service.masking.addresses.foreign.tokens import Tokens
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
