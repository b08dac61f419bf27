"""Routes for operators, load balancers and client authors.

They need no credential.
"""

from functools import lru_cache
from typing import Any, Final

from flask import Blueprint, Response
from msgspec import UNSET

from masking_service.audit.errors import BLOCKED_REMEDY
from masking_service.http.docs import docs
from masking_service.http.http import answer, query
from masking_service.http.openapi import document
from masking_service.http.schemas import answers
from masking_service.http.schemas.queries import ReadinessQuery
from masking_service.runtime.gauges import Conditions
from masking_service.runtime.wiring import Parts
from masking_service.service.people.policy import Policy
from masking_service.store import health as readiness
from masking_service.store.faults import Fault

NO_CLIENTS: Final = Fault(
    "clients",
    "no registry of clients was seen yet: neither a snapshot beside the keys nor the store's",
    "see that the store answers, and that it has clients: python -m masking_service clients list",
    "unready",
)


def operations(parts: Parts) -> Blueprint:
    """Create the routes of this process."""
    routes = Blueprint("operations", __name__)
    conditions = Conditions(parts)

    @lru_cache(maxsize=1)
    def contract(policy: Policy) -> dict[str, Any]:
        return document(policy.rules, parts.schemas)

    @routes.get("/healthz")
    def healthz() -> Response:
        return answer(answers.Alive("alive"))

    @routes.get("/readyz")
    def readyz() -> Response:
        # A process that answers at all has keys and a policy: it refuses to start without.
        for_mask = query(ReadinessQuery).purpose == "mask"
        faults = [] if parts.registry.known else [NO_CLIENTS]
        if not for_mask:
            faults += readiness.faults(parts.store)
            if parts.checkpoints.fault:
                faults.append(Fault("checkpoints", parts.checkpoints.fault, BLOCKED_REMEDY, "unready"))
        if faults:
            checks = [answers.FailedCheck(one.check, one.reason, one.remedy) for one in faults]
            return answer(answers.NotReady("not ready", checks), 503)
        return answer(answers.Ready("ready", "mask" if for_mask else UNSET))

    @routes.get("/metrics")
    def metrics() -> Response:
        content, media = parts.metrics.exposition(conditions)
        return Response(content, content_type=media, headers={"Cache-Control": "no-store"})

    @routes.get("/openapi.json")
    def openapi() -> Response:
        return answer(contract(parts.acting.policy))

    routes.register_blueprint(docs())
    return routes
