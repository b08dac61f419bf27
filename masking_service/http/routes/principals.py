"""Routes to watch, freeze, unfreeze and list principals, and to tell callers about themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, Response

from masking_service.http.http import answer, body_if_any, context
from masking_service.http.problems import Problem
from masking_service.http.schemas.requests import FreezeRequest
from masking_service.runtime.wiring import Parts
from masking_service.service.call.errors import NotFound
from masking_service.service.freezes.answers import FrozenPrincipals

ONE: Final = "/principals/<path:principal>"
"""An id holds a slash, which arrives as one however it was sent."""


@contextmanager
def known_form() -> Iterator[None]:
    """Explain what an id looks like where the path holds none."""
    try:
        yield
    except NotFound:
        raise Problem("not-found", [("path:principal", "invalid-value")]) from None


def principals(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("principals", __name__, url_prefix="/v1")

    @routes.get("/principals/frozen")
    def frozen() -> Response:
        return answer(FrozenPrincipals(parts.acting.freezes.listed(context())))

    @routes.post(f"{ONE}/freeze")
    def freeze(principal: str) -> Response:
        why = body_if_any(FreezeRequest).why
        with known_form():
            return answer(parts.acting.freezes.freeze(context(), principal, why))

    @routes.post(f"{ONE}/thaw")
    def thaw(principal: str) -> Response:
        with known_form():
            return answer(parts.acting.freezes.unfreeze(context(), principal))

    @routes.get("/activity")
    def activity() -> Response:
        return answer(parts.acting.activity(context()))

    @routes.get("/me")
    def who() -> Response:
        return answer(parts.acting.me.who(context()))

    @routes.get("/me/budgets")
    def budgets() -> Response:
        return answer(parts.acting.me.budgets_left(context()))

    return routes
