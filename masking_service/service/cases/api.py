"""Operations on cases, the authority to open values."""

from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.examples import CASE, SUPERVISOR, WAYBILL_NO, decision, viewed
from masking_service.service.call.operation import Call, Operation, handler_of
from masking_service.service.call.shapes import PRINCIPAL_PATTERN, Name, ProfileQuery, Shape, whole
from masking_service.service.cases import answers
from masking_service.service.cases.page import ReadCasePage
from masking_service.service.cases.reading import CasesQuery, ReadCases
from masking_service.service.cases.state import WantedCase
from masking_service.service.cases.use import Casework
from masking_service.service.people.permissions import Permission

Officer = Annotated[
    str,
    Meta(
        description=(
            "The only principal who may open values under the case: client/ID, or ALIAS/SUB of an issuer. "
            "SUB may hold any printable characters in Unicode's composed form; the pattern names the usual ones."
        ),
        extra_json_schema={"pattern": PRINCIPAL_PATTERN},
    ),
]


class OpenCaseRequest(Shape, frozen=True):
    """A case to open."""

    case: Annotated[
        str,
        Meta(
            description="1 to 64 of A-Z a-z 0-9 . _ -, a letter or digit first. Never used twice.",
            extra_json_schema={"pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)"},
        ),
    ]
    purpose: Annotated[
        Name,
        Meta(description="Why values are opened. It decides which kinds can be opened, and whether a case is needed."),
    ]
    waybills: Annotated[
        list[Any],
        Meta(description="Waybill numbers: 6 to 40 of A-Z 0-9 -, after trimming and upper-casing. Not looked up."),
    ]
    reason: Annotated[
        str,
        Meta(
            description="Not only blanks. Personal data in it is masked before it is kept.",
            extra_json_schema={"minLength": 1, "maxLength": 500, "pattern": r"\S"},
        ),
    ]
    officer: Officer | None = None
    expires_in: Annotated[
        int | float | None, Meta(description="Whole seconds. By default the longest time that the policy allows.")
    ] = None
    signed: Signature | None = None


class DecisionRequest(Shape, frozen=True):
    """Why a case is approved, denied or closed."""

    note: Annotated[
        str | None,
        Meta(description="Personal data in it is masked before it is kept.", extra_json_schema={"maxLength": 500}),
    ] = None
    signed: Signature | None = None


def _open(cases: Casework, call: Call[OpenCaseRequest, None]) -> answers.Case:
    wanted = call.body
    expires_in = whole(wanted.expires_in, "/expires_in")
    return cases.open(
        call.context,
        WantedCase(wanted.case, wanted.purpose, wanted.waybills, wanted.reason, wanted.officer, expires_in),
        wanted.signed,
    )


def _list(cases: ReadCases, call: Call[None, CasesQuery]) -> answers.Cases:
    return cases.listed(call.context, call.query)


OPENED: Final = {
    "waybill_no": WAYBILL_NO,
    "field": "/recipient/phone",
    "principal": CASE["officer"],
    "at": "2026-11-24T08:20:00Z",
}

_reading = partial(Operation, uses=ReadCases, permissions=(Permission.CASE_READ,))
_act = partial(Operation, uses=Casework, answers={200: answers.Case})
_decision = partial(_act, body=DecisionRequest, body_optional=True)
_approval = partial(
    _decision,
    permissions=(Permission.CASE_APPROVE,),
    problems=("own-case", "case-not-pending"),
)

OPERATIONS: Final = (
    Operation(
        name="open_case",
        route="POST /v1/cases",
        summary="Open a case: the authority to open values of the waybills that it names.",
        uses=Casework,
        handle=_open,
        permissions=(Permission.CASE_OPEN,),
        audited_as=Action.CASE_OPEN,
        body=OpenCaseRequest,
        answers={201: answers.Case},
        problems=("case-exists", "unknown-case-number", "ticket-mismatch", "case-check-unavailable", "quota-exceeded"),
        example_body={
            "case": CASE["case"],
            "purpose": CASE["purpose"],
            "waybills": [WAYBILL_NO],
            "officer": CASE["officer"],
            "reason": CASE["reason"],
            "expires_in": 86_400,
        },
        example_answer=CASE,
    ),
    _reading(
        name="list_cases",
        route="GET /v1/cases",
        summary="Cases, page by page. The desk sees its own.",
        handle=_list,
        query=CasesQuery,
        answers={200: answers.Cases},
        example_answer={"cases": [CASE], "next": CASE["case"]},
    ),
    _reading(
        name="read_case",
        route="GET /v1/cases/{case}",
        summary="One case. The desk sees its own.",
        handle=handler_of(ReadCases.one),
        answers={200: answers.Case},
        example_answer=CASE,
    ),
    Operation(
        name="read_case_page",
        route="GET /v1/cases/{case}/page",
        summary="One case with all that its page shows: masked waybills, what was opened, calls and budgets.",
        uses=ReadCasePage,
        handle=handler_of(ReadCasePage.__call__),
        permissions=(Permission.CASE_READ,),
        query=ProfileQuery,
        proven=True,
        problems=("profile-required",),
        answers={200: answers.CasePage},
        example_answer={
            "case": CASE,
            "waybills": [{"waybill_no": WAYBILL_NO, "view": viewed(), "site": "021001"}],
            "opens": [OPENED],
            "calls": [OPENED | {"at": "2026-11-24T08:15:00Z"}],
            "budgets": [
                {
                    "counts": "fields",
                    "windows": [{"window": "1m", "limit": 20, "left": 19, "frees_at": "2026-11-24T08:21:01Z"}],
                }
            ],
        },
    ),
    _reading(
        name="read_case_opens",
        route="GET /v1/cases/{case}/opens",
        summary="Who opened which field under a case, and when.",
        handle=handler_of(ReadCases.opens),
        answers={200: answers.CaseOpens},
        example_answer={"opens": [OPENED]},
    ),
    _approval(
        name="approve_case",
        route="POST /v1/cases/{case}/approve",
        summary="Approve a pending case, unless the caller opened it. Approvers cannot open values under it.",
        handle=handler_of(Casework.decide, act="approve"),
        audited_as=Action.CASE_APPROVE,
        example_body={"note": "核对过签收照片"},
        example_answer=CASE | {"approved_by": [SUPERVISOR], "decisions": [decision("approve", "核对过签收照片")]},
    ),
    _approval(
        name="deny_case",
        route="POST /v1/cases/{case}/deny",
        summary="Deny a pending case, unless the caller opened it. A denied case cannot be approved later.",
        handle=handler_of(Casework.decide, act="deny"),
        audited_as=Action.CASE_DENY,
        example_body={"note": "未附寄件人申请"},
        example_answer=CASE | {"status": "denied", "decisions": [decision("deny", "未附寄件人申请")]},
    ),
    _decision(
        name="close_case",
        route="POST /v1/cases/{case}/close",
        summary="Close a case. Approvers, its opener and the ticket system may do this. A closed case stays closed.",
        handle=handler_of(Casework.close),
        permissions=(Permission.CASE_APPROVE, Permission.CASE_CLOSE, Permission.CASE_OPEN),
        audited_as=Action.CASE_CLOSE,
        example_body={},
        example_answer=CASE | {"status": "closed", "decisions": [decision("close", None)]},
    ),
    _act(
        name="claim_case",
        route="POST /v1/cases/{case}/claim",
        summary="Take a case that is open for the caller. It tells the others who works on it, and gives no authority.",
        handle=handler_of(Casework.claim),
        permissions=(Permission.DETOKENIZE,),
        audited_as=Action.CASE_CLAIM,
        problems=("case-not-open", "own-case"),
        example_answer=CASE | {"claimed_by": CASE["officer"]},
    ),
    _act(
        name="mark_case_done",
        route="POST /v1/cases/{case}/done",
        summary="Mark a case as done for the caller, whose lists it leaves. It is not closed.",
        handle=handler_of(Casework.done),
        permissions=(Permission.DETOKENIZE,),
        audited_as=Action.CASE_DONE,
        example_answer=CASE | {"done_by": [CASE["officer"]]},
    ),
)
