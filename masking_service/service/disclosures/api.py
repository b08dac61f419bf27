"""The operation on disclosures: who saw values of a waybill."""

from typing import Final

from masking_service.audit.actions import Action
from masking_service.service.call.examples import CASE
from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.disclosures import answers
from masking_service.service.disclosures.use import ReadDisclosures
from masking_service.service.people.permissions import Permission

OPERATIONS: Final = (
    Operation(
        name="read_disclosures",
        route="GET /v1/waybills/{waybill_no}/disclosures",
        summary="Who opened fields of a waybill, and who viewed it in full. Erasing the waybill keeps this.",
        uses=ReadDisclosures,
        handle=handler_of(ReadDisclosures.__call__),
        permissions=(Permission.AUDIT_READ,),
        audited_as=Action.DISCLOSURES,
        answers={200: answers.Disclosures},
        example_answer={
            "opens": [
                {
                    "field": "/sender/phone",
                    "principal": "staff/officer-7",
                    "at": "2026-11-24T08:20:00Z",
                    "case": CASE["case"],
                    "approved_by": [],
                }
            ],
            "views": [{"principal": "client/c-88", "at": "2026-11-24T07:10:00Z", "profile": "courier"}],
        },
    ),
)
