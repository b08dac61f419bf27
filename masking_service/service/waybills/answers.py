"""The answers about stored waybills: viewed, moved, erased, and who saw what of them."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from masking_service.masking.errors import InvalidRecord
from masking_service.service.call.answers import Answer, Detail, Kind, Pointer, Revision, Time, WaybillNo, one_of
from masking_service.service.waybills.record_answers import Record


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
    """Answer that a waybill is not there, or not shown.

    Args:
        asked: the number as it was sent, or why it could not be read.
        code: of a `NotFoundError`.
    """
    return WaybillNotFound(None if isinstance(asked, InvalidRecord) else asked, NotFoundError(code))


class RestrictedWaybill(Answer):
    """Whether a waybill is restricted now."""

    waybill_no: WaybillNo
    restricted: bool


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


class Moved(Answer):
    """The item was read.

    The answer is the same for known and unknown numbers.
    """

    waybill_no: WaybillNo


class MoveFault(Answer):
    """What is wrong at one place of an item."""

    pointer: Pointer
    code: Annotated[str, one_of("invalid-item", "unknown-member", "invalid-waybill-no", "invalid-value")]


class InvalidMoveError(Answer):
    """Why an item moves nothing."""

    code: Annotated[str, one_of("invalid-item", "invalid-waybill-no")]
    errors: Annotated[list[MoveFault], Meta(min_length=1)]
    detail: Detail = UNSET


class InvalidMove(Answer):
    """An item that moves nothing.

    Other items are not affected.
    """

    error: InvalidMoveError


class Open(Answer):
    """A field that was opened."""

    field: Pointer
    principal: str
    at: Time
    case: str | None
    approved_by: Annotated[list[str], Meta(description="Who had approved the case.")]


class View(Answer):
    """A view through a profile that shows some kind in full."""

    principal: str
    at: Time
    profile: str


class Called(Answer):
    """A call to a person of the waybill, through a number that is not theirs."""

    field: Pointer
    principal: str
    at: Time
    case: str | None


class PhoneHeard(Answer):
    """A phone of the company's own that rang, and was found in this field of the waybill, a seed."""

    field: Pointer
    principal: str
    at: Time


class ErasableWaybill(Answer):
    """A waybill that is stored."""

    expires_at: Time
    held: Annotated[bool, Meta(description="Whether a legal hold keeps it, so that it cannot be erased.")]
    restricted: bool
    unreadable_in_backups_after: (
        Annotated[
            str,
            Meta(
                pattern=r"^\d{4}-\d{2}-\d{2}$",
                description="If it is erased now, backups can open it until this day. Absent while a hold keeps it.",
            ),
        ]
        | UnsetType
    ) = UNSET


class Disclosures(Answer):
    """Who saw values of a waybill, or called, in the order of time. Empty for unknown numbers as well."""

    opens: list[Open]
    views: list[View]
    calls: Annotated[list[Called], Meta(description="Absent where there were none.")] | UnsetType = UNSET
    heard: Annotated[list[PhoneHeard], Meta(description="Absent where there were none.")] | UnsetType = UNSET
    stored: (
        Annotated[
            ErasableWaybill | None,
            Meta(description="For callers who may erase: null where there is no such active waybill."),
        ]
        | UnsetType
    ) = UNSET
