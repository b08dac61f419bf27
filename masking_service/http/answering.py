"""What is known of the current request, and how it is answered: JSON out, and every error as a problem."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from contextvars import ContextVar
from time import perf_counter, time
from typing import Any, Final

from flask import Response, request
from msgspec import UNSET
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from masking_service.audit.log import outside_id
from masking_service.http.problems import Problem
from masking_service.masking.json_numbers import encode
from masking_service.masking.unmapped import UNMAPPED_MASKED
from masking_service.masking.walk import NOTHING_MAPPED
from masking_service.service.call.answers import Answer
from masking_service.service.call.call import UseCases
from masking_service.service.call.rule_texts import FITTING, ITEMS, LOOK_PERSONAL, NOTICE, with_rules
from masking_service.service.people.principals import Principal
from masking_service.service.waybills.record_answers import EmptyRecord
from masking_service.texts import LANGUAGES, Language

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


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


def begin(given_id: str) -> State:
    """Note that a request has come, with this id of the caller's."""
    begun = State(given_id)
    _states.set(begun)
    return begun


def state() -> State:
    """Return the state of the current request."""
    return _states.get()


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer that must not be cached."""
    return Response(encode(content), status, content_type=JSON, headers={"Cache-Control": "no-store"})


def batch(results: Sequence[Answer]) -> Response:
    """The answer to a batch: results, count of failures, and a notice where most are mis-mapped."""
    failed = note_outcomes(results)
    unmapped = sum(_is_not_mapped(result) for result in results if getattr(result, "warnings", True))
    if unmapped * 2 > len(results):
        notice = NOTICE.filled(unmapped=unmapped, records=len(results)).in_language(language_of_caller())
        return answer({"notice": notice, "results": results, "failed": failed})
    return answer({"results": results, "failed": failed})


def _is_not_mapped(result: Answer) -> bool:
    """True if the schema maps nothing of this result's record, or not all that is personal."""
    if isinstance(result, EmptyRecord):
        return False
    if warnings := getattr(result, "warnings", UNSET):
        return any(warning.code == UNMAPPED_MASKED for warning in warnings)
    error = getattr(result, "error", None)
    return error is not None and error.code == NOTHING_MAPPED


def note_outcomes(results: Sequence[Answer]) -> int:
    """Count outcomes, explain the failed items, and return how many failed."""
    errors = [error for result in results if (error := getattr(result, "error", None)) is not None]
    outcomes = state().outcomes = {"ok": len(results) - len(errors)}
    if errors:
        outcomes |= Counter(error.code for error in errors)
        language = language_of_caller()
        for error in errors:
            text = ITEMS.get(error.code)
            if text is not None and error.detail is UNSET:
                places = [(place.pointer, place.code) for place in getattr(error, "errors", ())]
                error.detail = with_rules(text, places, language)
            if getattr(error, "schemas", UNSET) is not UNSET:
                error.detail += " " + FITTING.filled(schemas=", ".join(error.schemas)).in_language(language)
            if getattr(error, "members", UNSET) is not UNSET:
                error.detail += " " + LOOK_PERSONAL.filled(members=", ".join(error.members)).in_language(language)
    return len(errors)


def preferred_language(accept: LanguageAccept) -> Language:
    """Choose the language for an Accept-Language header: English unless Chinese is preferred."""
    qualities: dict[str, float] = {}
    for value, quality in accept:
        primary = value.partition("-")[0].lower()
        qualities[primary] = max(quality, qualities.get(primary, 0.0))
    rest = qualities.get("*", 0.0)
    known = [language for language, quality in qualities.items() if quality and language in LANGUAGES]
    order = dict.fromkeys([*known, *LANGUAGES])  # of two equals the one that is named first
    best: Language = max(order, key=lambda language: qualities.get(language, rest))
    return best if accept else LANGUAGES[0]


def language_of_caller() -> Language:
    """Return the language that the caller of the current request prefers."""
    return preferred_language(request.accept_languages)


def problem_answer(problem: Problem) -> Response:
    """A problem document, in the language that the caller prefers."""
    state().code = problem.code
    language = language_of_caller()
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
        **problem.headers,
    }
    return Response(encode_problem(problem, language), problem.status, content_type=PROBLEM_JSON, headers=headers)


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
