"""Routes that tell callers about themselves."""

from flask import Blueprint, Response

from masking_service.runtime.wiring import Parts
from masking_service.web.http import answer, context


def me(parts: Parts) -> Blueprint:
    """Create the routes over these use cases."""
    routes = Blueprint("me", __name__, url_prefix="/v1/me")

    @routes.get("")
    def who() -> Response:
        return answer(parts.acting.me.who(context()))

    @routes.get("/budgets")
    def budgets() -> Response:
        return answer(parts.acting.me.budgets(context()))

    return routes
