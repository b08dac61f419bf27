"""Reads each word and sign of an address abroad in turn, by what `foreign_units.tsv` says of it.

The word decides which reader is asked: Apt is a unit's, étage a floor's, links a side, Block a building's.
"""

from __future__ import annotations

import re
from typing import Final

from masking_service.masking.addresses.foreign.decisions import Decisions
from masking_service.masking.addresses.foreign.floor_words import read_floor_word, read_side_word
from masking_service.masking.addresses.foreign.house_words import read_house_word, read_month
from masking_service.masking.addresses.foreign.signs import read_sign
from masking_service.masking.addresses.foreign.tokens import AddressTokens
from masking_service.masking.addresses.foreign.unit_words import read_unit_word
from masking_service.masking.words.foreign_words import first_words, kinds_and_months

_SIGNS: Final = frozenset("n#º°ª")
"""Signs that may say, as words do, that a number is a unit's."""
_WORDS_OF_RUSSIA: Final = dict.fromkeys("d k str zd vl vld sh korp bld build".split(), "building") | {"off": "unit"}
"""Abbreviations of a house, a building and an office in Russia; in Turkey, d and k are a flat and a floor."""
_LETTERED_IN_VIETNAM: Final = frozenset("đường duong phố lô khu block tổ hẻm".split())
"""Words before the letter and number of a street, a lot or a block in Vietnam."""
_WARD: Final = re.compile(r"p\.? ?[0-9]{1,2} ?[,;]? ?(?:q\b|quận|quan\b|tp\b|t\.p|thành phố|tx\b|thị xã)", re.I).match
"""Matches a ward in Vietnam, and what is behind it: P. 5, Q. 3."""
_LONGEST_SIGN: Final = 5
"""Characters of the longest word that is read as a sign (`signs`)."""
_STREET_WORDS: Final = frozenset(
    "calle carrer rua rue via strada avenida av plaza plaça praça largo camino paseo travessa ulica piazza".split()
)
"""Words for streets that are before the name.

The word right behind one is part of the name, not a word for a unit: Calle Principal 20.
"""
_OR_OF_STREETS: Final = frozenset(("unit", "floor", "side"))
"""Kinds of words that may be a street's name."""
_CALLED_BARE: Final = frozenset("principal central centro exterior frente portal sol".split())
"""Words of these kinds that are a street's name even without an article.

Others are a word for a unit: Grand Plaza Unit 402.
"""
_ARTICLES: Final = frozenset("de del do da dos das di della du la el los las le les".split())
"""Words between a word for a street and its name: Rua do Sol."""
_BOX: Final = ("b", ".", "p")
"""A post office box in French: B.P. 215."""


def read_words(tokens: AddressTokens, decided: Decisions) -> None:
    """Ask the reader of each word and sign of an address, from left to right."""
    kinds, of_two = kinds_and_months(), first_words()
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind, size = None, 1
        if token.lower in kinds or token.lower in of_two or token.lower in _WORDS_OF_RUSSIA:
            kind, size = _kind(tokens, at)
        if kind is None:
            if token.kind in _SIGNS or (token.kind == "w" and len(token.text) <= _LONGEST_SIGN):
                read_sign(tokens, decided, at)
        elif kind == "unit":
            read_unit_word(tokens, decided, at, at + size)
        elif kind in ("floor", "behind"):
            read_floor_word(tokens, decided, at, at + size)
        elif kind == "side":
            read_side_word(tokens, decided, at)
        elif kind == "month":
            read_month(tokens, decided, at)
        else:
            read_house_word(tokens, decided, at, at + size)
        at += size


def _kind(tokens: AddressTokens, at: int) -> tuple[str | None, int]:
    """Return what a word says, alone or with the next one, and how many tokens it covers: sous sol are two."""
    kinds = kinds_and_months()
    word = tokens[at].lower
    kind, size = kinds.get(word), 1
    if word in first_words() and tokens.shape(at + 1, at + 2) == "w":
        two = kinds.get(f"{word} {tokens[at + 1].lower}")
        if two is not None:
            kind, size = two, 2
    if word in _WORDS_OF_RUSSIA and tokens.country.russia:
        kind = _WORDS_OF_RUSSIA[word]
    return (_kind_here(tokens, at, word, kind) if kind in _OR_OF_STREETS else kind), size


def _kind_here(tokens: AddressTokens, at: int, word: str, kind: str | None) -> str | None:
    """Return the meaning of a word at its place.

    In the name of a street it has none. The P of B.P. has that of a building.
    """
    if _is_name_of_street(tokens, at):
        return None
    if kind == "unit" and len(word) == 1 and at and _is_letter_of_place(tokens, at, word):
        return "building"
    return "building" if word == "p" and _is_box(tokens, at) else kind


def _is_letter_of_place(tokens: AddressTokens, at: int, word: str) -> bool:
    """Whether a letter is part of a street or ward in Vietnam, or a village in Thailand.

    Examples: đường D7, P. 5, Q. 3, M.4.
    """
    if word == "m":
        return tokens.country.thailand
    if not tokens.country.vietnam:
        return False
    named = tokens[at - 1].lower in _LETTERED_IN_VIETNAM and tokens.touches_next(at, "n")
    return named or (word == "p" and _WARD(tokens.text, tokens[at].start) is not None)


def _is_name_of_street(tokens: AddressTokens, at: int) -> bool:
    """Whether a word is right behind a word for a street, or after an article: Rua do Sol."""
    before = at - 1
    while before >= 0 and tokens[before].lower in _ARTICLES:
        before -= 1
    if before == at - 1 and tokens[at].lower not in _CALLED_BARE:
        return False
    return before >= 0 and tokens[before].lower in _STREET_WORDS


def _is_box(tokens: AddressTokens, at: int) -> bool:
    """Whether a P is that of a post office box: B.P. 215."""
    return tuple([token.lower for token in tokens[max(0, at - 2) : at + 1]]) == _BOX
