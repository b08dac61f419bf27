"""Makes columns of masked values, each of the type that it had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
from pyarrow import types

from masking_service.arrow.types import is_list, is_text

HIDDEN: Final = "*"
"""What is in each text of a row that cannot be masked; its other values are null."""


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """A column of these values; a mask in a column that is no text is null."""
    try:
        return pa.array(values, type=kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([_fitting(value, kind) for value in values], type=kind)


def without(column: pa.Array, rows: Sequence[int]) -> pa.Array:
    """A column in which the values of these rows are hidden whole."""
    hidden = HIDDEN if is_text(column.type) else None
    values = column.to_pylist()
    for row in rows:
        values[row] = hidden
    return pa.array(values, type=column.type)


def _fitting(value: Any, kind: pa.DataType) -> Any:
    if isinstance(value, dict) and types.is_struct(kind):
        return {name: _fitting(inner, kind.field(name).type) for name, inner in value.items() if _has(kind, name)}
    if isinstance(value, list) and is_list(kind):
        return [_fitting(inner, kind.value_type) for inner in value]
    if is_text(kind):
        return None if value is None else str(value)
    return None if isinstance(value, str) else value


def _has(kind: pa.StructType, name: str) -> bool:
    return bool(kind.get_field_index(name) >= 0)
