"""Operations that open values, and the cases that authorise it."""

from typing import Final

from masking_service.http.operation import STORE, Batch, Operation
from masking_service.http.schemas import queries
from masking_service.http.schemas import requests as contract
from masking_service.service.cases import answers as cases
from masking_service.service.opening import answers as openings

OPERATIONS: Final = (
    Operation(
        name="detokenize",
        method="post",
        path="/v1/detokenize",
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
            "case-check-unavailable",
            "own-case",
            "too-many-items",
            "quota-exceeded",
            *STORE,
        ),
    ),
    Operation(
        name="open_case",
        method="post",
        path="/v1/cases",
        summary="Open a case: the authority to open values of the waybills that it names.",
        permissions=("case:open",),
        audited_as="case-open",
        body=contract.OpenCaseRequest,
        answers={201: cases.Case},
        problems=(
            "case-exists",
            "unknown-case-number",
            "ticket-mismatch",
            "case-check-unavailable",
            "quota-exceeded",
            *STORE,
        ),
    ),
    Operation(
        name="list_cases",
        method="get",
        path="/v1/cases",
        summary="Cases, page by page. The desk sees its own.",
        permissions=("case:read",),
        query=queries.CasesQuery,
        answers={200: cases.Cases},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="read_case",
        method="get",
        path="/v1/cases/{case}",
        summary="One case. The desk sees its own.",
        permissions=("case:read",),
        answers={200: cases.Case},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="read_case_opens",
        method="get",
        path="/v1/cases/{case}/opens",
        summary="Who opened which field under a case, and when.",
        permissions=("case:read",),
        answers={200: cases.CaseOpens},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="approve_case",
        method="post",
        path="/v1/cases/{case}/approve",
        summary="Approve a pending case, unless the caller opened it. Approvers cannot open values under it.",
        permissions=("case:approve",),
        audited_as="case-approve",
        body=contract.DecisionRequest,
        body_optional=True,
        answers={200: cases.Case},
        problems=("not-found", "own-case", "case-not-pending", *STORE),
    ),
    Operation(
        name="deny_case",
        method="post",
        path="/v1/cases/{case}/deny",
        summary="Deny a pending case, unless the caller opened it. A denied case cannot be approved later.",
        permissions=("case:approve",),
        audited_as="case-deny",
        body=contract.DecisionRequest,
        body_optional=True,
        answers={200: cases.Case},
        problems=("not-found", "own-case", "case-not-pending", *STORE),
    ),
    Operation(
        name="close_case",
        method="post",
        path="/v1/cases/{case}/close",
        summary="Close a case. Approvers, its opener and the ticket system may do this. A closed case stays closed.",
        permissions=("case:approve", "case:close", "case:open"),
        audited_as="case-close",
        body=contract.DecisionRequest,
        body_optional=True,
        answers={200: cases.Case},
        problems=("not-found", *STORE),
    ),
)
