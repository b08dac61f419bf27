"""Every address of the service, as one table: who may use it, what it takes, and everything that it can answer.

The OpenAPI document is read from this table (`openapi.py`). A new address is a new row here, or in `oversight.py`
where it watches over people, with an example in `examples.py`.
"""

from collections.abc import Mapping
from typing import Final

from masking_service.usecases.answers import cases, openings, records, waybills
from masking_service.web import oversight_routes as oversight
from masking_service.web.operation import Batch, Operation
from masking_service.web.schemas import answers
from masking_service.web.schemas import requests as contract

COMMON: Final = ("bad-request", "internal", "overloaded")
"""What every operation can be refused with,"""
GUARDED: Final = ("unauthenticated", "forbidden", "frozen", "issuer-unavailable")
"""what one can that needs a credential,"""
WITH_BODY: Final = ("invalid-json", "too-large", "unsupported-media-type", "invalid-request")
"""what one can that takes a body,"""
WITH_QUERY: Final = ("invalid-request",)
"""and what one can that takes a query."""
_STORE: Final = ("unavailable", "integrity")

NO_ADDRESS: Final = ("not-found", "method-not-allowed")
"""What requests get that are none of these operations."""

PATH_PARAMETERS: Final[Mapping[str, tuple[str, int, str]]] = {
    "waybill_no": ("A waybill number: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing.", 6, "YT8800212345678"),
    "case": ("The name of a case.", 1, "D-2026-0001"),
    "code": ("The code of a problem.", 1, "case-required"),
    "principal": ("A principal's id, percent-encoded: client/ID, or ALIAS/SUB of an issuer.", 3, "staff/officer-7"),
}
"""What stands in a path: what it is, its least length, and an example."""

TABLE: Final = (
    Operation(
        name="mask",
        method="post",
        path="/v1/mask",
        group="Waybills",
        summary="Mask records. Nothing is stored, and no store is needed.",
        permissions=("waybill:mask",),
        body=contract.MaskRequest,
        answers={200: Batch("MaskResults", (records.MaskedRecord, records.InvalidRecord))},
        problems=("profile-required", "too-many-items", "unknown-schema"),
    ),
    Operation(
        name="tokenize",
        method="post",
        path="/v1/tokenize",
        group="Waybills",
        summary="Mask records, store what they held, and give each stored value its token.",
        permissions=("waybill:tokenize",),
        body=contract.TokenizeRequest,
        answers={
            200: Batch(
                "TokenizeResults",
                (records.TokenizedRecord, records.UnstoredRecord, records.InvalidRecord, records.RefusedRecord),
            )
        },
        problems=(
            "profile-required",
            "too-many-items",
            "unknown-schema",
            "several-waybills",
            "quota-exceeded",
            *_STORE,
        ),
    ),
    Operation(
        name="view_waybill",
        method="get",
        path="/v1/waybills/{waybill_no}",
        group="Waybills",
        summary="Look at one waybill, masked.",
        permissions=("waybill:view",),
        audited_as="view",
        query=contract.ViewQuery,
        answers={200: waybills.Waybill},
        problems=("profile-required", "not-found", "quota-exceeded", *_STORE),
    ),
    Operation(
        name="erase_waybill",
        method="delete",
        path="/v1/waybills/{waybill_no}",
        group="Waybills",
        summary="Erase every revision of a waybill, and keep its number from use for one retention.",
        permissions=("waybill:erase",),
        answers={200: waybills.Erased},
        problems=("not-found", *_STORE),
    ),
    Operation(
        name="view_waybills",
        method="post",
        path="/v1/waybills/view",
        group="Waybills",
        summary="Look at several waybills, masked.",
        permissions=("waybill:view",),
        audited_as="view",
        body=contract.ViewRequest,
        answers={200: Batch("ViewResults", (waybills.Waybill, waybills.WaybillNotFound))},
        problems=("profile-required", "too-many-items", "quota-exceeded", *_STORE),
    ),
    Operation(
        name="move_custody",
        method="post",
        path="/v1/custody",
        group="Waybills",
        summary="Say who holds parcels from now on. The answer is the same for numbers that nobody knows.",
        permissions=("custody:move",),
        audited_as="custody-move",
        body=contract.MoveRequest,
        answers={200: Batch("MoveResults", (waybills.Moved, waybills.InvalidMove))},
        problems=("too-many-items", *_STORE),
    ),
    Operation(
        name="read_disclosures",
        method="get",
        path="/v1/waybills/{waybill_no}/disclosures",
        group="Waybills",
        summary="Who opened fields of a waybill, and who viewed it in full. It is kept through erasure.",
        permissions=("audit:read",),
        answers={200: waybills.Disclosures},
        problems=("not-found", *_STORE),
    ),
    Operation(
        name="detokenize",
        method="post",
        path="/v1/detokenize",
        group="Unmasking",
        summary="Open single fields, for a stated purpose and under an open case where the purpose needs one.",
        permissions=("token:detokenize",),
        audited_as="detokenize",
        body=contract.DetokenizeRequest,
        answers={
            200: Batch(
                "DetokenizeResults",
                (
                    openings.OpenedToken,
                    openings.OpenedField,
                    openings.UnopenedToken,
                    openings.UnopenedField,
                    openings.InvalidItem,
                ),
            )
        },
        problems=(
            "purpose-required",
            "case-required",
            "sign-in-required",
            "case-not-open",
            "own-case",
            "too-many-items",
            "quota-exceeded",
            *_STORE,
        ),
    ),
    Operation(
        name="open_case",
        method="post",
        path="/v1/cases",
        group="Unmasking",
        summary="Open a case: the authority to open values of the waybills that it names.",
        permissions=("case:open",),
        audited_as="case-open",
        body=contract.OpenCaseRequest,
        answers={201: cases.Case},
        problems=("case-exists", "unknown-case-number", "quota-exceeded", *_STORE),
    ),
    Operation(
        name="list_cases",
        method="get",
        path="/v1/cases",
        group="Unmasking",
        summary="The cases that have not expired. The desk sees its own.",
        permissions=("case:read",),
        query=contract.CasesQuery,
        answers={200: cases.Cases},
        problems=_STORE,
    ),
    Operation(
        name="read_case",
        method="get",
        path="/v1/cases/{case}",
        group="Unmasking",
        summary="One case. The desk sees its own.",
        permissions=("case:read",),
        answers={200: cases.Case},
        problems=("not-found", *_STORE),
    ),
    Operation(
        name="approve_case",
        method="post",
        path="/v1/cases/{case}/approve",
        group="Unmasking",
        summary="Approve a pending case, unless the caller opened it. Whoever approves opens no values under it.",
        permissions=("case:approve",),
        answers={200: cases.Case},
        problems=("not-found", "own-case", "case-not-pending", *_STORE),
    ),
    Operation(
        name="deny_case",
        method="post",
        path="/v1/cases/{case}/deny",
        group="Unmasking",
        summary="Deny a pending case for good, unless the caller opened it. A denial holds against every approval.",
        permissions=("case:approve",),
        answers={200: cases.Case},
        problems=("not-found", "own-case", "case-not-pending", *_STORE),
    ),
    Operation(
        name="close_case",
        method="post",
        path="/v1/cases/{case}/close",
        group="Unmasking",
        summary="Close a case for good. Approvers may, and whoever opened it.",
        permissions=("case:approve", "case:open"),
        answers={200: cases.Case},
        problems=("not-found", *_STORE),
    ),
    *oversight.ROWS,
    Operation(
        name="alive",
        method="get",
        path="/healthz",
        group="Operations",
        summary="Whether the process answers.",
        answers={200: answers.Alive},
    ),
    Operation(
        name="ready",
        method="get",
        path="/readyz",
        group="Operations",
        summary="Whether the service can do all that it is for, and which check fails if not.",
        query=contract.ReadinessQuery,
        answers={200: answers.Ready, 503: answers.NotReady},
    ),
    Operation(
        name="metrics",
        method="get",
        path="/metrics",
        group="Operations",
        summary="What the service counts about itself, over all its workers, in Prometheus' text format.",
        answers={200: "text/plain; version=0.0.4; charset=utf-8"},
    ),
    Operation(
        name="openapi",
        method="get",
        path="/openapi.json",
        group="Operations",
        summary="This document.",
        answers={200: answers.OpenAPI},
    ),
    Operation(
        name="explain_problem",
        method="get",
        path="/problems/{code}",
        group="Operations",
        summary="What a problem code means and what to do, in English and Chinese: as JSON, or as a page.",
        answers={200: (answers.ProblemExplanation, "text/html; charset=utf-8")},
        problems=("not-found",),
    ),
    Operation(
        name="start",
        method="get",
        path="/",
        group="Operations",
        summary="Leads to the documentation.",
        answers={302: ()},
    ),
    Operation(
        name="docs",
        method="get",
        path="/docs",
        group="Operations",
        summary="This document as a page, with everything that the page needs served from here.",
        answers={200: "text/html; charset=utf-8"},
    ),
)
