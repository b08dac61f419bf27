"""Routes to mask, tokenize, view, find, move, open and erase waybills."""

from typing import Final

from flask import Blueprint, Response

from masking_service.http.http import answer, at_most, batch, body, context, note_outcomes, query
from masking_service.http.problems import Problem
from masking_service.http.schemas.queries import ViewQuery
from masking_service.http.schemas.requests import (
    MAX_ITEMS,
    MAX_RECORDS,
    DetokenizeRequest,
    MaskRequest,
    MoveRequest,
    TokenizeRequest,
    ViewRequest,
)
from masking_service.http.schemas.search import SearchRequest
from masking_service.runtime.wiring import Parts
from masking_service.service.custody.state import Custody

ONE_WAYBILL: Final = "/waybills/<string(minlength=6):waybill_no>"
"""No number is shorter than six, so none is `view`."""


def waybills(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("waybills", __name__, url_prefix="/v1")

    @routes.post("/mask")
    def mask() -> Response:
        wanted = body(MaskRequest)
        at_most(len(wanted.records), MAX_RECORDS, "/records")
        return batch(parts.acting.mask(context(), wanted.schema, wanted.profile, wanted.records))

    @routes.post("/tokenize")
    def tokenize() -> Response:
        wanted = body(TokenizeRequest)
        at_most(len(wanted.records), MAX_RECORDS, "/records")
        return batch(
            parts.acting.tokenize(
                context(),
                wanted.schema,
                wanted.profile,
                wanted.records,
                replace=wanted.replace,
                revise=wanted.on_conflict == "revise",
                custody=Custody(wanted.custody.site) if wanted.custody else None,
                mask_if_unavailable=wanted.if_unavailable == "mask",
            )
        )

    @routes.get(ONE_WAYBILL)
    def view_one(waybill_no: str) -> Response:
        result = parts.acting.view(context(), query(ViewQuery).profile, [waybill_no])[0]
        if note_outcomes([result]):
            raise Problem("not-found")
        return answer(result)

    @routes.post("/waybills/view")
    def view() -> Response:
        wanted = body(ViewRequest)
        at_most(len(wanted.waybills), MAX_ITEMS, "/waybills")
        return batch(parts.acting.view(context(), wanted.profile, wanted.waybills, case=wanted.case))

    @routes.post("/search")
    def find() -> Response:
        wanted = body(SearchRequest)
        found = parts.acting.search(context(), wanted.profile, phone=wanted.phone, last4=wanted.last4, site=wanted.site)
        return answer(found)

    @routes.delete(ONE_WAYBILL)
    def erase(waybill_no: str) -> Response:
        return answer(parts.acting.privacy.erase(context(), waybill_no))

    @routes.get(f"{ONE_WAYBILL}/disclosures")
    def disclosures(waybill_no: str) -> Response:
        return answer(parts.acting.privacy.disclosed(context(), waybill_no))

    @routes.post("/custody")
    def move() -> Response:
        wanted = body(MoveRequest)
        at_most(len(wanted.items), MAX_RECORDS, "/items")
        return batch(parts.acting.move_custody(context(), wanted.items))

    @routes.post("/detokenize")
    def detokenize() -> Response:
        wanted = body(DetokenizeRequest)
        at_most(len(wanted.items), MAX_ITEMS, "/items")
        return batch(parts.acting.detokenize(context(), wanted.purpose or None, wanted.case or None, wanted.items))

    return routes
