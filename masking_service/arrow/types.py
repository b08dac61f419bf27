"""Reads the types of columns: what is text, what can hold personal data, and where mapped values are.

It reads no values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import types

from masking_service.masking.records.schema import EACH, Schema, Steps, written


class Leaf(NamedTuple):
    """A type that has no members.

    Attributes:
        steps: the way to it; EACH for the elements of a list.
        kind: its type.
        beside: the names of the other members around it.
    """

    steps: tuple[str, ...]
    kind: pa.DataType
    beside: tuple[str, ...]


def is_text(kind: pa.DataType) -> bool:
    """Whether the values of a type are texts."""
    if types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_plain(kind: pa.DataType) -> bool:
    """Whether a value of a type may be a name, a number or a text."""
    return is_text(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)


def is_harmless(kind: pa.DataType) -> bool:
    """Whether no value of a type can be personal: a time, a boolean, or nothing."""
    return bool(types.is_temporal(kind) or types.is_boolean(kind) or types.is_null(kind))


def can_be_masked(kind: pa.DataType) -> bool:
    """Whether a mapped value may have this type."""
    return is_text(kind) or types.is_integer(kind) or types.is_null(kind)


def is_list(kind: pa.DataType) -> bool:
    """Whether a type is a list of any layout."""
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))


def is_nested(kind: pa.DataType) -> bool:
    """Whether a type has members or elements."""
    return bool(types.is_struct(kind)) or is_list(kind)


def leaves(fields: Sequence[pa.Field], above: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every type without members in these fields."""
    names = tuple(field.name for field in fields)
    for field in fields:
        yield from _leaves(field.type, (*above, field.name), names)


def _leaves(kind: pa.DataType, steps: tuple[str, ...], beside: tuple[str, ...]) -> Iterator[Leaf]:
    if types.is_struct(kind):
        yield from leaves([kind.field(at) for at in range(kind.num_fields)], steps)
    elif is_list(kind):
        yield from _leaves(kind.value_type, (*steps, EACH), beside)
    else:
        yield Leaf(steps, kind, beside)


def is_opaque(kind: pa.DataType) -> bool:
    """Whether there is anything in a type that cannot be read: bytes, a map, a union."""
    return any(not is_plain(leaf.kind) and not is_harmless(leaf.kind) for leaf in _leaves(kind, (), ()))


def names_in(fields: Sequence[pa.Field]) -> Iterator[str]:
    """Every name of a column and of a member."""
    for field in fields:
        yield field.name
        kind = field.type
        while is_list(kind):
            kind = kind.value_type
        if types.is_struct(kind):
            yield from names_in([kind.field(at) for at in range(kind.num_fields)])


def without_notes(kind: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType] | None = None) -> pa.DataType:
    """The type without the notes of its members (Arrow's metadata), which may say anything.

    Args:
        kind: the type.
        leaf: replaces each type without members.
    """

    def plain(field: pa.Field) -> pa.Field:
        return pa.field(field.name, without_notes(field.type, leaf), field.nullable)

    if types.is_struct(kind):
        return pa.struct([plain(kind.field(at)) for at in range(kind.num_fields)])
    if types.is_list(kind):
        return pa.list_(plain(kind.value_field))
    if types.is_large_list(kind):
        return pa.large_list(plain(kind.value_field))
    if types.is_fixed_size_list(kind):
        return pa.list_(plain(kind.value_field), kind.list_size)
    if types.is_map(kind):
        return pa.map_(plain(kind.key_field), plain(kind.item_field), kind.keys_sorted)
    return kind if leaf is None else leaf(kind)


def with_masks(kind: pa.DataType, mapped: Mapping[Steps, str], steps: Steps = ()) -> pa.DataType:
    """The type of a masked column: a mapped number becomes a text, because its mask is one.

    Args:
        mapped: the kinds of the mapped values, by the way to them.
    """
    if steps in mapped and types.is_integer(kind):
        return pa.string()
    if types.is_struct(kind):
        return pa.struct(
            [
                field.with_type(with_masks(field.type, mapped, (*steps, field.name)))
                for field in (kind.field(at) for at in range(kind.num_fields))
            ]
        )
    if is_list(kind):
        inner = with_masks(kind.value_type, mapped, (*steps, EACH))
        return kind if inner == kind.value_type else pa.list_(kind.value_field.with_type(inner))
    return kind


def refuse_wrong_types(fields: Sequence[pa.Field], schema: Schema) -> None:
    """Refuse columns in which a mapped value cannot be masked.

    Raises:
        TypeError: a mapped value is neither text nor an integer, or something else is where an object or a list
            should be.
        ValueError: no column is one of the schema's.
    """
    present = {field.name for field in fields}
    if present.isdisjoint(steps[0] for steps, _ in schema.fields):
        raise ValueError(f"no column is a member of the schema {schema.name}")
    top = pa.struct(list(fields))
    for steps, _ in schema.fields:
        kind = top
        for at, step in enumerate(steps):
            enters: Callable[[Any], Any] = is_list if step == EACH else types.is_struct
            if types.is_null(kind):
                break
            if not enters(kind):
                wanted = "a list" if step == EACH else "a struct"
                raise TypeError(f"{written(steps[:at])} is {kind}, and the schema has {wanted} there")
            if step == EACH:
                kind = kind.value_type
            elif kind.get_field_index(step) < 0:
                break
            else:
                kind = kind.field(step).type
        else:
            if not can_be_masked(kind):
                raise TypeError(f"{written(steps)} is {kind}: what is masked has to be text or an integer")
