"""The answers about holds."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Time, WaybillNo, one_of


class HoldDecision(Answer):
    """Who did this, and when."""

    by: str
    at: Time


class Hold(Answer):
    """A hold, without the waybills that it names."""

    hold: str
    status: Annotated[
        str,
        one_of(
            "proposed",
            "setting",
            "set",
            "lifting",
            "releasing",
            "lifted",
            "withdrawn",
            description="Its waybills are kept from `set` until `lifted`; `lifting` waits for a second person. "
            "A hold that stays `setting` or `releasing` was interrupted: set it again, or lift it again.",
        ),
    ]
    reason: str
    size: Annotated[int, Meta(ge=1, description="How many waybills it names.")]
    kept: Annotated[int, Meta(ge=0, description="How many of them had a record that is kept, when it was set.")]
    proposed: HoldDecision
    set: HoldDecision | None
    lift_proposed: HoldDecision | None
    lifted: Annotated[HoldDecision | None, Meta(description="Who lifted it, or withdrew it before it was set.")]


class HoldWithWaybills(Hold):
    """A hold. It names no waybill any more once it has ended."""

    waybills: list[WaybillNo]


class HoldList(Answer):
    """The holds of the tenant, the first proposed first."""

    holds: list[Hold]
