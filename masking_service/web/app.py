"""The application: who is asking is settled before any address is entered, and every error leaves as a problem."""

import time

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from masking_service.access.errors import Unauthenticated
from masking_service.assembly import Parts
from masking_service.timestamps import clock
from masking_service.web.cases import cases
from masking_service.web.exchange import problem_answer, problem_of_http, request_id
from masking_service.web.log import fault_place, log
from masking_service.web.operations import operations
from masking_service.web.problems import problem_of
from masking_service.web.waybills import waybills

GUARDED = "/v1/"


def create_app(parts: Parts) -> Flask:
    """The WSGI application over the use cases of this process."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.most_body_bytes + 1  # see _whole_body
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be a status of its own, and repeat the path
    app.register_blueprint(waybills(parts))
    app.register_blueprint(cases(parts))
    app.register_blueprint(operations(parts))

    @app.before_request
    def authenticate() -> None:
        g.started = time.perf_counter()
        if request.path.startswith(GUARDED):
            g.now = clock()
            header = request.headers.get("Authorization")
            g.principal = parts.authenticator.authenticate(header, request.remote_addr or "", g.now)

    @app.errorhandler(Exception)
    def refuse(error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return problem_answer(problem_of_http(error))
        problem = problem_of(error)
        if isinstance(error, Unauthenticated):
            g.reason = error.reason
        if problem.status == 503:
            reason = getattr(error, "reason", "")
            log.error(
                "failed", request_id=request_id(), fault=type(error).__name__, where=fault_place(error), reason=reason
            )
        return problem_answer(problem)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        response.headers["X-Content-Type-Options"] = "nosniff"
        log.info(
            "request",
            request_id=request_id(),
            method=request.method if request.url_rule else "",
            route=request.url_rule.rule if request.url_rule else "",
            status=response.status_code,
            code=g.get("code", ""),
            reason=g.get("reason", ""),
            ms=round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None,
        )
        return response

    return app
