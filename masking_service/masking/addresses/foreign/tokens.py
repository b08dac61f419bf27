"""The words, numbers and signs of an address abroad, and which of its numbers are postcodes."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from masking_service.masking.addresses.foreign.lots import IS_KOREAN, spans_in_brazil, spans_of_lots
from masking_service.masking.words import address_words
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words

_TOKENS: Final = re.compile(
    r"(?P<n>[0-9*]+(?:[A-Za-z](?![^\W_]))?)|(?P<w>(?:[^\s\d*!-/:-@\[-`{-~«»،؛，。、№ºª°–—’]++|(?<=\w)['’](?=\w))++)|\S"
)
BREAKS: Final = frozenset(",;،؛，、()|")
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
LONG: Final = 5
"""The digits from which on a number is a postcode or a waybill's, and no unit's."""
_COUNTRIES_OF_TWO_WORDS: Final = ("South Africa", "SOUTH AFRICA", "New Zealand", "NEW ZEALAND", "Cape Verde")
"""Those with postcodes of four digits."""
_ROMAN: Final = re.compile("[IVX]{2,5}").fullmatch
SHORT_NUMBER: Final = 3
ROOM_DIGITS: Final = (3, 4)
_HANGUL: Final = re.compile("[\uac00-\ud7a3]").search
_LONGEST_TOWN: Final = 5
"""The largest number of tokens of a town's name."""
_OF_SITE: Final = re.compile(
    r"\b(?:cent(?:er|re|ro|rum)|plaza|pla[zc]e|mall|square|house|hall|inn|hotel|court|park|gardens?|heights|terrace|lodge|palace"
    r"|views?|mansions?|villas?|residences?|estates?|vinhomes"
    rf"|gal[el]r|market|airport|terminal|edif|cond|(?:{address_words.HOUSE_OF_FLATS})\b)",
    re.I,
).search
"""Finds a site whose rooms have numbers of their own."""
_IS_LETTER: Final = re.compile("[A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f\u05d0-\u05ea\u0621-\u064a]").fullmatch
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
_BEFORE_MONTH: Final = frozenset("de di of er º go e do".split())
_YEAR: Final = re.compile("1[5-9][0-9]{2}").fullmatch
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class _Token(NamedTuple):
    kind: str
    """`n` for a number, `w` for a word, else the sign itself."""
    text: str
    start: int
    end: int


def _is_of_unit(word: str) -> bool:
    """Whether a word is one for a unit or a floor, or for a site. Saint is none: St. Georgen an der Gusen."""
    return word != "st" and kinds_of_words().get(word, "side") != "side"


def _is_code(match: re.Match[str]) -> bool:
    """Whether a possible postcode is one: 1204-789 in front of an address is a unit and a house."""
    return match.start() > 0 or not match[0][:4].isdecimal() or match[0][4] != "-"


class AddressTokens:
    """The tokens of an address, and what is known of each.

    Args:
        text: the address.
    """

    def __init__(self, text: str) -> None:
        new = tuple.__new__  # which takes half of the time
        self.text = text
        self._tokens = [new(_Token, (one.lastgroup or one[0], one[0], *one.span())) for one in _TOKENS.finditer(text)]
        self._hidden: set[int] = set()
        """Tokens that are units' numbers."""
        self._known: set[int] = set()
        """Numbers that something else than a unit has."""
        self._in_codes = {place for match in _CODES(text) if _is_code(match) for place in range(*match.span())}
        """Places within postcodes that have letters or dashes."""
        self._lots: set[int] = set()
        """Numbers by which a house is found, and none of them is a unit's."""
        self._in_streets: set[int] = set()
        """Numbers in names of streets of Brazil, or of houses there."""
        self._codes: set[int] = set()
        """Numbers that are postcodes' or parts of them."""
        self._note_codes()

    def _note_names_of_streets(self) -> None:
        """Note the numbers that are names of streets, as in 3505 188th Street, and houses like 8с2."""
        tokens = self._tokens
        places = {match.start() for match in _NUMBERED_STREETS(self.text)}
        if not self.text.isascii():
            places |= {match.start(group) for match in _HOUSES_OF_MOSCOW(self.text) for group in (1, 2)}
            places |= {match.start(1) for match in _ORDINALS_IN_CYRILLIC(self.text)}
        words = [token.text.lower() for token in tokens]
        in_brazil = {place for span in spans_in_brazil(self.text, words) for place in range(*span)}
        if in_brazil:
            self._in_streets = {at for at, token in enumerate(tokens) if token.start in in_brazil}
        self._known |= self._in_streets
        spans = [*spans_of_lots(self.text, words)]
        if spans:
            places_of_units = {token.start for at, token in enumerate(tokens) if self._is_behind_unit(at)}
            found = {place for span in spans if span[0] not in places_of_units for place in range(*span)}
            self._lots = {at for at, token in enumerate(tokens) if token.start in found}
            self._known.update(self._lots)
        if places:
            self._known.update([at for at, token in enumerate(tokens) if token.start in places])

    def _note_date(self, month: int) -> None:
        """Note the day of a date that is a street's name, and the year behind it: rue du 4 Septembre."""
        tokens = self._tokens
        day = next((at for at in range(month - 1, max(-1, month - 3), -1) if tokens[at].kind == "n"), None)
        if day is None or any(token.text.lower() not in _BEFORE_MONTH for token in tokens[day + 1 : month]):
            return
        self._known.add(day)
        year = month + 1 + (month + 1 < len(tokens) and tokens[month + 1].text.lower() == "de")
        if year < len(tokens) and _YEAR(tokens[year].text):
            self._known.add(year)

    def _adjacent(self, at: int, kind: str) -> bool:
        """Whether the next token is of this kind, with nothing between."""
        tokens = self._tokens
        return at + 1 < len(tokens) and tokens[at + 1].kind == kind and tokens[at + 1].start == tokens[at].end

    def _ends(self, at: int) -> bool:
        """Whether a part of the address ends here."""
        return at + 1 == len(self._tokens) or self._tokens[at + 1].kind in BREAKS

    def _is_joined(self, at: int) -> bool:
        """Whether nothing is between a token and the one before it."""
        return at > 0 and self._tokens[at - 1].end == self._tokens[at].start

    def _is_number(self, at: int) -> bool:
        """Whether a token is a number, or a letter in place of one."""
        if at < 0:
            return False
        token = self._tokens[at]
        return token.kind == "n" or (token.kind == "w" and len(token.text) == 1 and token.text.isascii())

    def _is_short(self, at: int) -> bool:
        """Whether a token is a number of up to three digits or a capital letter."""
        token = self._tokens[at]
        if token.kind == "w":
            return _IS_LETTER(token.text) is not None and token.text not in kinds_of_words()
        return token.kind == "n" and len(token.text) <= SHORT_NUMBER

    def _before_street(self, at: int) -> bool:
        """Whether the name of a street is behind a number."""
        tokens = self._tokens
        if at + 1 >= len(tokens) or tokens[at + 1].kind != "w" or tokens[at + 1].start == tokens[at].end:
            return False
        word = tokens[at + 1].text
        return len(word) > 1 and word.lower() not in kinds_of_words()

    def _is_code(self, at: int) -> bool:
        """Whether a number is a postcode or a part of one."""
        tokens = self._tokens
        digits = len(tokens[at].text.rstrip(_LETTERS))
        if digits >= LONG or tokens[at].start in self._in_codes or at in self._codes:
            return True
        before = tokens[at - 1] if at else None
        ends = at + 1 == len(tokens)
        if before is not None and before.kind in BREAKS:
            # 1015 Amsterdam, 111 51 Stockholm, 00-590 Warszawa; Linz, 4020
            if ends:
                return len(tokens[at].text) == digits == max(ROOM_DIGITS) and self._is_behind_town(at - 1)
            return digits > 1 and (tokens[at + 1].kind in ("w", "n") or self._is_code_with_dash(at))
        if before is not None and before.kind == "w" and before.text.isupper() and len(before.text) <= SHORT_NUMBER:
            is_roman = _ROMAN(before.text) is not None and digits < max(ROOM_DIGITS)
            return self._is_joined(at) or not is_roman  # SW4, NSW 2000; and not al. Jana Pawła II 21
        return digits == max(ROOM_DIGITS) and self._ends(at) and self._before_country(at + 1)

    def _before_country(self, sign: int) -> bool:
        """Whether only a comma and a country or another word is behind a postcode: Durban 4001, South Africa."""
        return len(self._tokens) - sign <= len((",", "Norway")) or self.text.endswith(_COUNTRIES_OF_TWO_WORDS)

    def _is_behind_unit(self, at: int) -> bool:
        """Whether a word for a unit is right before a token, with a sign or No. between or none: Apt. 12-3."""
        while at and (self._tokens[at - 1].kind in ".#" or self._tokens[at - 1].text.lower() in MARKS):
            at -= 1
        word = self._tokens[at - 1].text.lower() if at else ""
        return len(word) >= len("apt") and kinds_of_words().get(word) == "unit"

    def _is_code_with_dash(self, at: int) -> bool:
        """Whether a postcode with a dash begins here: 00-590, 100-0001, 151-742. Flats in Korea look the same."""
        parts = tuple([len(token.text) for token in self._tokens[at : at + 3]])
        behind_house = at > 1 and self._tokens[at - 2].kind == "n"
        is_code = parts == (2, 1, 3) or (parts == (3, 1, 4) and IS_KOREAN(self.text) is None)
        is_code = is_code or (parts == (3, 1, 3) and not behind_house)
        is_code = is_code and not (behind_house and _HANGUL(self.text) is not None)
        return is_code and self._adjacent(at, "-") and self._adjacent(at + 1, "n")

    def _is_behind_town(self, sign: int) -> bool:
        """Whether the part before a comma is words without a house or an estate, behind a part with a number."""
        if self._tokens[sign - 1].kind == ")":
            sign = next((at for at in range(sign - 1, 0, -1) if self._tokens[at].kind == "("), sign)
        part = sign
        while part and self._tokens[part - 1].kind not in BREAKS:
            part -= 1
        words = self._tokens[part:sign]
        return (
            any(token.kind == "n" for token in self._tokens[:part])
            and 0 < len(words) <= _LONGEST_TOWN
            and all(token.kind in "w-./" and not _is_of_unit(token.text.lower()) for token in words)
            and _OF_SITE(self.text, words[0].start, words[-1].end) is None
        )

    def _note_codes(self) -> None:
        """Note the numbers of postcodes, also those behind the first part of one."""
        for at, token in enumerate(self._tokens):
            if token.kind == "n":
                first = at - 1 if at and self._tokens[at - 1].kind == "n" else at - 2
                joined = at > 1 and self._tokens[at - 1].kind in ("n", "-")
                if (joined and first in self._codes) or self._is_code(at):
                    self._codes.add(at)
