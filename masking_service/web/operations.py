"""What operators, load balancers and client authors ask; it needs no credential and holds nothing about anyone."""

from flask import Blueprint, Response, request
from flask_swagger_ui import get_swaggerui_blueprint

from masking_service.assembly import Parts
from masking_service.vault import readiness
from masking_service.web.exchange import answer
from masking_service.web.openapi import document

DOCS = "/docs"


def operations(parts: Parts) -> Blueprint:
    """The addresses, bound to this process."""
    addresses = Blueprint("operations", __name__)
    contract = document(parts.policy.rules.profiles)

    @addresses.get("/healthz")
    def healthz() -> Response:
        return answer({"status": "alive"})

    @addresses.get("/readyz")
    def readyz() -> Response:
        # A process that answers at all has keys, a policy and a registry of clients: it refuses to start without.
        if request.args.get("for") == "mask":
            return answer({"status": "ready", "for": "mask"})
        faults = readiness.faults(parts.store)
        if faults:
            checks = [{"check": check, "reason": reason} for check, reason in faults]
            return answer({"status": "not ready", "faults": checks}, 503)
        return answer({"status": "ready"})

    @addresses.get("/openapi.json")
    def openapi() -> Response:
        return answer(contract)

    addresses.register_blueprint(
        get_swaggerui_blueprint(DOCS, "/openapi.json", config={"app_name": "Waybill masking service"}),
        url_prefix=DOCS,
    )
    return addresses
