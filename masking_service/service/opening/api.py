"""The operation that opens values."""

from typing import Final

from masking_service.audit.actions import Action
from masking_service.service.call.examples import TOKENS, WAYBILL_NO
from masking_service.service.call.operation import Batch, Operation
from masking_service.service.call.shapes import MAX_ITEMS
from masking_service.service.opening import answers
from masking_service.service.opening.items import DetokenizeRequest
from masking_service.service.opening.use import Detokenize
from masking_service.service.people.permissions import Permission

OPERATIONS: Final = (
    Operation(
        name="detokenize",
        route="POST /v1/detokenize",
        summary="Open single fields, for a stated purpose and under an open case where the purpose needs one.",
        uses=Detokenize,
        handle=Detokenize.serve,
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
            "sign-in-required",
            "case-not-open",
            "case-check-unavailable",
            "own-case",
            "quota-exceeded",
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
