"""The answers about parcels: who holds them, and who saw what of their waybills.

Like `answers.py`, they describe answers and build none.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta

from masking_service.web.schemas.answers import Detail, Pointer, Time, WaybillNo, _Answer


class Moved(_Answer, frozen=True):
    """The item was read. The answer is the same whether anybody knows the number or not."""

    waybill_no: WaybillNo


class MoveFault(_Answer, frozen=True):
    """What is wrong at one place of an item."""

    pointer: Pointer
    code: Literal["invalid-item", "invalid-waybill-no", "invalid-value"]


class InvalidMoveError(_Answer, frozen=True):
    """Why an item moves nothing."""

    code: Literal["invalid-item", "invalid-waybill-no"]
    errors: Annotated[list[MoveFault], Meta(min_length=1)]
    detail: Detail = UNSET


class InvalidMove(_Answer, frozen=True):
    """An item that moves nothing. Its neighbours are not concerned."""

    error: InvalidMoveError


class Open(_Answer, frozen=True):
    """A field that was opened."""

    field: Pointer
    principal: str
    at: Time
    case: str | None
    approved_by: Annotated[list[str], Meta(description="Who had approved the case.")]


class View(_Answer, frozen=True):
    """A view through a profile that shows a kind in full."""

    principal: str
    at: Time
    profile: str


class Disclosures(_Answer, frozen=True):
    """Who saw values of a waybill, in the order of time. Empty for a number that nobody knows, too."""

    opens: list[Open]
    views: list[View]
