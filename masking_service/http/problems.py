"""Turns errors into problems (RFC 9457), and says what is wrong in the language of the caller.

A problem names place and rule, never a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any, Final

from flask import Response, request
from msgspec import UNSET
from werkzeug import exceptions
from werkzeug.datastructures import LanguageAccept

from keys.errors import IntegrityError, ProviderError
from masking_service.audit.errors import ArchiveUnavailable, NotArchived
from masking_service.audit.reading import UnknownEntryError
from masking_service.http.problem_texts import PROBLEMS
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.json_numbers import encode
from masking_service.masking.timestamps import rfc3339
from masking_service.service import rule_texts
from masking_service.service.call.errors import (
    CaseRequired,
    DeviceProofRequired,
    InvalidRequest,
    NotFound,
    Places,
    QuotaExceeded,
    SeveralWaybills,
    SignatureRequired,
    UnknownSchema,
)
from masking_service.service.cases.problems import CaseCheckUnavailable, CaseNotOpen
from masking_service.service.people.errors import (
    AccessError,
    Forbidden,
    IssuerUnavailable,
    NotInPolicy,
    ProfileRequired,
    PurposeRequired,
    SignInRequired,
    Unauthenticated,
)
from masking_service.service.phone_calls.problems import CallsUnavailable
from masking_service.service.search.problems import TooMany
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.texts import LANGUAGES, Language, Text


@dataclass(eq=False)
class Problem(Exception):
    """A refusal of a whole request, as the caller sees it.

    Attributes:
        code: a key of PROBLEMS.
        errors: (place, code) for each place at fault: a JSON Pointer inside the body, ``query:NAME`` or ``path:NAME``.
        detail: what happened, where it is not what the table says of the code.
        extra: further members of the body.
        headers: further headers of the answer.
    """

    code: str
    errors: Places = ()
    detail: Text | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status

    def body(self, language: Language = "en") -> dict[str, Any]:
        """The members of the problem document."""
        text = PROBLEMS[self.code]
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": text.title.in_language(language),
            "status": text.status,
            "code": self.code,
            "detail": rule_texts.with_rules(self.detail or text.detail, self.errors, language),
        }
        if self.errors:
            document["errors"] = [{"pointer": pointer, "code": code} for pointer, code in self.errors]
        return document | self.extra


JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"
RETRY_AFTER: Final = {"Retry-After": "1"}


def problem_of(error: Exception) -> Problem:
    """The problem that an error of the inner layers is."""
    match error:
        case Problem():
            return error
        case exceptions.HTTPException():
            return _of_http(error)
        case AccessError():
            return _refusal(error)
        case InvalidRecord():
            return Problem("invalid-request", error.errors)
        case NotFound() | InvalidRequest() | UnknownSchema() | SeveralWaybills():
            return Problem(error.code, error.places)
        case UnknownEntryError():
            return Problem("invalid-request", [("/after", "unknown-cursor")])
        case TooMany():
            return Problem("too-many")
        case ArchiveUnavailable() | NotArchived():
            detail = rule_texts.NOT_ARCHIVED if isinstance(error, NotArchived) else rule_texts.ARCHIVE_UNAVAILABLE
            return Problem("unavailable", detail=detail, headers=RETRY_AFTER)
        case StoreUnavailable() | ProviderError() | WrongStore():
            why = rule_texts.KEY_PROVIDER_UNAVAILABLE if isinstance(error, ProviderError) else None
            return Problem("unavailable", detail=why, headers=RETRY_AFTER)
        case IntegrityError():
            return Problem("integrity", headers=RETRY_AFTER)
    return Problem("internal", headers=RETRY_AFTER)


def _of_budget(error: QuotaExceeded) -> Text | None:
    """Return the detail where waiting does not help, or a common budget is spent: the setting it follows from."""
    if error.at_most:
        return rule_texts.TOO_MUCH_AT_ONCE.filled(at_most=error.at_most)
    if error.scope == "person":
        return None
    setting = f"factors.{error.scope}" if error.counts == "fields" else f"roles.{error.role}.people"
    return rule_texts.COMMON_BUDGET[error.scope].filled(setting=setting)


def _refusal(error: AccessError) -> Problem:
    match error:
        case Unauthenticated():
            return Problem(error.code, headers={"WWW-Authenticate": "Bearer"})
        case SignatureRequired():
            return Problem(error.code, headers={"WWW-Authenticate": 'Bearer error="signature_required"'})
        case DeviceProofRequired():
            headers = {"WWW-Authenticate": 'Bearer error="use_dpop_nonce"', "DPoP-Nonce": error.nonce}
            return Problem(error.code, extra={"nonce": error.nonce}, headers=headers)
        case NotInPolicy():
            return Problem(error.code, detail=error.detail)
        case SignInRequired():
            wanted = [("acr_values", error.acr), ("max_age", error.max_age)]
            asked = "".join(f', {name}="{value}"' for name, value in wanted if value is not None)
            challenge = f'Bearer error="insufficient_user_authentication"{asked}'  # RFC 9470, section 3
            return Problem(error.code, headers={"WWW-Authenticate": challenge})
        case QuotaExceeded():
            extra = {"window": error.window, "retry_at": rfc3339(error.retry_at)}
            headers = {"Retry-After": str(max(1, error.retry_at - int(time())))}
            return Problem(error.code, detail=_of_budget(error), extra=extra, headers=headers)
        case IssuerUnavailable() | CaseCheckUnavailable() | CallsUnavailable():
            return Problem(error.code, headers=RETRY_AFTER)
        case Forbidden() if error.member:
            return Problem(error.code, [(f"/{error.member}", "not-allowed")])
        case ProfileRequired() | PurposeRequired() | CaseRequired():
            return Problem(error.code, [(f"/{error.code.removesuffix('-required')}", "missing")])
        case CaseNotOpen():
            return Problem(error.code, detail=rule_texts.CASE_STATES.get(error.state))
    return Problem(error.code)


def explain(errors: Sequence[Any], language: Language) -> None:
    """Write into the errors of items, as their `detail`, what happened and what the caller can do."""
    for error in errors:
        text = rule_texts.ITEMS.get(error.code)
        if text is not None and error.detail is UNSET:
            places = [(place.pointer, place.code) for place in getattr(error, "errors", ())]
            error.detail = rule_texts.with_rules(text, places, language)
        if getattr(error, "schemas", UNSET) is not UNSET:
            error.detail += " " + rule_texts.FITTING.filled(schemas=", ".join(error.schemas)).in_language(language)
        if getattr(error, "members", UNSET) is not UNSET:
            error.detail += " " + rule_texts.LOOK_PERSONAL.filled(members=", ".join(error.members)).in_language(
                language
            )


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
    language = language_of_caller()
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": language,
        "Vary": "Accept-Language",
        **problem.headers,
    }
    return Response(encode_problem(problem, language), problem.status, content_type=PROBLEM_JSON, headers=headers)


def encode_problem(problem: Problem, language: Language = "en") -> bytes:
    return encode(problem.body(language))


def _of_http(error: exceptions.HTTPException) -> Problem:
    """The problem that a refusal of the framework is."""
    match error:
        case exceptions.RequestEntityTooLarge():
            return Problem("too-large")
        case exceptions.MethodNotAllowed():
            return Problem("method-not-allowed", headers={"Allow": ", ".join(sorted(error.valid_methods or ()))})
        case exceptions.NotFound():
            return Problem("not-found")
    return Problem("bad-request")
