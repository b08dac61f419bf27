"""The answers about waybills: masked, tokenized, viewed, erased."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from masking_service.masking import errors
from masking_service.service.call.answers import (
    Answer,
    Detail,
    Kind,
    No,
    Pointer,
    Revision,
    Time,
    Token,
    WaybillNo,
    one_of,
)

Record = Annotated[dict[str, Any], Meta(description="The record, with its mapped values masked in place.")]


class RecordWarning(Answer):
    """Something about a record that its owner should know."""

    pointer: Pointer
    code: Annotated[
        str,
        one_of(
            "already-masked",
            "found-in-text",
            "unmapped-masked",
            "unit-not-recognised",
            "not-listed",
            description="already-masked: the value came in hidden; nothing is stored for it. found-in-text: something "
            "personal was masked in this text. unmapped-masked: the schema does not map this member, its name says "
            "that it is personal, and it was masked. unit-not-recognised: a foreign address may have a unit that "
            "cannot be read; a label shows none of its numbers. not-listed: there are further warnings.",
        ),
    ]


Warnings = list[RecordWarning] | UnsetType


class MaskedRecord(Answer):
    """A masked record."""

    record: Record
    warnings: Warnings = UNSET


class RecordFault(Answer):
    """What is wrong at one place of a record."""

    pointer: Pointer
    code: Annotated[
        str,
        one_of(
            "invalid-text",
            "invalid-type",
            "nothing-mapped",
            "too-deep",
            "too-large",
            "invalid-waybill-no",
            "not-listed",
            description="invalid-text: a string with half of a surrogate pair. "
            "invalid-type: no string, integer or null where a value is expected. nothing-mapped: no "
            "member of the schema is present, or no value that could be stored. too-deep: more than 32 levels. "
            "too-large: it has too many values, or it, or what came with it, takes too much work. "
            "invalid-waybill-no: not 6 to 40 of A-Z 0-9 -. not-listed: there are further errors.",
        ),
    ]


class InvalidRecordError(Answer):
    """Why a record cannot be masked: the code of the first fault, and every fault."""

    code: Annotated[
        str, one_of("invalid-text", "invalid-type", "nothing-mapped", "too-deep", "too-large", "invalid-waybill-no")
    ]
    errors: Annotated[list[RecordFault], Meta(min_length=1)]
    detail: Detail = UNSET
    schemas: Annotated[list[str], Meta(description="nothing-mapped: the schemas that would fit.")] | UnsetType = UNSET
    members: Annotated[
        list[Pointer] | UnsetType, Meta(description="nothing-mapped: members whose names say that they are personal.")
    ] = UNSET


class InvalidRecord(Answer):
    """A record that cannot be masked.

    Other records are not affected.
    """

    error: InvalidRecordError


class EmptyRecord(InvalidRecord):
    """A record without a value that could be masked or stored, in which the schema misses nothing."""


class TokenizedRecord(Answer):
    """A stored record."""

    record: Record
    tokens: Annotated[
        dict[str, Token], Meta(description="The token of each name, phone, address and unit, by its JSON Pointer.")
    ]
    revision: Revision
    created: Annotated[
        bool, Meta(description="False where the same values were stored before; the tokens are the same.")
    ]
    expires_at: Time
    warnings: Warnings = UNSET


class UnstoredRecord(Answer):
    """A record that was masked and not stored, as the request allows."""

    record: Record
    stored: No
    warnings: Warnings = UNSET


class StoreRefusal(Answer):
    """Why a record is not stored."""

    code: Annotated[
        str,
        one_of(
            "conflict",
            "erased",
            "revision-limit",
            "quota-exceeded",
            "unavailable",
            description="conflict: other values are stored under this number. erased: the number was erased and cannot "
            "be used for one retention period. revision-limit: the number has 16 revisions. quota-exceeded: the number "
            "is known and the budget for conflicts is spent; where no record of the call was stored, the call is 429. "
            "unavailable: the number is known and cannot be compared now; send the record again.",
        ),
    ]
    detail: Detail = UNSET


class RefusedRecord(Answer):
    """A record that is not stored.

    Other records are not affected.
    """

    error: StoreRefusal


class Waybill(Answer):
    """The newest revision of a waybill, masked: the mapped fields only."""

    waybill_no: WaybillNo
    schema: str
    revision: Revision
    record: Record
    fields: Annotated[dict[str, Kind], Meta(description="What can be opened: the kind of each value, by its pointer.")]


class NotFoundError(Answer):
    """Unknown, another tenant's, outside the caller's custody, erased or expired; or not shown in full."""

    code: Annotated[
        str,
        one_of(
            "not-found",
            "restricted",
            description="restricted: the waybill may not be shown in full; a profile that masks shows it.",
        ),
    ]
    detail: Detail = UNSET


class WaybillNotFound(Answer):
    """There is no such waybill that the caller may see."""

    waybill_no: Annotated[Any, Meta(description="What was asked for; null for what could not be read.")]
    error: NotFoundError


def not_found(asked: Any, code: str) -> WaybillNotFound:
    """Answer that a waybill is not there, or not shown, asked for by what was sent or why that could not be read."""
    return WaybillNotFound(None if isinstance(asked, errors.InvalidRecord) else asked, NotFoundError(code))


class Erased(Answer):
    """All revisions of a waybill are erased."""

    audit: Annotated[str, Meta(description="The id of the audit entry.")]
    unreadable_in_backups_after: Annotated[
        str,
        Meta(
            pattern=r"^\d{4}-\d{2}-\d{2}$",
            description="Backups can open the waybill until this day. Then its data keys are due to be shredded by the "
            "key holder; `keys status` shows whether that is overdue.",
        ),
    ]
