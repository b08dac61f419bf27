"""What use cases share about the items of a batch: waybill numbers, faults and warnings."""

from typing import Final

from msgspec import UNSET

from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masked
from masking_service.domain.waybill import normalise_waybill_no
from masking_service.usecases.answers import records as answers

NOT_FOUND: Final = "not-found"


def normalised(waybill_no: object) -> str | None:
    """A waybill number as it is stored, or None for what can be none."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def invalid(fault: InvalidRecord) -> answers.InvalidRecord:
    """The answer to a record with faults at its places."""
    places = [answers.RecordFault(pointer, code) for pointer, code in fault.errors]
    return answers.InvalidRecord(answers.InvalidRecordError(places[0].code, places))


def warnings_of(masked: Masked) -> answers.Warnings:
    """What the caller should know about a masked record."""
    if not masked.warnings:
        return UNSET
    return [answers.RecordWarning(pointer, code) for pointer, code in masked.warnings]
