"""The answers about stored waybills: viewed, erased."""

from typing import Annotated, Any

from msgspec import UNSET, Meta

from masking_service.masking.errors import InvalidRecord
from masking_service.service.call.answers import Answer, Detail, Kind, Revision, WaybillNo, one_of
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
