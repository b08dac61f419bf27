"""Operations that watch over people: freezes, the audit log and decoys."""

from typing import Final

from masking_service.http.operation import STORE, Operation
from masking_service.http.schemas import queries
from masking_service.http.schemas import requests as contract
from masking_service.http.schemas.search import SearchesRequest
from masking_service.service.decoys import answers as decoys
from masking_service.service.freezes import answers as people
from masking_service.service.oversight import answers as audit

DECOYS: Final = ("sign-in-required", "quota-exceeded", *STORE)

OPERATIONS: Final = (
    Operation(
        name="list_frozen",
        method="get",
        path="/v1/principals/frozen",
        summary="Who is frozen, the longest frozen first.",
        permissions=("principal:freeze",),
        answers={200: people.FrozenPrincipals},
        problems=STORE,
    ),
    Operation(
        name="freeze_principal",
        method="post",
        path="/v1/principals/{principal}/freeze",
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
        summary="Unfreeze a principal. Callers cannot unfreeze themselves.",
        permissions=("principal:freeze",),
        answers={200: people.ThawedNow},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="read_activity",
        method="get",
        path="/v1/activity",
        summary="What each principal did in the last day, with their limits, and who is frozen.",
        permissions=("principal:freeze",),
        answers={200: people.Activity},
        problems=STORE,
    ),
    Operation(
        name="read_audit",
        method="get",
        path="/v1/audit",
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
        summary="The signed heads of the audit log, made now.",
        permissions=("audit:read",),
        answers={200: audit.AuditCheckpoint},
        problems=STORE,
    ),
    Operation(
        name="read_searches",
        method="post",
        path="/v1/audit/searches",
        summary="Who searched for a phone, or for four digits at a site: entries of the audit log, the newest first.",
        permissions=("audit:read",),
        audited_as="audit-read",
        body=SearchesRequest,
        answers={200: audit.AuditPage},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="list_decoys",
        method="get",
        path="/v1/decoys",
        summary="The decoys in the order of planting, and how often each was named.",
        permissions=("decoy:plant",),
        audited_as="decoy-list",
        answers={200: decoys.Decoys},
        problems=DECOYS,
    ),
    Operation(
        name="plant_decoys",
        method="post",
        path="/v1/decoys",
        summary="Mark waybills as decoys. A person who names a phantom is frozen. A seed has a phone "
        "of the company's own.",
        permissions=("decoy:plant",),
        audited_as="decoy-plant",
        body=contract.PlantRequest,
        answers={200: decoys.Planted},
        problems=("too-many-items", *DECOYS),
    ),
    Operation(
        name="remove_decoys",
        method="delete",
        path="/v1/decoys",
        summary="Remove decoys. The answer is the same for waybills that are no decoys.",
        permissions=("decoy:plant",),
        audited_as="decoy-remove",
        body=contract.DecoysRequest,
        answers={200: decoys.Planted},
        problems=("too-many-items", *DECOYS),
    ),
    Operation(
        name="hear_decoy",
        method="post",
        path="/v1/decoys/heard",
        summary="Report that a seed's phone rang. Answers who saw the seeds that rang so far.",
        permissions=("decoy:plant",),
        audited_as="decoy-heard",
        body=contract.HeardRequest,
        answers={200: decoys.Heard},
        problems=DECOYS,
    ),
)
