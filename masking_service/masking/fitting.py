"""Tells which schemas would fit a record.

It reads the names of members and no values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from masking_service.masking.schema import EACH, Schema, Steps

MAX_FITTING: Final = 3


def fitting_schemas(record: Any, schemas: Iterable[Schema]) -> list[str]:
    """Return the schemas with the most members in the record: at most three, none without any member."""
    present = {schema.name: sum(_is_present(record, steps) for steps, _ in schema.fields) for schema in schemas}
    best = max(present.values(), default=0)
    return [name for name, count in present.items() if count == best][:MAX_FITTING] if best else []


def _is_present(value: Any, steps: Steps) -> bool:
    """Return whether the path leads to something.

    Of an array, the first element counts.
    """
    for step in steps:
        if step == EACH:
            if type(value) is not list or not value:
                return False
            value = value[0]
        elif type(value) is dict and step in value:
            value = value[step]
        else:
            return False
    return True
