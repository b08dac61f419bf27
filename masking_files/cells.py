"""Builds a record from a row's cells.

Finds the cells again in the masked record. Compiled once for a table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from masking_service.masking.records.schema import Steps
from masking_service.tables.headers import Layout

Spot = tuple[int, Any]
"""Where a column's cell is in a record: in which of its objects and arrays, and under which key."""


class Row:
    """The record of one row.

    Attributes:
        record: what its cells make.
    """

    __slots__ = ("_holders", "_plain", "_spots", "record")

    def __init__(self, record: dict[str, Any], holders: list[Any], spots: Mapping[int, Spot]) -> None:
        self.record = record
        self._holders = holders
        self._spots = spots

    def changes(self, cells: Sequence[str]) -> Iterator[tuple[int, str]]:
        """(column, cell) for each cell that the record changed."""
        for column, (holder, key) in self._spots.items():
            cell = self._holders[holder][key]
            if cell != cells[column]:
                yield column, cell


class Builder:
    """Builds the records of one table."""

    def __init__(self, layout: Layout) -> None:
        ways_of = {**layout.places, **layout.others}
        places = list(ways_of.values())
        ways = sorted(_containers(places))
        index = {steps: at for at, steps in enumerate([(), *ways])}
        self._ways = [(index[steps[:-1]], steps[-1], _maker(steps, places)) for steps in ways]
        self._spots: dict[int, Spot] = {column: (index[steps[:-1]], steps[-1]) for column, steps in ways_of.items()}
        self._fallbacks = layout.fallbacks

    def build(self, cells: Sequence[str]) -> Row:
        """Return the record of these cells, one for each column. Unmapped cells are in it for the guard to see."""
        record: dict[str, Any] = {}
        holders: list[Any] = [record]
        for outer, key, made in self._ways:
            here = made()
            holders.append(here)
            if type(key) is int:
                holders[outer].append(here)
            else:
                holders[outer][key] = here
        spots = self._spots_for(cells) if self._fallbacks else self._spots
        for column, (holder, key) in spots.items():
            holders[holder][key] = cells[column]
        return Row(record, holders, spots)

    def _spots_for(self, cells: Sequence[str]) -> dict[int, Spot]:
        """An empty cell leaves its place to the next column that could fill it."""
        spots = self._spots
        for owner, others in self._fallbacks.items():
            if not cells[owner].strip():
                full = next((other for other in others if cells[other].strip()), None)
                if full is not None:
                    spots = {**spots, owner: spots[full], full: spots[owner]}
        return spots


def _containers(places: Sequence[Steps]) -> set[Steps]:
    """Return every object and array on the way to places; an array ends at the last element that is needed."""
    found: set[Steps] = set()
    for steps in places:
        for length in range(1, len(steps)):
            *before, last = steps[:length]
            found |= {(*before, at) for at in range(last + 1)} if isinstance(last, int) else {steps[:length]}
    return found


def _maker(steps: Steps, places: Sequence[Steps]) -> Callable[[], Any]:
    """Return what makes the container at `steps`: an array if a place goes on with an index, else an object."""
    following = [place[len(steps)] for place in places if place[: len(steps)] == steps]
    if not following or not isinstance(following[0], int):
        return dict
    values = [place[-1] for place in places if place[:-1] == steps and isinstance(place[-1], int)]
    if not values:
        return list
    return partial(list, [None] * (max(values) + 1))
