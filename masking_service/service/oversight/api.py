"""Operations that read the audit log and the activity of people."""

import re
from functools import partial
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from masking_service.audit.actions import Action, Outcome
from masking_service.audit.log import REPLACED, outside_id
from masking_service.audit.questions import Wanted
from masking_service.masking.timestamps import unix_time
from masking_service.service.call.errors import InvalidRequest
from masking_service.service.call.examples import CASE
from masking_service.service.call.operation import Call, Operation, handler_of
from masking_service.service.call.shapes import MAX_ENTRIES, Limit, Shape, Site, WaybillNo, limit
from masking_service.service.oversight import answers
from masking_service.service.oversight.activity import ActivityReport
from masking_service.service.oversight.auditing import Auditing
from masking_service.service.people.permissions import Permission
from masking_service.service.search.api import Last4, Phone

SECONDS: Final = {"hour": 3_600, "day": 86_400}
DEFAULT_ENTRIES: Final = 100

_REPLACED: Final = re.escape(REPLACED)

TIMES: Final = {"begin": "from", "end": "to"}
"""Parameters whose names are words of Python."""

AfterEntry = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{16}-[1-9][0-9]{0,17}(\.[0-9]{1,15}-[0-9]{1,15}){0,16}$(?!\n)",
        description="The `next` of a page, or the id of an entry. The page begins after it; without it, at the first "
        "entry of the order.",
    ),
]

_TIME: Final = {
    "pattern": r"^([0-9]{10}|20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:[0-5][0-9]))?)$(?!\n)"
}
"""The usual ones; other times with an offset are read, too."""

From = Annotated[
    str,
    Meta(
        description="From this time on: a day (2026-11-24, in UTC), a time (RFC 3339) or Unix seconds.",
        extra_json_schema=_TIME,
    ),
]

To = Annotated[str, Meta(description="Before this time, not including it.", extra_json_schema=_TIME)]


class AuditQuery(Shape, frozen=True, rename=TIMES):
    """Which entries of the audit log to read."""

    after: AfterEntry | None = None
    limit: Limit | None = None
    principal: (
        Annotated[
            str,
            Meta(pattern=rf"^([a-z0-9-]{{1,64}}/.+|{_REPLACED})$(?!\n)", description="Only entries of this principal."),
        ]
        | None
    ) = None
    action: Annotated[Action | None, Meta(description="Only entries of this action.")] = None
    outcome: Annotated[Outcome | None, Meta(description="Only entries of this outcome.")] = None
    case: (
        Annotated[
            str,
            Meta(
                pattern=rf"^([A-Za-z0-9][A-Za-z0-9._-]{{0,63}}|{_REPLACED})$(?!\n)",
                description="Only entries about this case. A name that holds personal data is `(replaced)` in the log, "
                "so the entries of all such cases are found.",
            ),
        ]
        | None
    ) = None
    waybill: WaybillNo | None = None
    begin: From | None = None
    end: To | None = None
    order: Annotated[
        Literal["oldest", "newest"] | None,
        Meta(description="The oldest entry first (the default), or the newest first."),
    ] = None


class SummaryQuery(Shape, frozen=True, rename=TIMES):
    """What to sum up of the audit log."""

    by: Annotated[Literal["principal", "action"], Meta(description="One sum for each principal, or for each action.")]
    begin: From | None = None
    end: To | None = None
    per: Annotated[
        Literal["hour", "day"] | None,
        Meta(description="The length of a period: an hour (the default) or a day. Days are in UTC."),
    ] = None
    after: AfterEntry | None = None


class SearchesRequest(Shape, frozen=True):
    """Which searches to list: those for a phone, or for four digits at a site."""

    phone: Phone | None = None
    last4: Last4 | None = None
    site: Site | None = None
    after: AfterEntry | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_ENTRIES, description="How many at most.")] = DEFAULT_ENTRIES


def _entries(audit: Auditing, call: Call[None, AuditQuery]) -> dict[str, Any]:
    asked = call.query
    wanted = Wanted(
        principal=asked.principal,
        action=asked.action,
        outcome=asked.outcome,
        case=asked.case and outside_id(asked.case),
        begin=_time(asked.begin, "from"),
        end=_time(asked.end, "to"),
    )
    return audit.entries(
        call.context,
        wanted,
        waybill=asked.waybill,
        after=asked.after,
        limit=limit(asked.limit, DEFAULT_ENTRIES),
        newest=asked.order == "newest",
    )


def _summary(audit: Auditing, call: Call[None, SummaryQuery]) -> Any:
    asked = call.query
    end = _time(asked.end, "to") or call.context.now + 1
    begin = _time(asked.begin, "from")
    return audit.summary(
        call.context,
        end - SECONDS["day"] if begin is None else begin,
        end,
        by=asked.by,
        per=SECONDS[asked.per or "hour"],
        after=asked.after,
    )


def _time(text: str | None, name: str) -> int | None:
    """Return a time of a query, in Unix seconds. Raises InvalidRequest."""
    try:
        return None if text is None else unix_time(text)
    except ValueError:
        raise InvalidRequest([(f"/{name}", "invalid-value")]) from None


_auditing = partial(Operation, uses=Auditing, permissions=(Permission.AUDIT_READ,), audited_as=Action.AUDIT_READ)

OPERATIONS: Final = (
    Operation(
        name="read_activity",
        route="GET /v1/activity",
        summary="What each principal did in the last day, with their limits, and who is frozen.",
        uses=ActivityReport,
        handle=handler_of(ActivityReport.__call__),
        permissions=(Permission.PRINCIPAL_FREEZE,),
        answers={200: answers.Activity},
        example_answer={
            "principals": [
                {
                    "principal": CASE["officer"],
                    "roles": ["dispute-officer"],
                    "fields": {"1m": 3, "1h": 12, "1d": 40},
                    "full_views": {"1m": 0, "1h": 0, "1d": 0},
                    "cases": {"1m": 0, "1h": 0, "1d": 0},
                    "refusals": {"1m": 0, "1h": 1, "1d": 1},
                    "limits": {"fields": {"1m": 20, "1h": 60, "1d": 150, "30d": 1000}, "refusals": {"1m": 200}},
                    "frozen": None,
                }
            ],
            "listed": [
                {
                    "principal": CASE["officer"],
                    "at": "2026-11-23T22:03:11Z",
                    "total": 8.0,
                    "frozen": False,
                    "reasons": [
                        {
                            "signal": "pair",
                            "en": "opened 9 of 11 cases that wang opened; expected 1.4",
                            "zh": "wang 所建的 11 张工单中有 9 张由其显示；按独立分布应为 1.4 张",
                        }
                    ],
                }
            ],
            "since": "2026-11-23T08:20:00Z",
        },
    ),
    _auditing(
        name="read_audit",
        route="GET /v1/audit",
        summary="Entries of the audit log, in the order in which they were written.",
        handle=_entries,
        query=AuditQuery,
        answers={200: answers.AuditPage},
        example_answer={
            "entries": [
                {
                    "id": "5f1c0a9e27d34b68-412",
                    "at": 1795508400,
                    "action": "detokenize",
                    "outcome": "released",
                    "principal": CASE["officer"],
                    "role": "dispute-officer",
                    "tenant": "2f9a4c6e8b0d1f3a5c7e9b1d3f5a7c9e",
                    "request": "desk-7f3a",
                    "policy": "9c1185a5c5e9fc54",
                    "purpose": CASE["purpose"],
                    "case": CASE["case"],
                    "count": 1,
                    "items": [
                        {
                            "waybill": "8d3b6f0a2c4e5d7f9a1b3c5d7e9f0a2b",
                            "outcome": "released",
                            "field": "/sender/phone",
                            "kind": "phone",
                        }
                    ],
                }
            ],
            "next": "5f1c0a9e27d34b68-412",
        },
    ),
    _auditing(
        name="sum_audit",
        route="GET /v1/audit/summary",
        summary="How many fields were opened, waybills viewed in full and calls refused, per hour or day.",
        handle=_summary,
        permissions=(Permission.AUDIT_READ, Permission.AUDIT_SUMS),
        query=SummaryQuery,
        answers={200: answers.AuditSummary},
        example_answer={
            "sums": [{"at": "2026-11-24T08:00:00Z", "by": CASE["officer"], "fields": 3, "full_views": 0, "refusals": 1}]
        },
    ),
    _auditing(
        name="make_checkpoint",
        route="GET /v1/audit/checkpoint",
        summary="The signed heads of the audit log, made now.",
        handle=handler_of(Auditing.checkpoint),
        permissions=(Permission.AUDIT_READ, Permission.AUDIT_SUMS),
        answers={200: answers.AuditCheckpoint},
        problems=("quota-exceeded",),
        example_answer={
            "checkpoint": {
                "epoch": 1207,
                "at": 1795508460,
                "previous": "7d" * 32,
                "heads": [{"writer": "5f1c0a9e27d34b68", "number": 412, "link": "e3" * 32}],
            },
            "signature": "QWJj" * 21 + "QQ==",
        },
    ),
    _auditing(
        name="read_searches",
        route="POST /v1/audit/searches",
        summary="Who searched for a phone, or for four digits at a site: entries of the audit log, the newest first.",
        handle=handler_of(Auditing.searches),
        body=SearchesRequest,
        answers={200: answers.AuditPage},
        example_body={"phone": "02159791234"},
        example_answer={
            "entries": [
                {
                    "id": "5f1c0a9e27d34b68-377",
                    "at": 1795507800,
                    "action": "search",
                    "outcome": "done",
                    "principal": "staff/desk-3",
                    "role": "service-desk",
                    "tenant": "1d6c3f0b1c0e4a52a8ad8f6fd6c6b7e1",
                    "request": "desk-41",
                    "policy": "9f2c5d0b7a6e4f31",
                    "profile": "label",
                    "items": [{"waybill": "6b8485bacff59ea0f369e4d9527995e6", "outcome": "done"}],
                    "asked": "2f9d4c1ab7e0583d6c55e2f07b9a1c3e",
                }
            ],
            "next": None,
        },
    ),
)
