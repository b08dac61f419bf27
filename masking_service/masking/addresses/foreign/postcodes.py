"""Finds the numbers of an address that are a postcode or a part of one: none of them is a unit's.

A postcode is found by its letters or its dash (SW1A 2AA, 00-590), by its length (Brooklyn, NY 11201), or by its place
beside a town (1015 Amsterdam; Linz, 4020).
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

from masking_service.masking.addresses.foreign.tokens import BREAKS, LONG, ROOM_DIGITS, SHORT_NUMBER, AddressTokens
from masking_service.masking.words import address_words
from masking_service.masking.words.foreign_words import kinds_of_words

STATES: Final = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]"
    "|W[AIVY]"
)
"""Abbreviations of states of the United States."""
_CODES: Final = re.compile(
    r"(?<!\w)(?:LC[0-9]{2} {1,2}[0-9]{3}"
    r"|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z]{1,2}-[0-9]{4,6}"
    r"|[0-9]{4} [A-Z]{2}(?! ?[A-Z]?[ -]?[0-9])|[0-9]{5}-[0-9]{3,4}|[0-9]{4}-[0-9]{3}"
    r"|[AC-FHKNPRTV-Y][0-9]{2} [AC-FHKNPRTV-Y][0-9AC-FHKNPRTV-Y]{3}"
    rf"|\A[0-9]{{2}}-[0-9]{{3}}(?= (?i:(?!.*\b(?:{address_words.LATIN_PLACE})\b))[^\W\d_]+(?:[ -][^\W\d_]+){{0,2}}\Z)"
    r"|(?<=[A-Za-z] )[0-9]{3}-(?:[0-9]{4}(?=,? (?:Japan|JAPAN)\b)"
    r"|[0-9]{3}(?=,? (?:Republic of |South |SOUTH )?(?:Korea|KOREA)\b))"
    rf"|(?i:(?:{STATES}),? [0-9]{{5}}(?:-?[0-9]{{4}})?(?=\W*(?:$|,|United States|USA?$))))(?!\w)"
).finditer
"""Finds postcodes with letters or dashes.

They are those of a town of Poland alone, Saint Lucia, Canada, Britain, Luxembourg, the Netherlands, Brazil, Portugal
and Ireland; with a state (FL 33401); and, with the name of the country, of Japan and Korea.
"""
_COUNTRIES_OF_TWO_WORDS: Final = ("South Africa", "SOUTH AFRICA", "New Zealand", "NEW ZEALAND", "Cape Verde")
"""Those with postcodes of four digits."""
_ROMAN: Final = re.compile("[IVX]{2,5}").fullmatch
"""Matches a Roman number in the name of a street, which looks like letters of a postcode: al. Jana Pawła II 21."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_TOWN: Final = 5
"""The largest number of tokens of a town's name."""
_OF_SITE: Final = re.compile(
    r"\b(?:cent(?:er|re|ro|rum)|plaza|pla[zc]e|mall|square|house|hall|inn|hotel|court|park|gardens?|heights|terrace|lodge|palace"
    r"|views?|mansions?|villas?|residences?|estates?|vinhomes"
    rf"|gal[el]r|market|airport|terminal|edif|cond|(?:{address_words.HOUSE_OF_FLATS})\b)",
    re.I,
).search
"""Finds a site whose rooms have numbers of their own."""


def lettered_postcodes(tokens: AddressTokens) -> frozenset[int]:
    """Return the tokens of postcodes that have letters or a dash."""
    places = {place for match in _CODES(tokens.text) if _is_code(match) for place in range(*match.span())}
    return frozenset([at for at, token in enumerate(tokens) if token.start in places]) if places else frozenset()


def _is_code(match: re.Match[str]) -> bool:
    """Whether a possible postcode is one: 1204-789 in front of an address is a unit and a house."""
    return match.start() > 0 or not match[0][:4].isdecimal() or match[0][4] != "-"


def postcodes(tokens: AddressTokens, lettered: AbstractSet[int]) -> frozenset[int]:
    """Return the numbers of postcodes, also those behind the first part of one.

    Args:
        tokens: the address.
        lettered: those of `lettered_postcodes`.
    """
    found: set[int] = set()
    for at, token in enumerate(tokens):
        if token.kind == "n":
            first = at - 1 if at and tokens[at - 1].kind == "n" else at - 2
            joined = at > 1 and tokens[at - 1].kind in ("n", "-")
            if (joined and first in found) or at in lettered or _is_postcode(tokens, at):
                found.add(at)
    return frozenset(found)


def _is_postcode(tokens: AddressTokens, at: int) -> bool:
    """Whether a number is a postcode or begins one, by its length or its place."""
    digits = len(tokens[at].text.rstrip(_LETTERS))
    if digits >= LONG:
        return True
    before = tokens[at - 1] if at else None
    if before is not None and before.kind in BREAKS:
        # 1015 Amsterdam, 111 51 Stockholm, 00-590 Warszawa; Linz, 4020
        if at + 1 == len(tokens):
            return len(tokens[at].text) == digits == max(ROOM_DIGITS) and _is_behind_town(tokens, at - 1)
        return digits > 1 and (tokens[at + 1].kind in ("w", "n") or _has_dash(tokens, at))
    if before is not None and before.kind == "w" and before.text.isupper() and len(before.text) <= SHORT_NUMBER:
        is_roman = _ROMAN(before.text) is not None and digits < max(ROOM_DIGITS)
        return tokens.touches_previous(at) or not is_roman  # SW4, NSW 2000; and not al. Jana Pawła II 21
    return digits == max(ROOM_DIGITS) and tokens.ends_part(at) and _is_before_country(tokens, at + 1)


def _is_before_country(tokens: AddressTokens, sign: int) -> bool:
    """Whether only a comma and a country or another word is behind a postcode: Durban 4001, South Africa."""
    return len(tokens) - sign <= len((",", "Norway")) or tokens.text.endswith(_COUNTRIES_OF_TWO_WORDS)


def _has_dash(tokens: AddressTokens, at: int) -> bool:
    """Whether a postcode with a dash begins here: 00-590, 100-0001, 151-742. Flats in Korea look the same."""
    parts = tuple([len(token.text) for token in tokens[at : at + 3]])
    behind_house = at > 1 and tokens[at - 2].kind == "n"
    is_code = parts == (2, 1, 3) or (parts == (3, 1, 4) and not tokens.country.korea)
    is_code = is_code or (parts == (3, 1, 3) and not behind_house)
    is_code = is_code and not (behind_house and tokens.country.hangul)
    return is_code and tokens.touches_next(at, "-") and tokens.touches_next(at + 1, "n")


def _is_behind_town(tokens: AddressTokens, sign: int) -> bool:
    """Whether the part before a comma is words without a house or an estate, behind a part with a number."""
    if tokens[sign - 1].kind == ")":
        sign = next((at for at in range(sign - 1, 0, -1) if tokens[at].kind == "("), sign)
    part = sign
    while part and tokens[part - 1].kind not in BREAKS:
        part -= 1
    words = tokens[part:sign]
    return (
        any(token.kind == "n" for token in tokens[:part])
        and 0 < len(words) <= _LONGEST_TOWN
        and all(token.kind in "w-./" and not _is_of_unit(token.lower) for token in words)
        and _OF_SITE(tokens.text, words[0].start, words[-1].end) is None
    )


def _is_of_unit(word: str) -> bool:
    """Whether a word is one for a unit or a floor, or for a site. Saint is none: St. Georgen an der Gusen."""
    return word != "st" and kinds_of_words().get(word, "side") != "side"
