"""Reads requests and writes answers: strict JSON in, JSON out, and every error as a problem."""

import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from typing import Any, Final, TypeVar
from wsgiref.types import StartResponse, WSGIEnvironment

import msgspec
from flask import Request, Response, current_app, request
from gunicorn.http.errors import ParseException
from msgspec import UNSET
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from masking_service.audit.entries import outside_id
from masking_service.http.decode_errors import decode_problem, place_of
from masking_service.http.languages import preferred_language
from masking_service.http.problems import Problem, with_rules
from masking_service.http.records_apart import BATCHES, read_apart
from masking_service.http.rule_texts import FITTING, ITEMS, NOTICE
from masking_service.http.schemas.queries import MAX_ENTRIES
from masking_service.http.texts import Language
from masking_service.masking.json_numbers import Fraction, encode
from masking_service.masking.unmapped import FOUND_IN_TEXT, UNMAPPED_MASKED
from masking_service.masking.walk import NOTHING_MAPPED
from masking_service.runtime.clock import clock
from masking_service.service.call.answers import Answer
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.errors import Unauthenticated
from masking_service.service.people.principals import Principal

_OUTSIDE: Final = frozenset({UNMAPPED_MASKED, FOUND_IN_TEXT})

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"

Shape = TypeVar("Shape", bound=msgspec.Struct)

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_LIMIT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[Any]] = {}


class CompleteResponse(Response):
    """A response that is sent exactly as it was built.

    Werkzeug would copy the headers, look for relative URLs to complete, and compute a length that is already set.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send status and headers, and return the body."""
        start_response(self.status, self.headers.to_wsgi_list())
        return () if environ["REQUEST_METHOD"] == "HEAD" else self.iter_encoded()


class State:
    """What is known of the current request.

    It is an object of our own because each access through Flask's `g` costs a microsecond.

    Attributes:
        started: when it came, by `time.perf_counter`.
        request_id: the caller's id, where it is well formed and holds no personal data, else a new one.
        now: when it came, in Unix seconds.
        principal: the caller; None until authenticated, and where no credential is needed.
        code, reason: of the problem that it ended in, for the log.
        outcomes: how many items of a batch came out how: ok, or the code of the error.
    """

    __slots__ = ("code", "now", "outcomes", "principal", "reason", "request_id", "started")

    def __init__(self, given_id: str) -> None:
        sound = _REQUEST_ID.fullmatch(given_id) and outside_id(given_id) == given_id
        self.started = time.perf_counter()
        self.request_id = given_id if sound else f"{random.getrandbits(128):032x}"
        self.now = clock()
        self.principal: Principal | None = None
        self.code = ""
        self.reason = ""
        self.outcomes: dict[str, int] = {}


_states: Final[ContextVar[State]] = ContextVar("state")


def begin(given_id: str) -> State:
    """Note that a request has come, with this id of the caller's."""
    begun = State(given_id)
    _states.set(begun)
    return begun


def state() -> State:
    """The state of the current request."""
    return _states.get()


def current_request() -> Request:
    """Flask's request object, without the proxy that costs half a microsecond an access."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    return asked


def context() -> RequestContext:
    """The call of the authenticated caller."""
    known = state()
    if known.principal is None:
        raise Unauthenticated("no-credential")
    return RequestContext(known.principal, known.request_id, known.now)


def body(shape: type[Shape]) -> Shape:
    """Decode the body into its typed shape.

    Numbers keep every digit.

    Raises:
        Problem: ``unsupported-media-type``, ``too-large``, ``bad-request`` where its chunks are broken,
            ``invalid-json`` or ``invalid-request`` with pointers.
    """
    asked = current_request()
    _check_media_type(asked)
    return _decode(shape, _read_body(asked))


def body_if_any(shape: type[Shape]) -> Shape:
    """Decode the body, if there is one; otherwise the shape's defaults."""
    asked = current_request()
    data = _read_body(asked)
    if not data:
        return shape()
    _check_media_type(asked)
    return _decode(shape, data)


def raw_body() -> bytes:
    """Return the bytes of the body, for what is signed. Raises Problem: ``too-large``, ``bad-request``."""
    return _read_body(current_request())


def _check_media_type(asked: Request) -> None:
    # As the server gives them: Flask's properties search all headers for each.
    encoding, media_type = asked.environ.get("HTTP_CONTENT_ENCODING"), asked.environ.get("CONTENT_TYPE")
    if encoding or (media_type != JSON and asked.mimetype not in ("", JSON)):
        raise Problem("unsupported-media-type")


def _decode(shape: type[Shape], data: bytes) -> Shape:
    decoder = _decoders.get(shape)
    if decoder is None:
        # Fractions stay as they were written: the record goes back to its owner unchanged.
        decoder = _decoders[shape] = msgspec.json.Decoder(shape, float_hook=Fraction)
    try:
        decoded: Shape = decoder.decode(data)
        return decoded
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if not {*BATCHES}.intersection(shape.__struct_fields__):
            raise decode_problem(error) from None
    try:
        return read_apart(shape, data)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise decode_problem(error) from None


def _read_body(asked: Request) -> bytes:
    """Read all bytes of the body from the server's stream. Flask's own way costs a tenth of masking one record."""
    most = current_app.config["MAX_CONTENT_LENGTH"]
    if int(asked.environ.get("CONTENT_LENGTH") or 0) > most:
        raise Problem("too-large")
    try:
        data: bytes = asked.environ["wsgi.input"].read(most + 1)
    except (OSError, ParseException):  # what gunicorn says of chunks that are none, or that never come
        raise Problem("bad-request") from None
    if len(data) > most:
        raise Problem("too-large")
    return data


def query(shape: type[Shape]) -> Shape:
    """Decode the query into its typed shape.

    Raises Problem, also for unknown and repeated parameters.
    """
    given = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        return msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        pointer, code = place_of(str(error))
        raise Problem("invalid-request", [(f"query:{pointer[1:]}", code)]) from None


def limit(text: str | None, default: int) -> int:
    """Read the `limit` of a list. Raises Problem."""
    if text is None:
        return default
    if not _LIMIT.fullmatch(text) or int(text) > MAX_ENTRIES:
        raise Problem("invalid-request", [("query:limit", "invalid-value")])
    return int(text)


def whole(number: int | float | None, pointer: str) -> int | None:
    """Convert to a whole number: in JSON, 60.0 is 60. Raises Problem."""
    if isinstance(number, float) and not number.is_integer():
        raise Problem("invalid-request", [(pointer, "invalid-value")])
    return None if number is None else int(number)


def at_most(count: int, most: int, pointer: str) -> None:
    """Refuse a batch that is too long. Raises Problem."""
    if count > most:
        raise Problem("too-many-items", [(pointer, "too-many-items")])


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer that must not be cached."""
    return CompleteResponse(encode(content), status, content_type=JSON, headers={"Cache-Control": "no-store"})


def batch(results: Sequence[Answer]) -> Response:
    """The answer to a batch: results, count of failures, and a notice where most are mis-mapped."""
    failed = note_outcomes(results)
    unmapped = sum(_is_not_mapped(result) for result in results if getattr(result, "warnings", True))
    if unmapped * 2 > len(results):
        notice = NOTICE.in_language(_language()).format(unmapped, len(results))
        return answer({"notice": notice, "results": results, "failed": failed})
    return answer({"results": results, "failed": failed})


def _is_not_mapped(result: Answer) -> bool:
    """True if the record of this result has personal data outside of the members that its schema maps."""
    if warnings := getattr(result, "warnings", UNSET):
        return any(warning.code in _OUTSIDE for warning in warnings)
    error = getattr(result, "error", None)
    return error is not None and error.code == NOTHING_MAPPED


def note_outcomes(results: Sequence[Answer]) -> int:
    """Count outcomes, explain the failed items, and return how many failed."""
    errors = [error for result in results if (error := getattr(result, "error", None)) is not None]
    outcomes = state().outcomes = {"ok": len(results) - len(errors)}
    if errors:
        outcomes |= Counter(error.code for error in errors)
        language = _language()
        for error in errors:
            text = ITEMS.get(error.code)
            if text is not None and error.detail is UNSET:
                places = [(place.pointer, place.code) for place in getattr(error, "errors", ())]
                error.detail = with_rules(text, places, language)
            if getattr(error, "schemas", UNSET) is not UNSET:
                error.detail += " " + FITTING.in_language(language).format(", ".join(error.schemas))
    return len(errors)


def _language() -> Language:
    return preferred_language(current_request().accept_languages)


def problem_answer(problem: Problem) -> Response:
    """A problem document, in the language that the caller prefers."""
    state().code = problem.code
    language = preferred_language(current_request().accept_languages)
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
        **problem.headers,
    }
    return CompleteResponse(
        encode_problem(problem, language), problem.status, content_type=PROBLEM_JSON, headers=headers
    )


def encode_problem(problem: Problem, language: Language = "en") -> bytes:
    """The bytes of a problem document."""
    return encode(problem.body(language))


def problem_of_http(error: HTTPException) -> Problem:
    """The problem that a refusal of the framework is."""
    match error:
        case RequestEntityTooLarge():
            return Problem("too-large")
        case MethodNotAllowed():
            return Problem("method-not-allowed", headers={"Allow": ", ".join(sorted(error.valid_methods or ()))})
        case NotFound():
            return Problem("not-found")
    return Problem("bad-request")
