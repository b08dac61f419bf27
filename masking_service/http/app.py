"""The Flask application: serves the operations of all capabilities, and answers every error as a problem.

Of each call it does, in this order: authenticate, find the operation, check the permission, decode, call the use case,
encode (`service/call/call.py` says the whole order). What does not fit the shape of its operation is read by `faults`.
"""

import random
import re
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from functools import partial
from itertools import chain
from time import perf_counter, time
from typing import Any, Final, TypeVar

import msgspec
from flask import Flask, Response, current_app, request
from gunicorn.http.errors import ParseException
from werkzeug.routing import Map, UnicodeConverter

from keys.errors import IntegrityError, ProviderError
from masking_service.audit.log import outside_id
from masking_service.http.capabilities import PATH_PARAMETERS
from masking_service.http.docs import assets
from masking_service.http.faults import decode_apart, query_problem
from masking_service.http.operations import TABLE, OwnCall, served_groups
from masking_service.http.problems import (
    JSON,
    RETRY_AFTER,
    Problem,
    explain,
    language_of_caller,
    problem_answer,
    problem_of,
)
from masking_service.masking import RULES_VERSION
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.observability.logs import error_place, log
from masking_service.runtime.intake import Served
from masking_service.runtime.wiring import Parts
from masking_service.service.call.answers import Answer
from masking_service.service.call.call import UseCases
from masking_service.service.call.errors import QuotaExceeded, SignatureInvalid
from masking_service.service.call.operation import Answered, Batch, Call, Operation, SentProof, SignedRequest
from masking_service.service.call.recorder import RequestContext
from masking_service.service.call.shapes import Shape
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.principals import Principal
from masking_service.texts import Text

Body = TypeVar("Body", bound=msgspec.Struct)

ROUTES: Final = {"docs_assets.asset": "/docs/{name}", **{row.name: row.path for row in TABLE}}
"""What log and metrics call an endpoint: its path, as the OpenAPI document writes it."""
GUARDED: Final = "/v1/"
SIGNED: Final = frozenset(row.path for row in TABLE if row.signed)
"""The paths under it whose requests have a signature in place of a credential."""
OVERLOADED: Final = "masking_service.overloaded"
"""Under this name a request's environment says that it is refused (masking_service/server/bounds.py)."""
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}


class State:
    """What is known of the current request.

    Attributes:
        started: when it came, by `perf_counter`.
        request_id: the caller's id, where it is well formed and holds no personal data, else a new one.
        now: when it came, in Unix seconds.
        acting: the use cases of the policy under which the whole call is served.
        principal: the caller; None until authenticated, and where no credential is needed.
        code, reason: of the problem that it ended in, for the log.
        outcomes: how many items of a batch came out how: ok, or the code of the error.
    """

    __slots__ = ("acting", "code", "now", "outcomes", "principal", "reason", "request_id", "started")

    def __init__(self, given_id: str) -> None:
        sound = _REQUEST_ID.fullmatch(given_id) and outside_id(given_id) == given_id
        self.started = perf_counter()
        self.request_id = given_id if sound else f"{random.getrandbits(128):032x}"
        self.now = int(time())
        self.acting: UseCases | None = None
        self.principal: Principal | None = None
        self.code = ""
        self.reason = ""
        self.outcomes: dict[str, int] = {}


_states: Final[ContextVar[State]] = ContextVar("state")


def state() -> State:
    """Return the state of the current request."""
    return _states.get()


class AnyBut(UnicodeConverter):
    """One segment of a path, but for the words that are paths of their own."""

    def __init__(self, rules: Map, *words: str) -> None:
        super().__init__(rules)
        self.regex = rf"(?!(?:{'|'.join(words)})\Z)[^/]+"


def create_app(parts: Served) -> Flask:
    """The WSGI application over the use cases of this process."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = parts.settings.max_body_bytes
    app.url_map.converters["any_but"] = AnyBut
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would be a status of its own, and repeat the path
    for row in chain.from_iterable(served_groups(parts.settings.tier).values()):
        if row.uses is Parts:
            serve = partial(_serve_own, parts, row)
        else:
            serve = partial(_serve_signed, parts, row) if row.signed else partial(_serve, row)
        app.add_url_rule(_rule(row), row.name, serve, methods=[row.method.upper()])
    app.register_blueprint(assets())

    app.before_request(partial(_authenticate, parts))
    app.register_error_handler(Exception, partial(_refuse, parts))
    app.after_request(partial(_finish, parts))
    return app


def _rule(row: Operation) -> str:
    """Return the path of an operation as Flask writes it."""
    return row.path.format_map({name: f"<{one.converter}:{name}>" for name, one in PATH_PARAMETERS.items()})


def _authenticate(parts: Served) -> None:
    """Authenticate the caller before any operation is entered, also where the path has none."""
    environ = request.environ  # each access through `request` looks up the current request
    known = State(environ.get("HTTP_X_REQUEST_ID", ""))
    _states.set(known)
    if OVERLOADED in environ:
        raise Problem("overloaded", headers=RETRY_AFTER)
    path = request.path
    if path.startswith(GUARDED) and path not in SIGNED:
        known.acting = parts.acting
        header, address = environ.get("HTTP_AUTHORIZATION"), environ.get("REMOTE_ADDR", "")
        known.principal = known.acting.admission.authenticator.authenticate(header, address, known.now)


def _serve(row: Operation, **path: str) -> Response:
    """Serve one call of a capability's operation, under the policy by which the caller was authenticated."""
    known = state()
    if known.principal is None or known.acting is None:
        raise Unauthenticated("no-credential")
    environ = request.environ
    address, authorization = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_AUTHORIZATION", "")
    context = RequestContext(known.principal, known.request_id, known.now, address, authorization)
    with known.acting.admission.admit(row, context, path):
        data = _data() if row.body is not None else b""
        body, asked = _body(row, data), _query(row)
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    nonces: list[str] = []
    proof = SentProof(environ.get("HTTP_DPOP", ""), request.method, request.path, query, data, nonces.append)
    call = Call(context, body, asked, path, environ.get("HTTP_SIGNED_ACT", ""), proof, language_of_caller)
    response = _encoded(row, row.handle(known.acting.of(row.uses), call))
    for nonce in nonces:
        response.headers.add("DPoP-Nonce", nonce)
    return response


def _serve_signed(parts: Served, row: Operation) -> Response:
    """Serve a request whose signature the use case checks."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    signed = SignedRequest(headers, _data(), request.environ.get("REMOTE_ADDR", ""), state().request_id, state().now)
    return _encoded(row, row.handle(parts.acting.of(row.uses), signed))


def _serve_own(parts: Served, row: Operation, **path: str) -> Response:
    """Serve an operation of the service itself, which needs no credential."""
    answered = row.handle(parts, OwnCall(_query(row), path))
    return answered if isinstance(answered, Response) else _encoded(row, answered)


def _body(row: Operation, data: bytes) -> Any:
    """Decode the body into the operation's shape; None where it has none."""
    if row.body is None:
        return None
    if row.body_optional and not data:
        return row.body()
    environ = request.environ
    if environ.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ("", "identity") or (
        environ.get("CONTENT_TYPE") != JSON and request.mimetype not in ("", JSON)
    ):
        raise Problem("unsupported-media-type")
    decoded = decode(row.body, data)
    for member, most in row.at_most.items():
        if len(getattr(decoded, member)) > most:
            raise Problem("too-many-items", [(f"/{member}", "too-many-items")])
    return decoded


def decode(shape: type[Body], data: bytes) -> Body:
    """Decode a body.

    Numbers keep every digit. A member of the body that is null counts as left out. A bad record or item of a batch is
    replaced, as in `decode_apart`.

    Raises:
        Problem: ``invalid-json``, or ``invalid-request`` with the places that are wrong.
    """
    decoder = _decoders.get(shape)
    if decoder is None:
        # Fractions stay as they were written: the record goes back to its owner unchanged.
        decoder = _decoders[shape] = msgspec.json.Decoder(shape, float_hook=Fraction)
    try:
        decoded: Body = decoder.decode(data)
        return decoded
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decode_apart(shape, data)


def _data() -> bytes:
    """Read the body: as long as its header says, or to the last chunk.

    Raises:
        Problem: ``too-large``, or ``bad-request`` where its chunks are broken.
    """
    environ, most = request.environ, current_app.config["MAX_CONTENT_LENGTH"]
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal():
        wanted = int(length)
    elif environ.get("wsgi.input_terminated"):
        wanted = most + 1  # Werkzeug's stream would cut a longer body of chunks off and say nothing
    else:
        return b""
    if length and wanted > most:
        raise Problem("too-large")
    try:
        data: bytes = environ["wsgi.input"].read(wanted)
    except (OSError, ParseException):  # what gunicorn raises for chunks that are malformed or missing
        raise Problem("bad-request") from None
    if len(data) > most:
        raise Problem("too-large")
    return data


def _query(row: Operation) -> Any:
    """Decode the query into the operation's shape. An operation without one gets None, and refuses every parameter.

    Raises Problem, also for unknown and repeated parameters.
    """
    if row.query is None and not (request.environ.get("QUERY_STRING") and row.authenticated):
        return None
    shape = row.query or Shape
    members = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        decoded = msgspec.convert(members, shape)
    except msgspec.ValidationError:
        raise query_problem(shape, members) from None
    return decoded if row.query is not None else None


def _encoded(row: Operation, answered: Any) -> Response:
    status, content = next(iter(row.answers.items()))
    if isinstance(answered, Answered):
        return answer(answered.content, answered.status)
    if isinstance(content, Batch):
        return batch(answered, content.notice(answered) if content.notice is not None else None)
    if row.batch_of_one and count_outcomes([answered]):
        raise Problem(answered.error.code)
    return answer(answered, status)


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer that must not be cached."""
    return Response(encode(content), status, content_type=JSON, headers={"Cache-Control": "no-store"})


def batch(results: Sequence[Answer], notice: Text | None) -> Response:
    """The answer to a batch: results, count of failures, and the notice if there is one."""
    errors = count_outcomes(results)
    if errors:
        explain(errors, language_of_caller())
    if notice is not None:
        told = notice.in_language(language_of_caller())
        return answer({"notice": told, "results": results, "failed": len(errors)})
    return answer({"results": results, "failed": len(errors)})


def count_outcomes(results: Sequence[Answer]) -> list[Any]:
    """Count the outcomes of a batch, for the log and the metrics, and return the errors of the items that failed."""
    errors = [error for result in results if (error := getattr(result, "error", None)) is not None]
    outcomes = state().outcomes = {"ok": len(results) - len(errors)}
    if errors:
        outcomes |= Counter(error.code for error in errors)
    return errors


def _refuse(parts: Served, error: Exception) -> Response:
    """Turn an error into a problem, and report what an operator has to know."""
    problem = problem_of(error)
    state().code = problem.code
    problem.errors = [(_place(place), code) for place, code in problem.errors]
    if isinstance(error, QuotaExceeded):
        parts.metrics.budget_refusal(error.role, error.counts, error.window)
    if isinstance(error, IntegrityError):
        parts.alerts.raise_alert("integrity")
    if isinstance(error, SignatureInvalid):
        parts.alerts.raise_alert("forged-sign-in")
    if isinstance(error, SignatureInvalid | Unauthenticated):
        state().reason = error.reason
    if problem.status == 503 and problem.code != "overloaded":
        reason = ": ".join(filter(None, (getattr(error, "reason", ""), getattr(error, "detail", ""))))
        if isinstance(error, ProviderError):
            reason = str(error)  # which names the provider, and holds no key
        log.error(
            "failed",
            request_id=state().request_id,
            error=type(error).__name__,
            where=error_place(error),
            reason=reason,
        )
    return problem_answer(problem)


def _place(pointer: str) -> str:
    """Return where in the request a member is: its path, the query of a GET, which has no body, or its body."""
    name = pointer.removeprefix("/")
    if name == pointer:
        return pointer
    if name in (request.view_args or ()):
        return f"path:{name}"
    return f"query:{name}" if request.method == "GET" else pointer


def _finish(parts: Served, response: Response) -> Response:
    """Add the headers of every answer, count the request and log it."""
    known, rule = state(), request.url_rule
    seconds = perf_counter() - known.started
    method, endpoint, route = (request.method, rule.endpoint, ROUTES[rule.endpoint]) if rule else ("", "", "")
    response.headers.add("X-Request-Id", known.request_id)  # assigning one would search all others
    response.headers.add("X-Masking-Rules", RULES_VERSION)
    response.headers.add("X-Content-Type-Options", "nosniff")
    if method == "OPTIONS":  # answered by Flask itself
        response.headers["Cache-Control"] = "no-store"
        if response.allow:  # a set, in another order in each process
            response.headers["Allow"] = ", ".join(sorted(response.allow))
    parts.metrics.request(method, route, response.status_code, seconds)
    if known.code:
        parts.metrics.problem(known.code)
    for outcome, count in known.outcomes.items():
        parts.metrics.items(endpoint, outcome, count)
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
