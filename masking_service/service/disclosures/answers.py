"""The answers about disclosures: who saw what of a waybill."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer, Pointer, Time


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
    stored: Annotated[
        ErasableWaybill | UnsetType | None,
        Meta(description="For callers who may erase: null where there is no such active waybill."),
    ] = UNSET
