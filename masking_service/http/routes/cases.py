"""Routes to open, read, decide and close unmasking cases."""

from flask import Blueprint, Response

from masking_service.http.http import answer, body, body_if_any, context, limit, query, whole
from masking_service.http.problems import Problem
from masking_service.http.schemas.queries import MAX_ENTRIES, CasesQuery
from masking_service.http.schemas.requests import DecisionRequest, OpenCaseRequest
from masking_service.runtime.wiring import Parts
from masking_service.service.people.errors import NoSuchCase


def cases(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("cases", __name__, url_prefix="/v1/cases")

    @routes.post("")
    def open_case() -> Response:
        wanted = body(OpenCaseRequest)
        opened = parts.acting.cases.open(
            context(),
            case=wanted.case,
            purpose=wanted.purpose,
            waybills=wanted.waybills,
            officer=wanted.officer,
            reason=wanted.reason,
            expires_in=whole(wanted.expires_in, "/expires_in"),
        )
        return answer(opened, 201)

    @routes.get("")
    def listed() -> Response:
        wanted = query(CasesQuery)
        try:
            found = parts.acting.read_cases.listed(
                context(),
                status=wanted.status,
                waybill=wanted.waybill,
                opened_by=wanted.opened_by,
                after=wanted.after,
                limit=limit(wanted.limit, MAX_ENTRIES),
            )
        except NoSuchCase:
            raise Problem("not-found", [("query:after", "invalid-value")]) from None
        return answer(found)

    @routes.get("/<case>")
    def get(case: str) -> Response:
        return answer(parts.acting.read_cases.one(context(), case))

    @routes.get("/<case>/opens")
    def opens(case: str) -> Response:
        return answer(parts.acting.read_cases.opens(context(), case))

    @routes.post("/<case>/approve")
    def approve(case: str) -> Response:
        return answer(parts.acting.cases.decide(context(), case, "approve", body_if_any(DecisionRequest).note))

    @routes.post("/<case>/deny")
    def deny(case: str) -> Response:
        return answer(parts.acting.cases.decide(context(), case, "deny", body_if_any(DecisionRequest).note))

    @routes.post("/<case>/close")
    def close(case: str) -> Response:
        return answer(parts.acting.cases.close(context(), case, body_if_any(DecisionRequest).note))

    return routes
