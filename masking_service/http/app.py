"""The Flask application.

It authenticates before routing and answers every error as a problem.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from keys.errors import IntegrityError
from masking_service.http.http import begin, current_request, problem_answer, problem_of_http, state
from masking_service.http.permission import permission_first
from masking_service.http.problems import RETRY_AFTER, Problem, problem_of
from masking_service.http.routes.audit import audit
from masking_service.http.routes.calls import calls
from masking_service.http.routes.cases import cases
from masking_service.http.routes.decoys import decoys
from masking_service.http.routes.operations import operations
from masking_service.http.routes.principals import principals
from masking_service.http.routes.problems import problems
from masking_service.http.routes.waybills import waybills
from masking_service.observability.logs import error_place, log
from masking_service.runtime.wiring import Parts
from masking_service.service.people.errors import QuotaExceeded, Unauthenticated

GUARDED = "/v1/"
SIGNED = "/v1/calls/records"
"""The one path under it whose requests have a signature in place of a credential."""
OVERLOADED = "masking_service.overloaded"
"""Under this name a request's environment says that it is refused (masking_service/server/bounds.py)."""


class App(Flask):
    """A Flask application that supports neither `async` views nor routing by host."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is. Flask looks for `async` functions three times in each request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return an adapter that routes by path and method only. Flask's own also parses the host and the query."""
        if request is None:
            return None
        return self.url_map.bind("", path_info=request.path, default_method=request.method)


def create_app(parts: Parts) -> Flask:
    """The WSGI application over the use cases of this process."""
    app = App(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.max_body_bytes
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be a status of its own, and repeat the path
    app.register_blueprint(waybills(parts))
    app.register_blueprint(cases(parts))
    app.register_blueprint(calls(parts))
    app.register_blueprint(principals(parts))
    app.register_blueprint(decoys(parts))
    app.register_blueprint(audit(parts))
    app.register_blueprint(problems())
    app.register_blueprint(operations(parts))

    app.before_request(partial(_authenticate, parts))
    app.register_error_handler(Exception, partial(_refuse, parts))
    app.after_request(partial(_finish, parts))
    return app


def _authenticate(parts: Parts) -> None:
    """Settle who is asking before any route is entered."""
    asked = current_request()
    environ = asked.environ
    known = begin(environ.get("HTTP_X_REQUEST_ID", ""))
    if OVERLOADED in environ:
        raise Problem("overloaded", headers=RETRY_AFTER)
    if asked.path.startswith(GUARDED) and asked.path != SIGNED:
        header, address = environ.get("HTTP_AUTHORIZATION"), environ.get("REMOTE_ADDR", "")
        known.principal = parts.acting.authenticator.authenticate(header, address, known.now)


def _refuse(parts: Parts, error: Exception) -> Response:
    """Turn an error into a problem, and report what an operator has to know."""
    if isinstance(error, HTTPException):
        return problem_answer(problem_of_http(error))
    error = permission_first(error, parts.acting)
    problem = problem_of(error)
    if current_request().method == "GET":  # which has no body: a member is one of the query
        problem.errors = [(pointer.replace("/", "query:", 1), code) for pointer, code in problem.errors]
    if isinstance(error, QuotaExceeded):
        parts.metrics.budget_refusal(error.role, error.counts, error.window)
    if isinstance(error, IntegrityError):
        parts.alerts.raise_alert("integrity")
    if isinstance(error, Unauthenticated):
        state().reason = error.reason
    if problem.status == 503 and problem.code != "overloaded":
        log.error(
            "failed",
            request_id=state().request_id,
            error=type(error).__name__,
            where=error_place(error),
            reason=getattr(error, "reason", ""),
        )
    return problem_answer(problem)


def _finish(parts: Parts, response: Response) -> Response:
    """Add the headers of every answer, count the request and log it."""
    known, asked = state(), current_request()
    seconds = time.perf_counter() - known.started
    method, route = (asked.method, asked.url_rule.rule) if asked.url_rule else ("", "")
    response.headers.add("X-Request-Id", known.request_id)  # setting one would search all others
    response.headers.add("X-Content-Type-Options", "nosniff")
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
