"""One row for each operation of the API: what it needs, what it answers, and what it calls.

A capability lists its rows in its `api.py`. `http` serves them, and the OpenAPI document is made from them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Generic, Literal, NamedTuple, TypeAlias, TypeVar

import msgspec

from masking_service.audit.actions import Action
from masking_service.service.call.recorder import RequestContext
from masking_service.service.people.permissions import Permission
from masking_service.texts import Text

Body = TypeVar("Body")
Query = TypeVar("Query")


class Batch(NamedTuple):
    """An answer to a batch.

    Attributes:
        name: of the shape, in the document.
        results: the shapes of its results.
        notice: returns what the caller is told of the results as a whole; None where there is nothing to tell.
    """

    name: str
    results: tuple[type[msgspec.Struct], ...]
    notice: Callable[[Sequence[Any]], Text | None] | None = None


Answer: TypeAlias = (
    type[msgspec.Struct] | Batch | Literal["text/html; charset=utf-8", "text/plain; version=0.0.4; charset=utf-8"]
)


class Answered(NamedTuple):
    """An answer whose status is not the first one of its operation."""

    content: Any
    status: int


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request with a signature in place of a credential.

    Attributes:
        headers: by name in lower case.
        data: the body.
        address: the IP address that it comes from.
        request_id: of the request.
        now: when it came, in Unix seconds.
    """

    headers: Mapping[str, str]
    data: bytes
    address: str
    request_id: str
    now: int


@dataclass(frozen=True, slots=True)
class SentProof:
    """The header `DPoP` of a request, empty where it is missing, and what it has to be made for.

    Attributes:
        method: in upper case.
        path: decoded.
        query, body: as they came.
        offer_nonce: gets a nonce for further proofs, where that of this one has had half its life.
    """

    header: str
    method: str
    path: str
    query: bytes
    body: bytes
    offer_nonce: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Call(Generic[Body, Query]):
    """A call that was admitted, decoded into the shapes of its operation.

    Attributes:
        context: for whom.
        body, query: None where the operation has none.
        path: the parameters of the path, by name.
        signed: the header `Signed-Act`; empty where it is missing.
        proof: the header `DPoP`, and its request.
        language: returns the language that the caller prefers.
    """

    context: RequestContext
    body: Body
    query: Query
    path: Mapping[str, str]
    signed: str
    proof: SentProof
    language: Callable[[], Literal["en", "zh"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.

    Attributes:
        name: unique; clients generated from the document call it this.
        route: method and path, such as `GET /v1/cases/{case}`; `{x}` is a key of `http.capabilities.PATH_PARAMETERS`.
        permissions: any one of them lets the caller in; none: every caller may, and outside /v1 without a credential.
        signed_in: whether only a person may who is signed in, and no API client.
        tells_freeze: whether the answer itself says that the caller is frozen, so a wrong request is told before that.
        audited_as: the action under which the audit log holds a refused call; None where it holds none.
        uses: the class of the use case that `handle` gets.
        handle: gets the use case and the `Call` (a signed one gets the `SignedRequest`). It returns the content of the
            answer, for a batch its results, or an `Answered`.
        at_most: the greatest length of a batch, by the member of the body that holds it.
        batch_of_one: whether `handle` returns the only result of a batch; its error is then that of the whole call.
        answers: what it answers by status, the usual one first: one content, or several to choose from by Accept, or
            none.
        body_optional: whether it can be left out.
        signed: whether a signature of the request takes the place of a credential.
        signed_by_header: whether the header `Signed-Act` may hold the act's signature: the request has no body.
        proven: whether a policy can ask for the header `DPoP`, in which the person's device proves the request.
        stateless: whether only its credential may need the store (R6).
        problems: the codes (`problem_texts.PROBLEMS`) it can be refused with, besides those that follow from the rest
            of the row: of its credential, permissions, body, query, path, signature and proof.
        example_body, example_answer: of the first of its statuses, for the document.
    """

    name: str
    route: str
    summary: str
    answers: Mapping[int, Answer | tuple[Answer, ...]]
    uses: type
    handle: Callable[[Any, Any], Any]
    permissions: tuple[Permission, ...] = ()
    signed_in: bool = False
    tells_freeze: bool = False
    audited_as: Action | None = None
    body: type[msgspec.Struct] | None = None
    body_optional: bool = False
    at_most: Mapping[str, int] = field(default_factory=dict)
    batch_of_one: bool = False
    signed: bool = False
    signed_by_header: bool = False
    proven: bool = False
    query: type[msgspec.Struct] | None = None
    stateless: bool = False
    problems: tuple[str, ...] = ()
    example_body: Any = None
    example_answer: Any = None

    @property
    def method(self) -> str:
        """The method, in lower case, as the document has it."""
        return self.route.partition(" ")[0].lower()

    @property
    def path(self) -> str:
        return self.route.partition(" ")[2]

    @property
    def authenticated(self) -> bool:
        """Whether a credential is needed."""
        return self.path.startswith("/v1/") and not self.signed

    @property
    def signable(self) -> bool:
        """Whether a request can hold the signature of the act, in its body or in the header `Signed-Act`."""
        return self.signed_by_header or (self.body is not None and "signed" in self.body.__struct_fields__)

    def contents(self) -> list[tuple[int, Answer]]:
        """Every content that it answers, with its status."""
        return [
            (status, content)
            for status, given in self.answers.items()
            for content in (given if isinstance(given, tuple) and not isinstance(given, Batch) else (given,))
        ]


def handler_of(method: Callable[..., Any], **fixed: Any) -> Callable[[Any, Call[Any, Any]], Any]:
    """Return the handler of an operation that only calls a method of its use case.

    The method gets the context, the parameters of the path in order, and by their names the members of body and query;
    as `sent` the proof of the caller's device, if it has such a parameter.

    Args:
        fixed: further arguments, which no request can change.
    """
    proven = "sent" in signature(method).parameters

    def handle(use_case: Any, call: Call[Any, Any]) -> Any:
        shapes = [shape for shape in (call.body, call.query) if shape is not None]
        members = {name: getattr(shape, name) for shape in shapes for name in shape.__struct_fields__}
        if proven:
            members["sent"] = call.proof
        return method(use_case, call.context, *call.path.values(), **members, **fixed)

    return handle
