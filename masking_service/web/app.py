"""The application: who is asking is settled before any address is entered, and every error leaves as a problem."""

import time

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from keys.errors import IntegrityFault
from masking_service.access.errors import QuotaExceeded, Unauthenticated
from masking_service.assembly import Parts
from masking_service.web.audit import audit
from masking_service.web.cases import cases
from masking_service.web.exchange import begin, problem_answer, problem_of_http, state
from masking_service.web.log import fault_place, log
from masking_service.web.operations import operations
from masking_service.web.principals import principals
from masking_service.web.problems import problem_of
from masking_service.web.waybills import waybills

GUARDED = "/v1/"
METRICS = "metrics"
"""Under this name the counts are among the application's extensions, for the worker that serves it."""
PRINCIPAL = "masking_service.principal"
"""Under this name a request's environment says whom it was accepted from."""


def create_app(parts: Parts) -> Flask:
    """The WSGI application over the use cases of this process."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.most_body_bytes + 1  # see _whole_body
    app.extensions[METRICS] = parts.metrics
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be a status of its own, and repeat the path
    app.register_blueprint(waybills(parts))
    app.register_blueprint(cases(parts))
    app.register_blueprint(principals(parts))
    app.register_blueprint(audit(parts))
    app.register_blueprint(operations(parts))

    @app.before_request
    def authenticate() -> None:
        known = begin()
        if request.path.startswith(GUARDED):
            header = request.headers.get("Authorization")
            known.principal = parts.acting.authenticator.authenticate(header, request.remote_addr or "", known.now)
            request.environ[PRINCIPAL] = known.principal.id

    @app.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problem_answer(problem_of_http(error))
        problem = problem_of(error)
        if isinstance(error, QuotaExceeded):
            parts.metrics.budget_refusal(error.window)
        if isinstance(error, IntegrityFault):
            parts.alerts.raise_alert("integrity")
        if isinstance(error, Unauthenticated):
            state().reason = error.reason
        if problem.status == 503:
            log.error(
                "failed",
                request_id=state().request_id,
                fault=type(error).__name__,
                where=fault_place(error),
                reason=getattr(error, "reason", ""),
            )
        return problem_answer(problem)

    @app.after_request
    def finish(response: Response) -> Response:
        known, rule = state(), request.url_rule
        seconds = time.perf_counter() - known.started
        method, route = (request.method, rule.rule) if rule else ("", "")
        response.headers["X-Request-Id"] = known.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        parts.metrics.request(method, route, response.status_code, seconds)
        if known.code:
            parts.metrics.problem(known.code)
        for outcome, count in known.outcomes.items():
            parts.metrics.items(request.endpoint or "", outcome, count)
        log.info(
            "request",
            request_id=known.request_id,
            method=method,
            route=route,
            status=response.status_code,
            code=known.code,
            reason=known.reason,
            ms=round(seconds * 1000, 1),
        )
        return response

    return app
