"""Answers that the web layer builds: readiness, problem codes, the OpenAPI document."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"]


class Ready(Answer):
    """Every check passes."""

    status: Literal["ready"]
    purpose: Annotated[Literal["mask"], Meta(description="What was asked for.")] | UnsetType = msgspec.field(
        default=UNSET, name="for"
    )


class FailedCheck(Answer):
    """A check that fails, why, and what to do."""

    check: str
    reason: str
    remedy: str


class NotReady(Answer):
    """Some check fails."""

    status: Literal["not ready"]
    faults: Annotated[list[FailedCheck], Meta(min_length=1)]


class TextInLanguages(Answer):
    """A text in English and Chinese."""

    en: str
    zh: str


class ProblemExplanation(Answer):
    """What a code means, and what to do."""

    code: str
    title: TextInLanguages
    detail: TextInLanguages
    remedy: TextInLanguages
    status: Annotated[int, Meta(description="Of a problem. Codes inside answers have none.")] | UnsetType = UNSET


class OpenAPI(msgspec.Struct, frozen=True):
    """An OpenAPI document."""

    openapi: Literal["3.1.0"]
