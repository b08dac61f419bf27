"""An address abroad: the order in which it is read, its mask, and whether a unit may be unread."""

import re
from itertools import pairwise
from typing import Final

from masking_service.masking.addresses.foreign.beside_units import (
    hide_before_floor,
    hide_beside_flats,
    hide_rooms_behind_units,
)
from masking_service.masking.addresses.foreign.no_units import (
    lettered_postcodes,
    lots,
    names_of_streets,
    numbers_in_brazil,
    postcodes,
)
from masking_service.masking.addresses.foreign.places import read_places
from masking_service.masking.addresses.foreign.tokens import ROOM_DIGITS, AddressTokens, Decisions
from masking_service.masking.addresses.foreign.words import read_words
from masking_service.masking.words.alternatives import any_of
from masking_service.masking.words.expressions import Expression
from masking_service.masking.words.foreign_words import kinds_of_words
from masking_service.masking.words.legal_forms import LATIN_FORMS

_care_of: Final = re.compile(r"\s*c/o\s[^,;|0-9]{2,60}[,;|]\s*", re.I).match
_addressee: Final = Expression(rf"\s*[^,;|0-9]{{2,60}}(?:\||\b(?:{any_of(LATIN_FORMS)})\.?,)\s*", re.I).match
"""Matches a first line, or a firm before a comma."""
_has_digit: Final = re.compile("[0-9*]").search
_is_hidden_unit: Final = re.compile(r"\*[^\W_*]").search
"""Finds the number of a unit that is hidden and touches its word: ****ho."""
_dash: Final = re.compile(
    r"(?<=\S)(?<!#.)(?<!#..)(?<!#...) - "
    r"(?=[A-Z\u00c0-\u024f][a-z\u00c0-\u024f]|(?:[0-9]{4,6}|[0-9]{4}-[0-9]{3}|[0-9]{3} [0-9]{2}) [^\W\d_])"
).sub
"""Matches a dash before a word with a capital or a postcode, but not one in the number of a unit: # 7 - 1590."""
_slashes: Final = re.compile("(?<=[0-9A-Za-z]) // (?=[0-9])").sub


def in_parts(text: str) -> str:
    """Return an address with | between parts that a line break or a dash separates, and all else in its place."""
    lines = text.split("\n")
    parts = "".join([line + ("|" if _ends_part(line, after) else "\n") for line, after in pairwise(lines)]) + lines[-1]
    return _slashes(" /  ", _dash(" | ", parts))


def _ends_part(line: str, after: str) -> bool:
    """Whether a line has several words or a number, and its last word is none for a unit that awaits its number."""
    words = line.split()
    if not words or line[-1] in ",;|":
        return False
    if len(words) == 1:
        return " " in after.strip() and _has_digit(line) is not None
    return words[-1].lower().rstrip(".:#") not in kinds_of_words() or _has_digit(words[-2]) is not None


def hide_foreign_units(text: str, *, places: bool = True) -> str:
    """Return an address with the numbers and letters of its units as stars; by words alone if not by `places`."""
    return ForeignAddress(text, places=places).masked()


class ForeignAddress:
    """An address abroad that has been read.

    Args:
        text: the text, as `in_parts` returns it.
        places: whether the place of a number says that it is a unit's where no word does.
    """

    def __init__(self, text: str, *, places: bool = True) -> None:
        self.text = text
        self._start = _addressee_end(text)
        self._tokens = AddressTokens(text[self._start :])
        self._decided = _read(self._tokens, places=places)

    def masked(self) -> str:
        """The address with the numbers and letters of its units as stars."""
        decided = self._decided
        hidden = decided.hidden | decided.floor_letters
        if not hidden:
            return self.text
        chars = list(self.text)
        for at in hidden:
            token = self._tokens[at]
            is_floor = at in decided.floors_with_letter or at in decided.floor_letters
            end = self._start + token.end - (token.text[-1] in "Ff" and is_floor)
            start = self._start + token.start
            chars[start:end] = "*" * (end - start)
        return "".join(chars)

    def unread(self) -> bool:
        """Whether there may be a unit that was not recognised."""
        decided = self._decided
        if decided.hidden - decided.floor_letters or any(token.text[-1] == "*" for token in self._tokens):
            return False  # or its unit was hidden before
        rest = [
            token.text
            for at, token in enumerate(self._tokens)
            if token.kind == "n" and at not in decided.kept and at not in decided.postcodes
        ]
        return len(rest) > 1 or bool(decided.lots and rest and len(rest[0]) in ROOM_DIGITS)


def _addressee_end(text: str) -> int:
    """Return where an address begins behind its addressee: c/o and a name, firms, and first lines without a unit."""
    end = 0
    while found := _care_of(text, end) or _addressee(text, end):
        words = found[0].lower().rstrip(" ,|").split()
        if _is_hidden_unit(found[0]) or not kinds_of_words().keys().isdisjoint(word.strip(".:#") for word in words):
            break
        end = found.end()
    return end


def _read(tokens: AddressTokens, *, places: bool) -> Decisions:
    """Decide which tokens of an address are hidden: the surest readers first, each of the last where none was sure."""
    decided = _decided_beforehand(tokens)
    read_words(tokens, decided)  # Apt 5B, 3rd Floor, #08-11
    if not places:
        return decided
    if decided.hidden:
        hide_before_floor(tokens, decided)  # A1/A2, Floor 5
        hide_rooms_behind_units(tokens, decided)  # Unit 2 402
    else:
        hide_beside_flats(tokens, decided)  # A-402, Shanti Towers
    if not decided.hidden:
        read_places(tokens, decided)  # 7/23 George Street
    return decided


def _decided_beforehand(tokens: AddressTokens) -> Decisions:
    """Return what is decided of an address before its words are read."""
    lettered = lettered_postcodes(tokens)
    words = {token.lower for token in tokens}
    in_brazil = numbers_in_brazil(tokens, words)
    found = lots(tokens, words)
    return Decisions(
        postcodes=postcodes(tokens, lettered),
        lettered_postcodes=lettered,
        lots=found,
        street_names=in_brazil,
        kept={*in_brazil, *found, *names_of_streets(tokens)},
    )
