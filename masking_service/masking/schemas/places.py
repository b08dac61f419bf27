"""Maps places in stored records to short codes, which never change their meaning.

The code of a fixed path of a shipped schema is its line number in places.txt; any other place is stored in words.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Final

from masking_service.masking.schema import Place

_PLACES: Final = tuple(
    Place.parse(line) for line in resources.files(__package__).joinpath("places.txt").read_text("utf-8").splitlines()
)
"""Append only: a line's number, from 0, is in stored records."""

SHIPPED_POINTERS: Final = frozenset(place.pointer for place in _PLACES)
"""The JSON Pointers of every field of the shipped schemas: text of ours, and of no caller."""

_CODES: Final = {place.text: code for code, place in enumerate(_PLACES)}


def place_code(place: Place) -> int | str:
    """The line of places.txt of `place`.

    Else the place in words (``kind path``).
    """
    return _CODES.get(place.text, place.text)


def place_of(code: int | str) -> Place:
    """The inverse of `place_code`.

    Raises:
        KeyError: a number that no line has (written by a later version).
        DefinitionError: words that are no place.
    """
    if type(code) is int:
        if not 0 <= code < len(_PLACES):
            raise KeyError(code)
        return _PLACES[code]
    return _place_in_words(str(code))


# Paths are schema names and array indexes, so what is kept here is not personal data.
_place_in_words = lru_cache(maxsize=4096)(Place.parse)
