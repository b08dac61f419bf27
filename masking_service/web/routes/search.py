"""Routes to find waybills, and to tell who searched."""

from flask import Blueprint, Response

from masking_service.audit.reading import UnknownEntryError
from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, body, context
from masking_service.web.problems import Problem
from masking_service.web.schemas.search import SearchesRequest, SearchRequest


def search(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("search", __name__, url_prefix="/v1")

    @routes.post("/search")
    def find() -> Response:
        wanted = body(SearchRequest)
        found = parts.acting.search(context(), wanted.profile, phone=wanted.phone, last4=wanted.last4, site=wanted.site)
        return answer(found)

    @routes.post("/audit/searches")
    def searches() -> Response:
        wanted = body(SearchesRequest)
        asked = wanted.phone, wanted.last4, wanted.site
        try:
            found, last = parts.acting.audit.searches(context(), asked, after=wanted.after, limit=wanted.limit)
        except UnknownEntryError:
            raise Problem("not-found", [("/after", "unknown-entry")]) from None
        return answer({"entries": found, "next": last})

    return routes
