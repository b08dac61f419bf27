"""One table turns errors into problems (RFC 9457). A problem names the place and the rule, and never a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from time import time
from typing import Any, Final

from keys.errors import IntegrityError, ProviderError
from masking_service.access.errors import (
    AccessError,
    IssuerUnavailable,
    QuotaExceeded,
    SignInRequired,
    Unauthenticated,
)
from masking_service.domain.errors import InvalidRecord
from masking_service.domain.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable
from masking_service.store.genesis import WrongStore
from masking_service.usecases.errors import NotFound, SeveralWaybills, UnknownSchema

Errors = Sequence[tuple[str, str]]


@dataclass(eq=False)
class Problem(Exception):
    """A refusal of a whole request, as its caller will see it.

    Attributes:
        code: a key of TABLE.
        errors: (JSON Pointer inside the request, code) for each place at fault.
        extra: further members of the body.
        headers: further headers of the answer.
    """

    code: str
    errors: Errors = ()
    extra: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return TABLE[self.code][0]

    def body(self) -> dict[str, Any]:
        """The members of the problem document."""
        status, detail = TABLE[self.code]
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "code": self.code,
            "detail": detail,
        }
        if self.errors:
            document["errors"] = [{"pointer": pointer, "code": code} for pointer, code in self.errors]
        return document | self.extra


TABLE: Final[dict[str, tuple[int, str]]] = {
    "invalid-json": (400, "The body is not JSON in UTF-8 as RFC 8259 has it, or it is nested too deep."),
    "bad-request": (400, "The request is not HTTP that this service understands."),
    "purpose-required": (400, "Nothing is opened without a stated purpose."),
    "case-required": (400, "This purpose, or a waybill number instead of a token, needs an open case."),
    "profile-required": (400, "The caller has several profiles; the request has to name one."),
    "unauthenticated": (401, "Nobody is known by this credential."),
    "sign-in-required": (401, "The sign-in is too old or too weak for opening values. Sign in again."),
    "forbidden": (403, "The caller's roles do not allow this."),
    "frozen": (403, "The caller is frozen: somebody else has to thaw them."),
    "case-not-open": (403, "The case opens nothing here: it is not open, or is for another officer or purpose."),
    "own-case": (403, "Whoever opened or approved a case cannot open values under it."),
    "not-found": (404, "There is nothing here that the caller may see."),
    "method-not-allowed": (405, "This address does not know that method."),
    "case-not-pending": (409, "There is nothing to decide: the case is not pending."),
    "case-exists": (409, "A case of this name was opened before; names are never used twice."),
    "too-large": (413, "The body is larger than the service accepts."),
    "too-many-items": (422, "The request has more items than one call may have."),
    "unsupported-media-type": (415, "The body has to be application/json, without a content encoding."),
    "invalid-request": (422, "The request does not have the shape that this address expects."),
    "unknown-case-number": (422, "The system that gives case numbers out knows none like it."),
    "unknown-schema": (422, "There is no schema of that name."),
    "several-waybills": (422, "A record of this schema holds several waybills: it can be masked, not tokenized."),
    "quota-exceeded": (429, "The budget for this is spent, and nothing is released. It frees at retry_at."),
    "unavailable": (503, "The store cannot answer now. Nothing was acknowledged; the same request can be sent again."),
    "overloaded": (503, "More is asked of the service than it can do now. Nothing was done; send the request again."),
    "integrity": (503, "Something stored does not open as it should. Nothing is answered; the operator is told."),
    "issuer-unavailable": (503, "The issuer's keys cannot be had now."),
    "internal": (503, "The service failed. Nothing was acknowledged; the same request can be sent again."),
}
"""code → (HTTP status, what it means). The codes are the contract; the words may change."""

RETRY_AFTER: Final = {"Retry-After": "1"}


def problem_of(error: Exception) -> Problem:
    """The problem that an error of the inner layers is."""
    match error:
        case Problem():
            return error
        case AccessError():
            return _refusal(error)
        case InvalidRecord():
            return Problem("invalid-request", error.errors)
        case UnknownSchema():
            return Problem("unknown-schema", [("/schema", "unknown-schema")])
        case SeveralWaybills():
            return Problem("several-waybills", [("/schema", "several-waybills")])
        case NotFound():
            return Problem("not-found")
        case StoreUnavailable() | ProviderError() | WrongStore():
            return Problem("unavailable", headers=RETRY_AFTER)
        case IntegrityError():
            return Problem("integrity", headers=RETRY_AFTER)
    return Problem("internal", headers=RETRY_AFTER)


def _refusal(error: AccessError) -> Problem:
    match error:
        case Unauthenticated():
            return Problem(error.code, headers={"WWW-Authenticate": "Bearer"})
        case SignInRequired():
            wanted = [("acr_values", error.acr), ("max_age", error.max_age)]
            asked = "".join(f', {name}="{value}"' for name, value in wanted if value is not None)
            challenge = f'Bearer error="insufficient_user_authentication"{asked}'  # RFC 9470, section 3
            return Problem(error.code, headers={"WWW-Authenticate": challenge})
        case QuotaExceeded():
            extra = {"window": error.window, "retry_at": rfc3339(error.retry_at)}
            return Problem(error.code, extra=extra, headers={"Retry-After": str(max(1, error.retry_at - int(time())))})
        case IssuerUnavailable():
            return Problem(error.code, headers=RETRY_AFTER)
    return Problem(error.code)
