"""What use cases share about the items of a batch: waybill numbers, and how an item is answered."""

from typing import Any, Final

from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masked
from masking_service.domain.waybill import normalise_waybill_no

Result = dict[str, Any]
NOT_FOUND: Final = "not-found"


def normalised(waybill_no: object) -> str | None:
    """A waybill number as it is stored, or None for what can be none."""
    try:
        return normalise_waybill_no(waybill_no)
    except ValueError:
        return None


def refused(code: str) -> Result:
    """The answer to an item that failed."""
    return {"error": {"code": code}}


def invalid(fault: InvalidRecord) -> Result:
    """The answer to a record with faults at its places."""
    errors = [{"pointer": at, "code": code} for at, code in fault.errors]
    return {"error": {"code": errors[0]["code"], "errors": errors}}


def warned(result: Result, masked: Masked) -> Result:
    """The answer to a record, with what there is to say of it beside."""
    if masked.warnings:
        result["warnings"] = [{"pointer": at, "code": code} for at, code in masked.warnings]
    return result
