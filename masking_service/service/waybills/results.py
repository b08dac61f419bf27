"""Waybill numbers, faults and warnings of the items of a batch."""

from collections.abc import Iterable
from typing import Any, Final

from msgspec import UNSET

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.fitting import fitting_schemas
from masking_service.masking.record import Masked
from masking_service.masking.schema import Schema
from masking_service.masking.walk import NOTHING_MAPPED
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.waybills import record_answers as answers

NOT_FOUND: Final = "not-found"


def normalised(waybill_no: object) -> str | None:
    """Return a waybill number as it is stored; None if it is malformed."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def invalid(fault: InvalidRecord, record: Any = None, schemas: Iterable[Schema] = ()) -> answers.InvalidRecord:
    """Return the answer to a faulty record.

    If its schema maps nothing, it names the schemas that would fit.
    """
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
