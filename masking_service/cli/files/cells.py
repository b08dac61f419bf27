"""A record out of a line's cells, and the cells back out of the masked record. Compiled once for a table."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any, Final

from masking_service.cli.files.headers import Layout
from masking_service.domain.schema import Schema, Steps

_AS_TEXT: Final = re.compile(r'="([^"]*)"')
"""How exports keep a spreadsheet from reading a number: ``="13812345678"``."""


class Builder:
    """Builds records of one table.

    Attributes:
        also: the schema of what has no place in the record's own, for a second pass.
    """

    def __init__(self, layout: Layout, schema: Schema) -> None:
        self._plain = layout.plain
        taken = {str(steps[0]) for steps, _ in schema.fields} | {str(steps[0]) for steps in schema.waybill_paths}
        self._plain_key = _free("columns", taken)
        self._also_key = _free("also", taken)
        self.also = Schema(
            schema.name,
            schema.source,
            tuple(((self._also_key, str(at)), kind) for at, kind in layout.hidden.items()),
            schema.waybill_paths,
        )
        self._hidden = [(at, str(at)) for at in layout.hidden]
        places = list(layout.placed.values())
        ways = sorted(_containers(places))
        index = {steps: at for at, steps in enumerate([(), *ways])}
        self._ways = [(index[steps[:-1]], steps[-1], _maker(steps, places)) for steps in ways]
        self._at = [(column, index[steps[:-1]], steps[-1]) for column, steps in layout.placed.items()]

    def build(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[Any]]:
        """The record, and its objects and arrays in the order in which `cells` asks for them."""
        record: dict[str, Any] = {}
        holders: list[Any] = [record]
        for outer, key, made in self._ways:
            here = made()
            holders.append(here)
            if type(key) is int:
                holders[outer].append(here)
            else:
                holders[outer][key] = here
        for column, holder, key in self._at:
            holders[holder][key] = _value(cells[column])
        if self._plain:
            record[self._plain_key] = [cells[at] for at in self._plain]
        return record, holders

    def with_also(self, record: dict[str, Any], cells: Sequence[str]) -> dict[str, Any]:
        """The masked record with the cells that have no place in it."""
        record[self._also_key] = {key: _value(cells[at]) for at, key in self._hidden}
        return record

    def changes(
        self, record: dict[str, Any], holders: Sequence[Any], cells: Sequence[str]
    ) -> Iterator[tuple[int, str]]:
        """(column, cell) of what the passes changed."""
        for column, holder, key in self._at:
            cell = holders[holder][key]
            if cell != cells[column] and cell != _value(cells[column]):
                yield column, cell
        if self._plain:
            for column, cell in zip(self._plain, record[self._plain_key], strict=True):
                if cell != cells[column]:
                    yield column, cell
        if self._hidden:
            also = record[self._also_key]
            for column, name in self._hidden:
                if also[name] != cells[column] and also[name] != _value(cells[column]):
                    yield column, also[name]


def _containers(places: Sequence[Steps]) -> set[Steps]:
    """Every object and array on the way to the places; an array has all its elements up to the one that is meant."""
    found: set[Steps] = set()
    for steps in places:
        for length in range(1, len(steps)):
            *before, last = steps[:length]
            found |= {(*before, at) for at in range(last + 1)} if isinstance(last, int) else {steps[:length]}
    return found


def _maker(steps: Steps, places: Sequence[Steps]) -> Callable[[], Any]:
    """What makes the container at `steps`: an array where a place goes on with an index."""
    following = [place[len(steps)] for place in places if place[: len(steps)] == steps]
    if not following or not isinstance(following[0], int):
        return dict
    values = [place[-1] for place in places if place[:-1] == steps and isinstance(place[-1], int)]
    if not values:
        return list
    return partial(list, [None] * (max(values) + 1))


def _value(cell: str) -> str:
    if cell[:2] == '="' and (match := _AS_TEXT.fullmatch(cell)):
        return match[1]
    return cell


def _free(name: str, taken: set[str]) -> str:
    return next(free for at in count() if (free := name + "_" * at) not in taken)
