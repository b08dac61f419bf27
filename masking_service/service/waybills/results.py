"""Waybill numbers, faults and warnings of the items of a batch."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import UNSET

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.fitting import fitting_schemas, personal_members
from masking_service.masking.noted import NOT_LISTED
from masking_service.masking.record import Masked
from masking_service.masking.schema import Schema
from masking_service.masking.walk import NOTHING_MAPPED
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.waybills import record_answers as answers

NOT_FOUND: Final = "not-found"
MAX_READ: Final = 20
"""Records of a batch whose members' names are read for the answer: reading a thousand takes seconds."""

MAX_LISTED: Final = 1_000_000
"""Characters of all warnings and errors of an answer: about 15 for each of 1,000 records."""
_FRAME: Final = 40
"""Characters around a pointer, its code among them."""


def normalised(waybill_no: object) -> str | None:
    """Return a waybill number as it is stored; None if it is malformed."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


class Listing:
    """Lists the warnings and errors of the records of one answer.

    When `MAX_LISTED` characters are used up, each further record gets its first one, and that there are more. An answer
    to a record of which its schema maps nothing names the schemas that would fit and, for the first of these records,
    the members that look personal.

    Args:
        schemas: that may fit.
    """

    def __init__(self, schemas: Iterable[Schema] = ()) -> None:
        self._schemas = tuple(schemas)
        self._left = MAX_LISTED
        self._to_read = MAX_READ

    def invalid(self, fault: InvalidRecord, record: Any = None) -> answers.InvalidRecord:
        """Return the answer to a faulty record."""
        places = [answers.RecordFault(pointer, code) for pointer, code in self._listed(fault.errors)]
        error = answers.InvalidRecordError(places[0].code, places)
        if error.code == NOTHING_MAPPED:
            error.schemas = fitting_schemas(record, self._schemas) or UNSET
            if self._to_read:
                self._to_read -= 1
                error.members = personal_members(record) or UNSET
        return answers.InvalidRecord(error)

    def warnings_of(self, masked: Masked) -> answers.Warnings:
        """Return the warnings of a masked record."""
        if not masked.warnings:
            return UNSET
        return [answers.RecordWarning(pointer, code) for pointer, code in self._listed(masked.warnings)]

    def _listed(self, noted: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        size = sum(_FRAME + len(pointer) for pointer, _ in noted)
        if size > self._left and len(noted) > 1:
            return [noted[0], ("", NOT_LISTED)]
        self._left -= size
        return noted
