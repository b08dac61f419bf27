"""The operation that opens values."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.answers import Answer
from masking_service.service.call.examples import TOKENS, WAYBILL_NO
from masking_service.service.call.operation import SIGNATURE, STORE, Batch, Call, Operation
from masking_service.service.call.shapes import MAX_ITEMS, Shape
from masking_service.service.opening import answers
from masking_service.service.opening.use import Detokenize
from masking_service.service.people.permissions import Permission


class DetokenizeRequest(Shape, frozen=True):
    """Fields to open."""

    items: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_ITEMS}. Each is an object with a token, or with a waybill_no and a field "
            "(a JSON Pointer inside the record). An item with a waybill_no needs an open case that names the waybill.",
            extra_json_schema={"maxItems": MAX_ITEMS},
        ),
    ]
    purpose: (
        Annotated[  # an empty one is none, which is another refusal than a wrong shape
            str,
            Meta(
                max_length=64,
                description="Why values are opened. It decides which kinds, and whether a case is needed.",
                extra_json_schema={"minLength": 1},
            ),
        ]
        | None
    ) = None
    case: Annotated[str | None, Meta(description="The open case under which the values are opened.")] = None
    signed: Signature | None = None


def _detokenize(detokenize: Detokenize, call: Call[DetokenizeRequest, None]) -> Sequence[Answer]:
    wanted = call.body
    return detokenize(call.context, wanted.purpose or None, wanted.case or None, wanted.items, wanted.signed)


OPERATIONS: Final = (
    Operation(
        name="detokenize",
        route="POST /v1/detokenize",
        summary="Open single fields, for a stated purpose and under an open case where the purpose needs one.",
        uses=Detokenize,
        handle=_detokenize,
        permissions=(Permission.DETOKENIZE,),
        audited_as=Action.DETOKENIZE,
        body=DetokenizeRequest,
        at_most={"items": MAX_ITEMS},
        answers={
            200: Batch(
                "DetokenizeResults",
                (
                    answers.OpenedToken,
                    answers.OpenedField,
                    answers.UnopenedToken,
                    answers.UnopenedField,
                    answers.InvalidItem,
                ),
            )
        },
        problems=(
            "purpose-required",
            "case-required",
            *SIGNATURE,
            "sign-in-required",
            "case-not-open",
            "case-check-unavailable",
            "own-case",
            "too-many-items",
            "quota-exceeded",
            *STORE,
        ),
        example_body={
            "purpose": "dispute",
            "case": "D-2026-0001",
            "items": [
                {"token": TOKENS["/sender/phone"]},
                {"waybill_no": WAYBILL_NO, "field": "/recipient/phone"},
                {"waybill_no": WAYBILL_NO, "field": "/recipient/address"},
            ],
        },
        example_answer={
            "results": [
                {"token": TOKENS["/sender/phone"], "kind": "phone", "value": "13812345678"},
                {
                    "waybill_no": WAYBILL_NO,
                    "field": "/recipient/phone",
                    "kind": "phone",
                    "value": "021-59791234-801",
                },
                {
                    "waybill_no": WAYBILL_NO,
                    "field": "/recipient/address",
                    "error": {"code": "kind-not-allowed"},
                },
            ],
            "failed": 1,
        },
    ),
)
