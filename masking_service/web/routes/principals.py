"""The addresses under which principals are frozen, thawed and listed."""

from typing import Final

from flask import Blueprint, Response

from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, body_if_any, call
from masking_service.web.schemas.requests import FreezeRequest

ONE: Final = "/<path:principal>"
"""An id holds a slash, which arrives as one however it was sent."""


def principals(parts: Parts) -> Blueprint:
    """The addresses, bound to the use cases of this process."""
    addresses = Blueprint("principals", __name__, url_prefix="/v1/principals")

    @addresses.get("/frozen")
    def frozen() -> Response:
        return answer({"principals": parts.acting.freezes.listed(call())})

    @addresses.post(f"{ONE}/freeze")
    def freeze(principal: str) -> Response:
        return answer(parts.acting.freezes.freeze(call(), principal, body_if_any(FreezeRequest).why))

    @addresses.post(f"{ONE}/thaw")
    def thaw(principal: str) -> Response:
        return answer(parts.acting.freezes.thaw(call(), principal))

    return addresses
