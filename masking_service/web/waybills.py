"""The addresses under which waybills are masked, tokenized, viewed, opened and erased."""

from flask import Blueprint, Response, request

from masking_service.access.custody import Custody
from masking_service.assembly import Parts
from masking_service.web.contract import (
    MOST_ITEMS,
    MOST_RECORDS,
    DetokenizeRequest,
    MaskRequest,
    TokenizeRequest,
    ViewRequest,
)
from masking_service.web.exchange import answer, at_most, batch, body, call
from masking_service.web.problems import Problem


def waybills(parts: Parts) -> Blueprint:
    """The addresses, bound to the use cases of this process."""
    addresses = Blueprint("waybills", __name__, url_prefix="/v1")

    @addresses.post("/mask")
    def mask() -> Response:
        wanted = body(MaskRequest)
        at_most(len(wanted.records), MOST_RECORDS, "/records")
        return batch(parts.service.mask(call(), wanted.schema, wanted.profile, wanted.records))

    @addresses.post("/tokenize")
    def tokenize() -> Response:
        wanted = body(TokenizeRequest)
        at_most(len(wanted.records), MOST_RECORDS, "/records")
        return batch(
            parts.service.tokenize(
                call(),
                wanted.schema,
                wanted.profile,
                wanted.records,
                replace=wanted.replace,
                revise=wanted.on_conflict == "revise",
                custody=Custody(wanted.custody.site) if wanted.custody else None,
                mask_if_unavailable=wanted.if_unavailable == "mask",
            )
        )

    @addresses.get("/waybills/<waybill_no>")
    def view_one(waybill_no: str) -> Response:
        result = parts.service.view(call(), request.args.get("profile"), [waybill_no])[0]
        if "error" in result:
            raise Problem("not-found")
        return answer(result)

    @addresses.post("/waybills/view")
    def view() -> Response:
        wanted = body(ViewRequest)
        at_most(len(wanted.waybills), MOST_ITEMS, "/waybills")
        return batch(parts.service.view(call(), wanted.profile, wanted.waybills))

    @addresses.delete("/waybills/<waybill_no>")
    def erase(waybill_no: str) -> Response:
        return answer({"audit": parts.service.erase(call(), waybill_no)})

    @addresses.post("/detokenize")
    def detokenize() -> Response:
        wanted = body(DetokenizeRequest)
        at_most(len(wanted.items), MOST_ITEMS, "/items")
        return batch(parts.unmask.detokenize(call(), wanted.purpose, wanted.case, wanted.items))

    return addresses
