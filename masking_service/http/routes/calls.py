"""Routes to make and end calls, and to take the provider's records of them."""

from flask import Blueprint, Response

from masking_service.http.http import answer, body, context, current_request, raw_body, state
from masking_service.http.schemas.requests import CallRequest
from masking_service.runtime.wiring import Parts


def calls(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("calls", __name__, url_prefix="/v1/calls")

    @routes.post("")
    def make() -> Response:
        wanted = body(CallRequest)
        made, new = parts.acting.calling.make(context(), wanted.waybill_no, wanted.field, wanted.case or None)
        return answer(made, 201 if new else 200)

    @routes.delete("/<string(length=32):ref>")
    def end(ref: str) -> Response:
        return answer(parts.acting.calling.end(context(), ref))

    @routes.post("/records")
    def records() -> Response:
        headers = {name.lower(): value for name, value in current_request().headers.items()}
        known, address = state(), current_request().environ.get("REMOTE_ADDR", "")
        return answer(parts.acting.call_reports.take(headers, raw_body(), address, known.request_id, known.now))

    return routes
