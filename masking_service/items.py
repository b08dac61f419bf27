"""One item of a batch: a record on its way into the vault, a waybill number asked for, and how each is answered."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from masking_service.access.rules import TOKEN_KINDS
from masking_service.domain.effort import Effort
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.record import Masked, Masker
from masking_service.domain.schema import Schema, pointer
from masking_service.domain.waybill import normalise_waybill_no
from masking_service.vault import records

Result = dict[str, Any]
NOT_FOUND: Final = "not-found"


class NotFound(Exception):
    """Unknown, another tenant's, outside custody, erased or expired: nobody is told which."""


class Entering:
    """A masked record on its way into the vault.

    Attributes:
        at: its index in the batch.
        masked: what the pass over it found.
        number: its waybill number, normalised.
        body: what is kept of it.
        ordinals, pointers: of those kept fields that get tokens. What is empty gets none.
    """

    __slots__ = ("at", "body", "masked", "number", "ordinals", "pointers")

    def __init__(self, at: int, record: Mapping[str, Any], masked: Masked, schema: Schema) -> None:
        kept = [(place, value) for place, value, _, _, stored in masked.fields if stored]
        if len(kept) > records.MOST_FIELDS:
            raise InvalidRecord((("", "too-many-fields"),))
        number = normalised(schema.waybill_no(record))
        if number is None:
            raise InvalidRecord(((pointer(schema.waybill_paths[0]), "invalid-waybill-no"),))
        self.at = at
        self.masked = masked
        self.number = number
        self.body = records.body_of(schema.name, kept)
        self.ordinals: list[int] = []
        self.pointers: list[str] = []
        for ordinal, (place, value) in enumerate(kept):
            if value is not None and value != "" and place.kind in TOKEN_KINDS:
                self.ordinals.append(ordinal)
                self.pointers.append(place.pointer)

    def show(self, tokens: Mapping[str, str]) -> None:
        """Put each token where its value's mask stands."""
        for place, _, parent, key, _ in self.masked.fields:
            if place.pointer in tokens:
                parent[key] = tokens[place.pointer]


def mask_batch(masker: Masker, batch: Sequence[Any]) -> list[Result]:
    """Mask records in place; the answer to each, in order. One that cannot be masked fails alone."""
    results: list[Result] = []
    effort = Effort()
    for record in batch:
        try:
            masked = masker.mask(record, effort)
        except InvalidRecord as fault:
            results.append(invalid(fault))
        else:
            results.append(warned({"record": record}, masked))
    return results


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
