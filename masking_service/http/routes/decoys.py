"""Routes to plant, list, remove and hear decoys."""

from flask import Blueprint, Response

from masking_service.http.http import answer, at_most, body, context
from masking_service.http.schemas.requests import MAX_RECORDS, DecoysRequest, HeardRequest, PlantRequest
from masking_service.runtime.wiring import Parts


def decoys(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("decoys", __name__, url_prefix="/v1/decoys")

    @routes.get("")
    def listed() -> Response:
        return answer(parts.acting.decoys.listed(context()))

    @routes.post("")
    def plant() -> Response:
        wanted = body(PlantRequest)
        at_most(len(wanted.waybills), MAX_RECORDS, "/waybills")
        return answer(parts.acting.decoys.plant(context(), wanted.waybills, wanted.kind))

    @routes.delete("")
    def remove() -> Response:
        wanted = body(DecoysRequest)
        at_most(len(wanted.waybills), MAX_RECORDS, "/waybills")
        return answer(parts.acting.decoys.remove(context(), wanted.waybills))

    @routes.post("/heard")
    def heard() -> Response:
        return answer(parts.acting.decoys.heard(context(), body(HeardRequest).phone))

    return routes
