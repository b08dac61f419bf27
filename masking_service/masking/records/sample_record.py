"""Makes a sample record of a schema for a person."""

from __future__ import annotations

from typing import Any

from masking_service.masking.kinds.table import TABLE
from masking_service.masking.records.record import make_room
from masking_service.masking.records.schema import EACH, Schema


def sample_record(schema: Schema) -> dict[str, Any]:
    """Return a record with an invented value at every place, and a waybill number at the first place for one."""
    record: dict[str, Any] = {}
    for steps, value in (
        (schema.waybill_paths[0], "SF1234567890"),
        *((steps, TABLE[kind].example) for steps, kind in schema.fields),
    ):
        parent, key = make_room(record, tuple(0 if step == EACH else step for step in steps))
        if type(key) is int:
            parent[key] = value
        else:
            parent.setdefault(key, value)
    return record
