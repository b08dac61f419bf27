"""Reads what --map says of the columns of a table, and lays them out."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from masking_files import texts
from masking_files.faults import NotDone
from masking_service.masking.errors import DefinitionError
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.schema import Schema, Steps, parse_path, written
from masking_service.tables import headers as tables
from masking_service.tables.headers import MAX_ELEMENTS, Layout, Told, may_hold
from masking_service.texts import say

UNMAPPED: Final = "unmapped"
KIND: Final = "kind:"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


def lay_out(headers: Sequence[str], schema: Schema, told: Mapping[str, str]) -> Layout:
    """What the columns of a table with these headers are.

    Args:
        told: what --map says: a header as the file has it, or a column's number from 1, to a path, ``kind:KIND`` or
            ``unmapped``.

    Raises:
        NotDone: --map names no column, no place of the schema, or a column or a place twice.
    """
    return tables.lay_out(headers, schema, _told(_targets(headers, told), schema))


def count_known(headers: Sequence[str], schema: Schema, told: Mapping[str, str]) -> int:
    """Return how many of these texts are known headers: a row in which most are, is that of the headers."""
    named = {header: to for header, to in told.items() if header in headers}
    try:
        return len(lay_out(headers, schema, named).places)
    except NotDone:  # said when the table is laid out
        return len(named)


def _targets(headers: Sequence[str], told: Mapping[str, str]) -> dict[int, str]:
    """What --map says of each column that it names."""
    targets: dict[int, str] = {}
    for name, target in told.items():
        for at in _columns(headers, name):
            if at in targets:
                raise NotDone(say(texts.TOLD_TWICE, column=at + 1))
            targets[at] = target
    return dict(sorted(targets.items()))


def _columns(headers: Sequence[str], name: str) -> Sequence[int]:
    """The columns that a name of --map means: those of this header, else the one of this number. Raises NotDone."""
    named = [at for at, header in enumerate(headers) if header == name]
    if not named and _NUMBER.fullmatch(name) and int(name) <= len(headers):
        return [int(name) - 1]
    if not named:
        raise NotDone(say(texts.UNKNOWN_HEADER))
    return named


def _told(targets: Mapping[int, str], schema: Schema) -> Told:
    """The places and the kinds of the columns that --map names."""
    placed: dict[int, Steps] = {}
    hidden: dict[int, str] = {}
    for at, target in targets.items():
        if target.startswith(KIND):
            hidden[at] = _kind(target.removeprefix(KIND))
        elif target != UNMAPPED:
            placed[at] = steps = _steps(schema, target)
            if list(placed.values()).count(steps) > 1:
                columns = ", ".join(str(n + 1) for n in placed if placed[n] == steps)
                raise NotDone(say(texts.SHARED_PLACE, columns=columns))
    return Told(placed, hidden, frozenset(at for at, target in targets.items() if target == UNMAPPED))


def _steps(schema: Schema, path: str) -> Steps:
    try:
        steps = parse_path(path, "--map")
    except DefinitionError:
        raise NotDone(say(texts.NO_PATH)) from None
    if any(isinstance(step, int) and step >= MAX_ELEMENTS for step in steps):
        raise NotDone(say(texts.LARGE_INDEX, count=MAX_ELEMENTS))
    if not may_hold(schema, steps):
        known = ", ".join(written(steps) for steps in (*schema.waybill_paths, *(steps for steps, _ in schema.fields)))
        raise NotDone(say(texts.NO_PLACE, schema=schema.name, known=known, kind=KIND, unmapped=UNMAPPED))
    return steps


def _kind(name: str) -> str:
    if name not in (*KINDS, PARTY):
        raise NotDone(say(texts.NO_KIND, kinds=", ".join((*KINDS, PARTY))))
    return name


def one_line(header: str) -> str:
    """A header as a message shows it."""
    return "".join(character if character.isprintable() else " " for character in header)
