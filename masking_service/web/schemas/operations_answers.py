"""The answers to operators and client authors: readiness, problem codes and the OpenAPI document.

Like `answers.py`, they describe answers.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from masking_service.web.schemas.answers import _Answer


class Alive(_Answer, frozen=True):
    """The process answers."""

    status: Literal["alive"]


class Ready(_Answer, frozen=True):
    """Every check holds."""

    status: Literal["ready"]
    purpose: Annotated[Literal["mask"], Meta(description="What was asked for.")] | UnsetType = msgspec.field(
        default=UNSET, name="for"
    )


class FailedCheck(_Answer, frozen=True):
    """A check that fails, why, and what to do."""

    check: str
    reason: str
    remedy: str


class NotReady(_Answer, frozen=True):
    """Some check fails."""

    status: Literal["not ready"]
    faults: Annotated[list[FailedCheck], Meta(min_length=1)]


class TextInLanguages(_Answer, frozen=True):
    """A text in English and Chinese."""

    en: str
    zh: str


class ProblemExplanation(_Answer, frozen=True):
    """What a problem code means, and what to do."""

    code: str
    status: int
    title: TextInLanguages
    detail: TextInLanguages
    remedy: TextInLanguages


class OpenAPI(msgspec.Struct, frozen=True):
    """An OpenAPI document."""

    openapi: Literal["3.1.0"]
