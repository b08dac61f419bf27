"""Finds numbers of lots, houses and streets by expressions: in Colombia, Korea, Japan, Indonesia, Brazil and others.

None of these numbers is a unit's: Carrera 4 No 39-347; 78-11, Cheongdam-dong; 5-24-2 Sendagaya, Shibuya-ku; 188th St.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from masking_service.masking.addresses.foreign.tokens import AddressTokens
from masking_service.masking.words.alternatives import any_of

Span = tuple[int, int]

_SHORT: Final = 3
"""The digits of a number that is not short."""
_STREETS_OF_PLATES: Final = frozenset(
    "carrera cra kra kr cr ak calle cl cll clle ac diagonal diag dg transversal transv tv trv autopista circular av"
    " avenida".split()
)
"""Words for streets in Colombia, whose houses have two numbers: CL 20 # 82-52."""
_PLATES: Final = re.compile(
    rf"\b(?:{any_of(_STREETS_OF_PLATES)})\.?(?: (?:carrera|calle|cra|cl))?\.? ?"
    r"[0-9]{1,3}(?: ?(?!n[or])[A-Z]{1,2})?(?: ?bis)?(?: (?:sur|norte|este|oeste|[NSEO])\b)?"
    r"(?P<sign>\s*(?:#|n(?:[o°º]|ro|um)?\b\.?)\s*|\s+)"
    r"[0-9]{1,3} ?[A-Z]{0,2}(?: ?bis)?(?: (?:sur|norte|este|oeste|[NSEO]))?(?: ?- ?| +)"
    r"[0-9]{1,3}(?![0-9A-Z])",
    re.I,
).finditer
"""Finds houses in Colombia: Carrera 4 No 39-347 and CL 20 82 52.

The numbers are the street, the street that crosses it, and the metres from there.
"""
_LOTS_OF_KOREA: Final = re.compile(
    r"(?<![\w-])(?:[0-9]{1,4}-[0-9]{1,2}|(?<!#)[0-9]{1,4})"
    r"(?=,? [A-Z0-9 ]{2,24}-(?:dong|ga|ro|daero|gil|ri|eup|myeon)\b)"
    r"|(?<=[a-z]-)(?:dong|ga|ro|daero|gil|ri)(?: [0-9]{1,4}(?:-[0-9]{1,2})?|, [0-9]{1,4}-[0-9]{1,2})(?![\w-])",
    re.I,
).finditer
"""Finds lots in Korea. Their second part has at most two digits: 101-1203 is building 101 of a site and its flat."""
_LOTS_OF_JAPAN: Final = re.compile(
    r"(?<![\w#-])(?<!tower )(?<!mansion )(?<!heights )(?<!building )(?<!bldg )(?<!house )(?<!residence )(?<!room )"
    r"[0-9]{1,4}(?:-[0-9]{1,4})?-[0-9]{1,2}(?![0-9-])"
    r"|(?:(?<=tokyo )|(?<=osaka )|(?<=kyoto )|(?<=-ku )|(?<=-shi ))[0-9]{3}-[0-9]{4}(?![0-9-])"
    r"|^[0-9]{3}-[0-9]{4}(?=,? (?:tokyo|osaka|kyoto)\b)",
    re.I,
).finditer
"""Finds lots in Japan, and postcodes beside a city.

The last part of a lot has at most two digits: 2-301 is a building of a site and its flat.
"""
_IS_JAPANESE: Final = re.compile(r"-(?:ku|shi|cho|machi)\b|\b(?:tokyo|osaka|kyoto|japan)\b", re.I).search
"""In Latin letters."""
_NEIGHBOURS: Final = re.compile(
    r"\brt(?: ?/ ?rw)?[.:]? ?[0-9]{1,3}[ ,./-]{1,2}(?:rw\.? ?)?[0-9]{1,3}(?![0-9])", re.I
).finditer
"""Finds both numbers of a neighbourhood in Indonesia: RT 4 RW 8, also written RT 4 8 and RT/RW:001/010."""
_TWICE: Final = re.compile(
    r"([0-9]{1,5}[A-Z]?) [^0-9]{3,60}?\b(\1),? (?:rue|boulevard|boul|chemin|avenue|av|place|route|c[ôo]te|mont[ée]e"
    r"|rang|all[ée]e|promenade)\b",
    re.I,
).match
"""Matches a house in both languages of Canada: 1058 Saint-Denis Street 1058, rue Saint-Denis."""

_HOUSES_OF_FRANCE: Final = re.compile(
    r"([0-9]{1,4}) ?(?: |[-/&]|et) ?([0-9]{1,4}),?"
    r" (?:rue|avenue|av|boulevard|bd|place|quai|cours|chemin|all[ée]e|impasse|route)\b",
    re.I,
).match
"""Matches two numbers of one house before a French word for a street: 49 / 51 rue Neuve, 93 95 boulevard National."""
SAME_HOUSE: Final = 8
"""The greatest difference of two numbers before a street that are those of one long house."""
_NUMBERS_OF_BRAZIL: Final = re.compile(
    r"\b(?:rua|avenida|av\.?) (?:[A-Z]{1,2}-?[0-9]{1,3}|[0-9]{1,3}-[A-Z])(?![\w-])(?:(?: ?/ ?| c/ ?)[A-Z]-[0-9]{1,2})?"
    r"|(?<![0-9.])[0-9]{1,2}\.(?=[0-9]{3}(?![0-9.]))",
    re.I,
).finditer
"""Finds Avenida T-10 and 1.722."""
_STREETS_OF_BRAZIL: Final = frozenset("rua avenida av alameda travessa rodovia estrada praça calle".split())
"""Words for streets of which one may be called by a letter and a number: Rua T-37."""
_NUMBERED_STREETS: Final = re.compile(
    r"(?<= )[0-9]{1,3}(?:st|nd|rd|th|[A-Z])? (?:mile )?(?:street|str?|avenue|ave?|road|rd|place|pl|drive|dr|terrace|ter"
    r"|court|ct|lane|ln)\b",
    re.I,
).finditer
"""Finds streets with a number for a name, behind a house: 3505 188th Street."""
_HOUSES_OF_MOSCOW: Final = re.compile(r"(?<![0-9])([0-9]{1,3})[скСК]([0-9]{1,3})(?![0-9])").finditer
"""Finds a house in Moscow with its building: 8с2."""
_ORDINALS_IN_CYRILLIC: Final = re.compile(
    r"(?<![0-9])([0-9]{1,4})-(?:[ыио]?й|[ая]?я|[ое]?е|г?о)(?![^\W\d_])"
    r"(?! ?(?:эт|под|кв|секц|пов|ком|пар(?!к)|палат|офис|вход|каб|кім))",
    re.I,
).finditer
"""Finds names of streets and districts with an ordinal: ул. 1-я Ямская, 3-й проезд."""


def lots(tokens: AddressTokens, words: AbstractSet[str]) -> frozenset[int]:
    """Return the numbers by which a house is found, of whatever country: those of lots, and of a house that has two.

    Args:
        tokens: the address.
        words: its words, numbers and signs in lower case.
    """
    spans = [
        *_in_colombia(tokens.text, words),
        *_in_indonesia(tokens.text, words),
        *_in_canada(tokens.text),
        *_in_france(tokens.text),
        *_in_korea_or_japan(tokens),
    ]
    if not spans:
        return frozenset()
    units = {token.start for at, token in enumerate(tokens) if tokens.is_behind_unit_word(at)}
    return _tokens_inside(tokens, [span for span in spans if span[0] not in units])


def _in_colombia(text: str, words: AbstractSet[str]) -> Iterable[Span]:
    """Return the spans of Carrera 4 No 39-347 and the like."""
    if _STREETS_OF_PLATES.isdisjoint(words):
        return ()
    return [match.span() for match in _PLATES(text) if _is_plate(match)]


def _is_plate(match: re.Match[str]) -> bool:
    """Whether a sign says that numbers are a house's, or the last one is short."""
    sign = match["sign"].strip()
    surely = sign[:1] in ("n", "N") or (sign == "#" and "-" in match[0])
    return surely or len(match[0].split()[-1]) < _SHORT


def _in_indonesia(text: str, words: AbstractSet[str]) -> Iterable[Span]:
    """Return the spans of RT 4 RW 8 and the like."""
    return [match.span() for match in _NEIGHBOURS(text)] if "rt" in words else ()


def _in_canada(text: str) -> Iterable[Span]:
    """Return the spans of both numbers of a house that is named in English and French."""
    twice = _TWICE(text)
    return () if twice is None else (twice.span(1), twice.span(2))


def _in_france(text: str) -> Iterable[Span]:
    """Return the spans of both numbers of a long house: 49 / 51 rue Neuve."""
    houses = _HOUSES_OF_FRANCE(text)
    is_one = houses is not None and 0 < int(houses[2]) - int(houses[1]) <= SAME_HOUSE
    return (houses.span(1), houses.span(2)) if houses is not None and is_one else ()


def _in_korea_or_japan(tokens: AddressTokens) -> Iterable[Span]:
    """Return the spans of lots with a dash: 78-11, Cheongdam-dong, and 5-24-2 Sendagaya, Shibuya-ku."""
    text = tokens.text
    if "-" not in text:
        return ()
    if tokens.country.korea:
        return [match.span() for match in _LOTS_OF_KOREA(text)]
    return [match.span() for match in _LOTS_OF_JAPAN(text)] if _IS_JAPANESE(text) else ()


def numbers_in_brazil(tokens: AddressTokens, words: AbstractSet[str]) -> frozenset[int]:
    """Return the numbers of streets that are called by a letter and a number, and of houses with a point."""
    if _STREETS_OF_BRAZIL.isdisjoint(words):
        return frozenset()
    return _tokens_inside(tokens, [match.span() for match in _NUMBERS_OF_BRAZIL(tokens.text)])


def names_of_streets(tokens: AddressTokens) -> frozenset[int]:
    """Return the numbers that are names of streets, as in 3505 188th Street, and houses like 8с2."""
    places = {match.start() for match in _NUMBERED_STREETS(tokens.text)}
    if not tokens.text.isascii():
        places |= {match.start(group) for match in _HOUSES_OF_MOSCOW(tokens.text) for group in (1, 2)}
        places |= {match.start(1) for match in _ORDINALS_IN_CYRILLIC(tokens.text)}
    return _tokens_at(tokens, places)


def _tokens_inside(tokens: AddressTokens, spans: Iterable[Span]) -> frozenset[int]:
    """Return the tokens that begin inside of spans of the text."""
    return _tokens_at(tokens, {place for span in spans for place in range(*span)})


def _tokens_at(tokens: AddressTokens, places: AbstractSet[int]) -> frozenset[int]:
    """Return the tokens that begin at places of the text."""
    return frozenset([at for at, token in enumerate(tokens) if token.start in places]) if places else frozenset()
