"""The answers about moved custody."""

from typing import Annotated

from msgspec import UNSET, Meta

from masking_service.service.call.answers import Answer, Detail, Pointer, WaybillNo, one_of


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
