"""The addresses under which unmasking cases are opened, read, decided and closed."""

from flask import Blueprint, Response

from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, body, call, query, whole
from masking_service.web.schemas.requests import CasesQuery, OpenCaseRequest


def cases(parts: Parts) -> Blueprint:
    """The addresses, bound to the use cases of this process."""
    addresses = Blueprint("cases", __name__, url_prefix="/v1/cases")

    @addresses.post("")
    def open_case() -> Response:
        wanted = body(OpenCaseRequest)
        opened = parts.acting.cases.open(
            call(),
            case=wanted.case,
            purpose=wanted.purpose,
            waybills=wanted.waybills,
            officer=wanted.officer,
            reason=wanted.reason,
            expires_in=whole(wanted.expires_in, "/expires_in"),
        )
        return answer(opened, 201)

    @addresses.get("")
    def living() -> Response:
        return answer({"cases": parts.acting.cases.living(call(), query(CasesQuery).status)})

    @addresses.get("/<case>")
    def get(case: str) -> Response:
        return answer(parts.acting.cases.get(call(), case))

    @addresses.post("/<case>/approve")
    def approve(case: str) -> Response:
        return answer(parts.acting.cases.decide(call(), case, "approve"))

    @addresses.post("/<case>/deny")
    def deny(case: str) -> Response:
        return answer(parts.acting.cases.decide(call(), case, "deny"))

    @addresses.post("/<case>/close")
    def close(case: str) -> Response:
        return answer(parts.acting.cases.close(call(), case))

    return addresses
