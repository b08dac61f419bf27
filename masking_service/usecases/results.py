"""Waybill numbers, faults and warnings of the items of a batch."""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any, Final

from msgspec import UNSET

from masking_service.audit.entries import outside_id
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.fitting import fitting_schemas
from masking_service.domain.record import Masked
from masking_service.domain.schema import Schema
from masking_service.domain.walk import NOTHING_MAPPED
from masking_service.domain.waybill import normalise_waybill_no
from masking_service.usecases.answers import records as answers

NOT_FOUND: Final = "not-found"
INVALID_ITEM: Final = "invalid-item"
UNKNOWN_MEMBER: Final = "unknown-member"
MAX_UNKNOWN: Final = 10
"""Unknown members of one item that are named."""

Fault = tuple[str, str]
"""A JSON Pointer inside the item, and a code."""

_PLAIN_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}", re.ASCII)


def normalised(waybill_no: object) -> str | None:
    """Return a waybill number as it is stored; None if it is malformed."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def unknown_members(item: Mapping[str, Any], known: Collection[str]) -> list[Fault]:
    """A fault for each unknown member of an item.

    A member's name is the caller's and may hold personal data: only a plain word is repeated, else the item is named.
    """
    unknown = islice((name for name in item if name not in known), MAX_UNKNOWN)
    pointers = (f"/{name}" if _PLAIN_WORD.fullmatch(name) and outside_id(name) == name else "" for name in unknown)
    return [(pointer, UNKNOWN_MEMBER) for pointer in dict.fromkeys(pointers)]


def invalid(fault: InvalidRecord, record: Any = None, schemas: Iterable[Schema] = ()) -> answers.InvalidRecord:
    """The answer to a record with faults at its places, with the schemas that would fit if its own maps nothing."""
    places = [answers.RecordFault(pointer, code) for pointer, code in fault.errors]
    error = answers.InvalidRecordError(places[0].code, places)
    if error.code == NOTHING_MAPPED and (fitting := fitting_schemas(record, schemas)):
        error.schemas = fitting
    return answers.InvalidRecord(error)


def warnings_of(masked: Masked) -> answers.Warnings:
    """Return the warnings of a masked record."""
    if not masked.warnings:
        return UNSET
    return [answers.RecordWarning(pointer, code) for pointer, code in masked.warnings]
