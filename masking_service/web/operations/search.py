"""Operations that find waybills, and that tell who searched."""

from typing import Final

from masking_service.usecases.answers import audit, search
from masking_service.web.operation import STORE, Operation
from masking_service.web.schemas import search as contract

OPERATIONS: Final = (
    Operation(
        name="search_waybills",
        method="post",
        path="/v1/search",
        group="Waybills",
        summary="Find waybills by a recipient's phone, or by its last four digits at a site, masked as in a view.",
        permissions=("waybill:search",),
        audited_as="search",
        body=contract.SearchRequest,
        answers={200: search.Found},
        problems=("profile-required", "too-many", "quota-exceeded", *STORE),
    ),
    Operation(
        name="read_searches",
        method="post",
        path="/v1/audit/searches",
        group="Oversight",
        summary="Who searched for a phone, or for four digits at a site: entries of the audit log, the newest first.",
        permissions=("audit:read",),
        audited_as="audit-read",
        body=contract.SearchesRequest,
        answers={200: audit.AuditPage},
        problems=("not-found", *STORE),
    ),
)
