"""The application: who is asking is settled before any address is entered, and every error leaves as a problem."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from keys.errors import IntegrityError
from masking_service.access.errors import QuotaExceeded, Unauthenticated
from masking_service.observability.logs import fault_place, log
from masking_service.runtime.wiring import Parts
from masking_service.web.http import begin, current_request, problem_answer, problem_of_http, state
from masking_service.web.problems import problem_of
from masking_service.web.routes.audit import audit
from masking_service.web.routes.cases import cases
from masking_service.web.routes.operations import operations
from masking_service.web.routes.principals import principals
from masking_service.web.routes.waybills import waybills

GUARDED = "/v1/"
METRICS = "metrics"
"""Under this name the counts are among the application's extensions, for the worker that serves it."""
PRINCIPAL = "masking_service.principal"
"""Under this name a request's environment says whom it was accepted from."""


class _Application(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Nothing here is asynchronous; to ask each function, each time, costs five microseconds a request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Addresses are matched by method and path alone, wherever the service is reached: nobody's host is read."""
        if request is None:
            return None
        return MapAdapter(self.url_map, "", "/", "", "http", request.path, request.method)


def create_app(parts: Parts) -> Flask:
    """The WSGI application over the use cases of this process."""
    app = _Application(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.most_body_bytes
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
        asked = current_request()
        environ = asked.environ
        known = begin(environ.get("HTTP_X_REQUEST_ID", ""))
        if asked.path.startswith(GUARDED):
            header, address = environ.get("HTTP_AUTHORIZATION"), environ.get("REMOTE_ADDR", "")
            known.principal = parts.acting.authenticator.authenticate(header, address, known.now)
            environ[PRINCIPAL] = known.principal.id

    @app.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problem_answer(problem_of_http(error))
        problem = problem_of(error)
        if isinstance(error, QuotaExceeded):
            parts.metrics.budget_refusal(error.role, error.counts, error.window)
        if isinstance(error, IntegrityError):
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
        known, asked = state(), current_request()
        seconds = time.perf_counter() - known.started
        method, route = (asked.method, asked.url_rule.rule) if asked.url_rule else ("", "")
        response.headers["X-Request-Id"] = known.request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        parts.metrics.request(method, route, response.status_code, seconds)
        if known.code:
            parts.metrics.problem(known.code)
        for outcome, count in known.outcomes.items():
            parts.metrics.items(asked.endpoint or "", outcome, count)
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
