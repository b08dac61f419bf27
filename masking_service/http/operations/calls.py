"""Operations that reach a person without opening a number."""

from typing import Final

from masking_service.http.operation import STORE, Operation
from masking_service.http.schemas import requests as contract
from masking_service.service.phone_calls import answers as calls
from masking_service.service.phone_calls.signed_records import Records

OPERATIONS: Final = (
    Operation(
        name="make_call",
        method="post",
        path="/v1/calls",
        summary="Bind a privacy number through which the caller reaches a person. The same while the call lives (200).",
        permissions=("call:make",),
        audited_as="call",
        body=contract.CallRequest,
        answers={201: calls.LiveCall, 200: calls.LiveCall},
        problems=(
            "not-found",
            "case-required",
            "case-not-open",
            "case-check-unavailable",
            "own-case",
            "sign-in-required",
            "no-caller-number",
            "not-callable",
            "quota-exceeded",
            "calls-unavailable",
            *STORE,
        ),
    ),
    Operation(
        name="end_call",
        method="delete",
        path="/v1/calls/{ref}",
        summary="End a call of the caller's own. One that has ended already is no error.",
        permissions=("call:make",),
        audited_as="call-end",
        answers={200: calls.EndedCall},
        problems=("not-found", "calls-unavailable", *STORE),
    ),
    Operation(
        name="take_call_records",
        method="post",
        path="/v1/calls/records",
        summary="Take the provider's signed records of calls, in its own format; this one is that of `https`.",
        signed=True,
        body=Records,
        answers={200: calls.TakenRecords},
        problems=("unauthenticated", *STORE),
    ),
)
