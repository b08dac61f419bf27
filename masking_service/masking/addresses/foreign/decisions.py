"""What has been decided of the numbers of an address abroad."""

from __future__ import annotations

from dataclasses import dataclass, field


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
