"""One row of the table of operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec

STORE: Final = ("unavailable", "integrity")
"""The problems of operations that use the store."""


@dataclass(frozen=True, slots=True)
class Batch:
    """An answer to a batch: each result has one of these shapes."""

    name: str
    results: tuple[type[msgspec.Struct], ...]


Answer: TypeAlias = (
    type[msgspec.Struct] | Batch | Literal["text/html; charset=utf-8", "text/plain; version=0.0.4; charset=utf-8"]
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    Attributes:
        name: unique; clients generated from the document call it this.
        path: `{x}` is a key of PATH_PARAMETERS.
        permissions: any one of them lets the caller in; none: every caller may, and outside /v1 without a credential.
        audited_as: the action under which the audit log holds a refused call; empty where it holds none.
        answers: what it answers by status: one content, or several to choose from by Accept, or none.
        body_optional: whether it can be left out.
        signed: whether a signature of the request takes the place of a credential.
        problems: the codes (`problems.TABLE`) it can be refused with, besides those that all of its sort share.
    """

    name: str
    method: Literal["get", "post", "delete"]
    path: str
    summary: str
    answers: Mapping[int, Answer | tuple[Answer, ...]]
    permissions: tuple[str, ...] = ()
    audited_as: str = ""
    body: type[msgspec.Struct] | None = None
    body_optional: bool = False
    signed: bool = False
    query: type[msgspec.Struct] | None = None
    problems: tuple[str, ...] = ()

    @property
    def authenticated(self) -> bool:
        """Whether a credential is needed."""
        return self.path.startswith("/v1/") and not self.signed

    def contents(self) -> list[tuple[int, Answer]]:
        """Every content that it answers, with its status."""
        return [
            (status, content)
            for status, given in self.answers.items()
            for content in (given if isinstance(given, tuple) else (given,))
        ]
