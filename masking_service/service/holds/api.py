"""Operations on legal holds."""

from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.examples import WAYBILL_NO
from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.call.shapes import Name, Shape
from masking_service.service.holds import answers
from masking_service.service.holds.state import MAX_WAYBILLS
from masking_service.service.holds.use import Holding
from masking_service.service.people.permissions import Permission


class HoldRequest(Shape, frozen=True):
    """Waybills to keep, and why."""

    hold: Annotated[
        Name,
        Meta(
            description="Its name: 1 to 64 of A-Z a-z 0-9 . _ - and a letter or digit first. Never used twice.",
            extra_json_schema={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"},
        ),
    ]
    reason: Annotated[
        str, Meta(description="Who asked for it, and why. Personal data is masked, and 500 characters are kept.")
    ]
    waybills: Annotated[
        list[Any],
        Meta(
            description=f"1 to {MAX_WAYBILLS} waybill numbers. They are not looked up before the hold is set.",
            extra_json_schema={
                "minItems": 1,
                "maxItems": MAX_WAYBILLS,
                "items": {"type": "string", "pattern": r"^[A-Za-z0-9-]{6,40}$(?!\n)"},
            },
        ),
    ]


class HoldActRequest(Shape, frozen=True):
    """A hold is set or lifted."""

    signed: Signature | None = None


NAME: Final = "H-2026-001"
PROPOSED: Final = {
    "hold": NAME,
    "status": "proposed",
    "reason": "letter of the public security bureau of 24 November",
    "size": 1,
    "kept": 0,
    "proposed": {"by": "staff/privacy-1", "at": "2026-11-24T08:00:00Z"},
    "set": None,
    "lift_proposed": None,
    "lifted": None,
}
SET: Final = PROPOSED | {"status": "set", "kept": 1, "set": {"by": "staff/privacy-2", "at": "2026-11-24T08:05:00Z"}}
LIFTING: Final = SET | {"status": "lifting", "lift_proposed": {"by": "staff/privacy-1", "at": "2027-11-24T08:00:00Z"}}
_of_holds = partial(Operation, uses=Holding, permissions=(Permission.HOLD_SET,))
_deciding = partial(
    _of_holds,
    body=HoldActRequest,
    body_optional=True,
    answers={200: answers.Hold},
    problems=("sign-in-required", "own-hold", "hold-ended"),
    example_body={},
)

OPERATIONS: Final = (
    _of_holds(
        name="list_holds",
        route="GET /v1/holds",
        summary="The legal holds, the first proposed first.",
        handle=handler_of(Holding.listed),
        answers={200: answers.HoldList},
        example_answer={"holds": [SET]},
    ),
    _of_holds(
        name="show_hold",
        route="GET /v1/holds/{hold}",
        summary="One hold, with the waybills that it names.",
        handle=handler_of(Holding.shown),
        answers={200: answers.HoldWithWaybills},
        example_answer=SET | {"waybills": [WAYBILL_NO]},
    ),
    _of_holds(
        name="propose_hold",
        route="POST /v1/holds",
        summary="Propose a legal hold. Its waybills are kept once another person sets it.",
        handle=handler_of(Holding.propose),
        audited_as=Action.HOLD_PROPOSE,
        body=HoldRequest,
        at_most={"waybills": MAX_WAYBILLS},
        answers={201: answers.Hold},
        problems=("sign-in-required", "hold-exists"),
        example_body={"hold": NAME, "reason": PROPOSED["reason"], "waybills": [WAYBILL_NO]},
        example_answer=PROPOSED,
    ),
    _deciding(
        name="set_hold",
        route="POST /v1/holds/{hold}/set",
        summary="Set a hold that another person proposed: its waybills no longer expire, and are not erased. "
        "It also keeps a hold whose lifting is proposed.",
        handle=handler_of(Holding.set),
        audited_as=Action.HOLD_SET,
        example_answer=SET,
    ),
    _deciding(
        name="lift_hold",
        route="POST /v1/holds/{hold}/lift",
        summary="Propose to lift a hold; a second person who calls this lifts it. A hold that is not set is withdrawn.",
        handle=handler_of(Holding.lift),
        audited_as=Action.HOLD_LIFT,
        example_answer=LIFTING,
    ),
)
