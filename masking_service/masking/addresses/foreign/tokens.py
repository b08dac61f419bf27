"""The words, numbers and signs of an address abroad, what can be asked of each, and what was decided of them."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, Self

from masking_service.masking.addresses.foreign.countries import Countries
from masking_service.masking.words.foreign_words import MARKS, kinds_of_words

_TOKENS: Final = re.compile(
    r"(?P<n>[0-9*]+(?:[A-Za-z](?![^\W_]))?)|(?P<w>(?:[^\s\d*!-/:-@\[-`{-~«»،؛，。、№ºª°–—’]++|(?<=\w)['’](?=\w))++)|\S"
).finditer
"""Finds a number with one letter behind it (12B, also in stars), a word, or a sign."""
BREAKS: Final = frozenset(",;،؛，、()|")
"""Signs between two parts of an address."""
LONG: Final = 5
"""The digits from which on a number is a postcode or a waybill's, and no unit's."""
SHORT_NUMBER: Final = 3
"""The most digits of a door; a room may have more."""
ROOM_DIGITS: Final = (3, 4)
"""The digits of the number of a room: 402, 1203."""
_IS_LETTER: Final = re.compile("[A-Z\u00c0-\u00de\u0391-\u03a9\u0410-\u042f\u05d0-\u05ea\u0621-\u064a]").fullmatch
"""Matches a capital letter that may be a door's: 12 A."""


class Token(NamedTuple):
    """A word, a number or a sign.

    Attributes:
        kind: `n` for a number with the letter behind it, `w` for a word, else the sign itself.
        text, lower: what is written, and the same in lower case.
        start, end: its span in the address.
    """

    kind: str
    text: str
    lower: str
    start: int
    end: int


class AddressTokens(tuple[Token, ...]):
    """The tokens of an address. They never change.

    Attributes:
        text, lower: the address, and the same in lower case.
        country: answers in which country it is.
    """

    text: str
    lower: str
    country: Countries

    def __new__(cls, text: str) -> Self:
        """Split an address into its tokens."""
        new = tuple.__new__  # which takes half of the time
        tokens = new(
            cls, [new(Token, (one.lastgroup or one[0], one[0], one[0].lower(), *one.span())) for one in _TOKENS(text)]
        )
        tokens.text = text
        tokens.lower = text.lower()
        tokens.country = Countries(text, tokens.lower)
        return tokens

    @cached_property
    def first_number(self) -> int:
        """The index of the first number; the number of tokens where there is none."""
        return next((at for at, token in enumerate(self) if token.kind == "n"), len(self))

    @cached_property
    def in_small_letters(self) -> bool:
        """Whether no letter is a capital, so that those of doors and postcodes are none either."""
        return self.text.islower()

    def shape(self, start: int, end: int) -> str:
        """Return the kinds of some tokens: `n-w` for 12-A."""
        return "".join([token.kind for token in self[start:end]])

    def touches_next(self, at: int, kind: str) -> bool:
        """Whether the next token is of this kind, with nothing between."""
        return at + 1 < len(self) and self[at + 1].kind == kind and self[at + 1].start == self[at].end

    def touches_previous(self, at: int) -> bool:
        """Whether nothing is between a token and the one before it."""
        return at > 0 and self[at - 1].end == self[at].start

    def begins_part(self, at: int) -> bool:
        """Whether a part of the address begins with a token."""
        return at == 0 or (at > 0 and self[at - 1].kind in BREAKS)

    def ends_part(self, at: int) -> bool:
        """Whether a part of the address ends with a token."""
        return at + 1 == len(self) or self[at + 1].kind in BREAKS

    def is_number_or_letter(self, at: int) -> bool:
        """Whether a token is a number, or a letter in place of one."""
        if at < 0:
            return False
        token = self[at]
        return token.kind == "n" or (token.kind == "w" and len(token.text) == 1 and token.text.isascii())

    def is_room(self, at: int) -> bool:
        """Whether a number of up to four digits is here."""
        return at < len(self) and self[at].kind == "n" and len(self[at].text) < LONG

    def may_be_door(self, at: int) -> bool:
        """Whether a token is a number of up to three digits or a capital letter."""
        token = self[at]
        if token.kind == "w":
            return _IS_LETTER(token.text) is not None and token.text not in kinds_of_words()
        return token.kind == "n" and len(token.text) <= SHORT_NUMBER

    def is_before_street(self, at: int) -> bool:
        """Whether the name of a street is behind a number."""
        if at + 1 >= len(self) or self[at + 1].kind != "w" or self[at + 1].start == self[at].end:
            return False
        return len(self[at + 1].text) > 1 and self[at + 1].lower not in kinds_of_words()

    def is_behind_unit_word(self, at: int) -> bool:
        """Whether a word for a unit is right before a token, with a sign or No. between or none: Apt. 12-3."""
        while at and (self[at - 1].kind in ".#" or self[at - 1].lower in MARKS):
            at -= 1
        word = self[at - 1].lower if at else ""
        return len(word) >= len("apt") and kinds_of_words().get(word) == "unit"


@dataclass(slots=True)
class Decisions:
    """What has been decided of an address. Each set holds the places of tokens.

    The first three are found before any word is read, and do not change.

    Attributes:
        postcodes: the numbers of postcodes, and of parts of them.
        lettered_postcodes: the tokens of those that have letters or a dash.
        lots: the numbers by which a house is found, and none of them is a unit's.
        street_names: the numbers in names of streets of Brazil, or of houses there.
        kept: the numbers of something else than a unit. They stay.
        hidden: the numbers and letters of units. They become stars.
        floors_with_letter: those of the hidden ones that end with F for floor. The F stays.
        floor_letters: letters that are a floor alone (GF): they are hidden, too, and say nothing of the other numbers.
    """

    postcodes: frozenset[int]
    lettered_postcodes: frozenset[int]
    lots: frozenset[int]
    street_names: frozenset[int]
    kept: set[int]
    hidden: set[int] = field(default_factory=set)
    floors_with_letter: set[int] = field(default_factory=set)
    floor_letters: set[int] = field(default_factory=set)
