"""Operations on decoys."""

from functools import partial
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature, from_header
from masking_service.service.call.examples import CASE
from masking_service.service.call.operation import Call, Operation, handler_of
from masking_service.service.call.shapes import MAX_RECORDS, Shape
from masking_service.service.decoys import answers
from masking_service.service.decoys.use import Planting
from masking_service.service.people.permissions import Permission

DECOY_NO: Final = "YT8800299999999"
"""No other example names it: naming it would freeze the reader who tries them."""


Decoys = Annotated[
    list[Any],
    Meta(
        description=f"1 to {MAX_RECORDS} waybill numbers: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing. "
        "They are not looked up.",
        extra_json_schema={
            "minItems": 1,
            "maxItems": MAX_RECORDS,
            "items": {"type": "string", "pattern": r"^[A-Za-z0-9-]{6,40}$(?!\n)"},
        },
    ),
]


class DecoysRequest(Shape, frozen=True):
    """Decoys to remove."""

    waybills: Decoys
    signed: Signature | None = None


class PlantRequest(Shape, frozen=True):
    """Waybills to mark as decoys."""

    waybills: Decoys
    kind: Annotated[
        Literal["phantom", "seed"],
        Meta(
            description="phantom: no parcel has this number, and a person who names it is frozen. seed: a real parcel "
            "whose recipient's or sender's phone is on the policy's list of the company's own numbers."
        ),
    ]
    signed: Signature | None = None


class HeardRequest(Shape, frozen=True):
    """The phone of a seed that rang."""

    phone: Annotated[
        str,
        Meta(
            description="The whole number that was called, in any spelling. Any other than one of the policy's own "
            "numbers is a miss.",
            max_length=64,
            extra_json_schema={"pattern": r"^[0-9]{7,15}$(?!\n)"},
        ),
    ]


def _list(decoys: Planting, call: Call[None, None]) -> answers.Decoys:
    return decoys.listed(call.context, from_header(call.signed))


_of_decoys = partial(
    Operation,
    uses=Planting,
    permissions=(Permission.DECOY_PLANT,),
    problems=("sign-in-required", "quota-exceeded"),  # they are guarded as openings are
)

OPERATIONS: Final = (
    _of_decoys(
        name="list_decoys",
        route="GET /v1/decoys",
        summary="The decoys in the order of planting, and how often each was named.",
        handle=_list,
        audited_as=Action.DECOY_LIST,
        signed_by_header=True,
        answers={200: answers.Decoys},
        example_answer={
            "decoys": [
                {
                    "waybill_no": DECOY_NO,
                    "kind": "phantom",
                    "planted_at": "2026-11-24T08:00:00Z",
                    "planted_by": "staff/privacy-1",
                    "hits": 1,
                    "last_hit": "2026-11-24T08:20:00Z",
                    "recent": [
                        {
                            "principal": "staff/officer-7",
                            "at": "2026-11-24T08:20:00Z",
                            "entry": "3f9d0c1b-17",
                        }
                    ],
                    "heard_at": None,
                }
            ]
        },
    ),
    _of_decoys(
        name="plant_decoys",
        route="POST /v1/decoys",
        summary="Mark waybills as decoys. A person who names a phantom is frozen. A seed has a phone "
        "of the company's own.",
        handle=handler_of(Planting.plant),
        audited_as=Action.DECOY_PLANT,
        body=PlantRequest,
        at_most={"waybills": MAX_RECORDS},
        answers={200: answers.Planted},
        example_body={"waybills": [DECOY_NO], "kind": "phantom"},
        example_answer={"planted": 1},
    ),
    _of_decoys(
        name="remove_decoys",
        route="DELETE /v1/decoys",
        summary="Remove decoys. The answer is the same for waybills that are no decoys.",
        handle=handler_of(Planting.remove),
        audited_as=Action.DECOY_REMOVE,
        body=DecoysRequest,
        at_most={"waybills": MAX_RECORDS},
        answers={200: answers.Planted},
        example_body={"waybills": [DECOY_NO]},
        example_answer={"planted": 0},
    ),
    _of_decoys(
        name="hear_decoy",
        route="POST /v1/decoys/heard",
        summary="Report that a seed's phone rang. Answers who saw the seeds that rang so far.",
        handle=handler_of(Planting.heard),
        audited_as=Action.DECOY_HEARD,
        body=HeardRequest,
        answers={200: answers.Heard},
        example_body={"phone": "13812345678"},
        example_answer={
            "waybills": [DECOY_NO],
            "heard": 3,
            "seen": [{"principal": CASE["officer"], "opened": 3, "viewed": 0, "last": "2026-11-24T08:20:00Z"}],
        },
    ),
)
