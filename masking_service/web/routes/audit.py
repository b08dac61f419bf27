"""Routes to read the audit log and make checkpoints."""

from flask import Blueprint, Response

from masking_service.audit.reading import UnknownEntryError
from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, call, limit, query
from masking_service.web.problems import Problem
from masking_service.web.schemas.requests import DEFAULT_ENTRIES, AuditQuery


def audit(parts: Parts) -> Blueprint:
    """The routes, bound to the use cases of this process."""
    routes = Blueprint("audit", __name__, url_prefix="/v1/audit")

    @routes.get("")
    def entries() -> Response:
        wanted = query(AuditQuery)
        try:
            found, after = parts.acting.audit.entries(call(), wanted.after, limit(wanted.limit, DEFAULT_ENTRIES))
        except UnknownEntryError:
            raise Problem("not-found", [("query:after", "unknown-entry")]) from None
        return answer({"entries": found, "next": after})

    @routes.get("/checkpoint")
    def checkpoint() -> Response:
        return answer(parts.acting.audit.checkpoint(call()))

    return routes
