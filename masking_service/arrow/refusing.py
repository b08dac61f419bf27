"""Refuses a batch in which a column looks personal and is not mapped. Its errors name columns, never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from masking_service.arrow.types import Leaf, is_harmless, is_plain
from masking_service.masking.kinds.table import KINDS
from masking_service.masking.members.member_names import ROOT, context_of, kind_of, meaning_of
from masking_service.masking.members.name_words import PARTY
from masking_service.masking.records.schema import EACH
from masking_service.tables.headers import is_impersonal, is_known, kind_by_header
from masking_service.tables.seen import SeenColumn

_PERSONAL: Final = frozenset({*KINDS, PARTY}) - {"text"}
_NO_NAME: Final = "column {}"
"""For a column whose name looks like a person's: a value where the name should be."""


class UnmappedColumns(Exception):
    """Columns look personal and are not mapped.

    Attributes:
        columns: by the name of each column, the kind that it looks like; members of structs with dots. A name that
            looks like a person's is not repeated: ``column 3``.
    """

    def __init__(self, columns: Mapping[str, str]) -> None:
        super().__init__(dict(columns))
        self.columns = dict(columns)

    def __str__(self) -> str:
        """What to do about it."""
        named = ", ".join(f"{name} ({kind})" for name, kind in self.columns.items())
        return (
            f"these columns look personal and are not mapped: {named}. Map each to a kind, or to 'unmapped' to leave "
            "it as it is, or say unmapped='guard', 'hide' or 'pass' for all of them"
        )


class _Watched(NamedTuple):
    """An unmapped column, or one that is mapped as the waybill number."""

    name: str
    leaf: Leaf
    says: str | None
    is_number: bool


class Refusing:
    """Looks at the unmapped columns of one table.

    Args:
        names: of all its columns.
        leaves: the types of the unmapped ones, and that of the waybill number.
        number: the way to the waybill number, which is not trusted to be one; empty if there is none.
    """

    def __init__(self, names: Sequence[str], leaves: Sequence[Leaf], number: tuple[str, ...]) -> None:
        self._names = names
        self._named: dict[str, str] = {}
        self._watched: list[_Watched] = []
        for leaf in leaves:
            name = ".".join(step for step in leaf.steps if step != EACH)
            kind = None if leaf.steps == number else _kind_by_name(leaf)
            if not is_plain(leaf.kind) and not is_harmless(leaf.kind):
                self._named[name] = kind or f"{leaf.kind}, which cannot be read"
            elif kind is not None and not is_harmless(leaf.kind):
                self._named[name] = kind
            elif not is_harmless(leaf.kind):
                self._watched.append(_Watched(name, leaf, _meaning(leaf), leaf.steps == number))

    def check(self, batch: pa.RecordBatch) -> None:
        """Refuse a batch. Raises UnmappedColumns: a column's name or its values look personal."""
        personal = dict(self._named)
        for watched in self._watched:
            seen = SeenColumn(
                watched.leaf.steps[-1] if watched.leaf.steps[-1] != EACH else watched.name,
                None if watched.is_number else watched.says,
                guessable=watched.is_number or not is_impersonal(watched.name),
                holds_numbers=watched.is_number,
            )
            seen.read_many(_texts(batch.column(watched.leaf.steps[0]), watched.leaf))
            if (kind := seen.kind()) is not None:
                named = watched.is_number or seen.is_named() or is_known(seen.header)
                personal[watched.name if named else _NO_NAME.format(1 + self._names.index(watched.leaf.steps[0]))] = (
                    kind
                )
        if personal:
            raise UnmappedColumns(personal)


def _kind_by_name(leaf: Leaf) -> str | None:
    """The kind that the name of a column says, as for the header of a file."""
    *above, name = (step for step in leaf.steps if step != EACH)
    found = kind_of(name, above, leaf.beside) if above else kind_by_header(name, leaf.beside)
    return found if found in _PERSONAL else None


def _meaning(leaf: Leaf) -> str | None:
    """What the name says of codes and amounts."""
    *above, name = (step for step in leaf.steps if step != EACH)
    return meaning_of(context_of(above) if above else ROOT, name, leaf.beside).kind


def _texts(column: pa.Array, leaf: Leaf) -> list[str]:
    """The different values of a column as texts, in order."""
    for step in leaf.steps[1:]:
        column = pc.list_flatten(column) if step == EACH else pc.struct_field(column, step)
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    found: list[str | None] = pc.unique(column).cast(pa.string()).to_pylist()
    return [text for text in found if text]
