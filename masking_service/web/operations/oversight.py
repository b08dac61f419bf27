"""Operations that watch over people: freezes and the audit log."""

from typing import Final

from masking_service.usecases.answers import audit, people
from masking_service.web.operation import STORE, Operation
from masking_service.web.schemas import queries
from masking_service.web.schemas import requests as contract

OPERATIONS: Final = (
    Operation(
        name="list_frozen",
        method="get",
        path="/v1/principals/frozen",
        group="Oversight",
        summary="Who is frozen, the longest frozen first.",
        permissions=("principal:freeze",),
        answers={200: people.FrozenPrincipals},
        problems=STORE,
    ),
    Operation(
        name="freeze_principal",
        method="post",
        path="/v1/principals/{principal}/freeze",
        group="Oversight",
        summary="Freeze a principal, also one that was never seen. One that is already frozen does not change.",
        permissions=("principal:freeze",),
        audited_as="freeze",
        body=contract.FreezeRequest,
        body_optional=True,
        answers={200: people.FrozenNow},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="thaw_principal",
        method="post",
        path="/v1/principals/{principal}/thaw",
        group="Oversight",
        summary="Unfreeze a principal. Callers cannot unfreeze themselves.",
        permissions=("principal:freeze",),
        answers={200: people.ThawedNow},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="read_activity",
        method="get",
        path="/v1/activity",
        group="Oversight",
        summary="What each principal did in the last day, with their limits, and who is frozen.",
        permissions=("principal:freeze",),
        answers={200: people.Activity},
        problems=STORE,
    ),
    Operation(
        name="read_audit",
        method="get",
        path="/v1/audit",
        group="Oversight",
        summary="Entries of the audit log, in the order in which they were written.",
        permissions=("audit:read",),
        audited_as="audit-read",
        query=queries.AuditQuery,
        answers={200: audit.AuditPage},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="sum_audit",
        method="get",
        path="/v1/audit/summary",
        group="Oversight",
        summary="How many fields were opened, waybills viewed in full and calls refused, per hour or day.",
        permissions=("audit:read",),
        audited_as="audit-read",
        query=queries.SummaryQuery,
        answers={200: audit.AuditSummary},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="make_checkpoint",
        method="get",
        path="/v1/audit/checkpoint",
        group="Oversight",
        summary="The signed heads of the audit log, made now.",
        permissions=("audit:read",),
        answers={200: audit.AuditCheckpoint},
        problems=STORE,
    ),
)
