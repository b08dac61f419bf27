"""Operations that reach a person without opening a number."""

from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.call.examples import CASE, WAYBILL_NO
from masking_service.service.call.operation import Answered, Call, Operation, handler_of
from masking_service.service.call.shapes import Shape
from masking_service.service.people.permissions import Permission
from masking_service.service.phone_calls.provider import Records
from masking_service.service.phone_calls.reports import CallReports, TakenRecords
from masking_service.service.phone_calls.use import Calling, EndedCall, LiveCall

CALL: Final = "Qm5pYk1Gd2xTeUhTa1pQcFVoS0ZtRzJh"


class CallRequest(Shape, frozen=True):
    """A person to call."""

    waybill_no: Annotated[
        str, Meta(description="6 to 40 of A-Z 0-9 -, after trimming and upper-casing. Any other is not found.")
    ]
    field: Annotated[
        str | None, Meta(description="The JSON Pointer of a phone in the record. /recipient/phone, if not given.")
    ] = None
    case: Annotated[
        str | None, Meta(description="The open case under which is called. Not needed by callers who hold the parcel.")
    ] = None


def _make(calling: Calling, call: Call[CallRequest, None]) -> Answered:
    wanted = call.body
    made, new = calling.make(call.context, wanted.waybill_no, wanted.field, wanted.case or None, call.proof)
    return Answered(made, 201 if new else 200)


OPERATIONS: Final = (
    Operation(
        name="make_call",
        route="POST /v1/calls",
        summary="Bind a privacy number through which the caller reaches a person. The same while the call lives (200).",
        uses=Calling,
        handle=_make,
        permissions=(Permission.CALL_MAKE,),
        audited_as=Action.CALL,
        body=CallRequest,
        proven=True,
        answers={201: LiveCall, 200: LiveCall},
        problems=(
            "not-found",
            "case-required",
            "case-not-open",
            "case-check-unavailable",
            "own-case",
            "sign-in-required",
            "no-caller-number",
            "not-callable",
            "restricted",
            "quota-exceeded",
            "calls-unavailable",
        ),
        example_body={"waybill_no": WAYBILL_NO, "field": "/recipient/phone", "case": CASE["case"]},
        example_answer={
            "call": CALL,
            "dial": "700000000000001",
            "extension": None,
            "expires_at": "2026-11-24T08:50:00Z",
        },
    ),
    Operation(
        name="end_call",
        route="DELETE /v1/calls/{ref}",
        summary="End a call of the caller's own. One that has ended already is no error.",
        uses=Calling,
        handle=handler_of(Calling.end),
        permissions=(Permission.CALL_MAKE,),
        audited_as=Action.CALL_END,
        answers={200: EndedCall},
        problems=("calls-unavailable",),
        example_answer={"call": CALL, "ended": True},
    ),
    Operation(
        name="take_call_records",
        route="POST /v1/calls/records",
        summary="Take the provider's signed records of calls, in its own format; this one is that of `https`.",
        uses=CallReports,
        handle=CallReports.take,
        body=Records,
        signed=True,
        answers={200: TakenRecords},
        problems=("unauthenticated",),
        example_body={
            "records": [{"ref": CALL, "id": "5f1c0a9e27d34b68", "at": 1795940460, "seconds": 0, "answered": False}]
        },
        example_answer={"taken": 1},
    ),
)
