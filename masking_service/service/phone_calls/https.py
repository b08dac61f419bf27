"""The generic provider: JSON over HTTPS, signed like alerts. docs/calls.md describes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from keys.messages import MessageKey
from keys.secret import Unprinted
from masking_service.observability.metrics import CallRefusal
from masking_service.outbound import (
    REQUEST_NONCE_BYTES,
    HttpAnswer,
    Outbound,
    OutboundBusy,
    OutboundError,
    SignedAnswer,
    read_signed_answer,
)
from masking_service.service.phone_calls.provider import (
    Binding,
    CallProviderError,
    Clock,
    Random,
    SentRecords,
    read_signed,
)

_REFUSALS: Final[Mapping[str, CallRefusal]] = {
    "pool-empty": "pool-empty",
    "flow-limit": "flow-limit",
    "number-not-reported": "number-not-reported",
}


class BindRequest(Unprinted, msgspec.Struct, frozen=True):
    """Asks for a number."""

    v: int
    act: Literal["bind"]
    nonce: str
    ref: str
    a: str
    b: str
    until: int


class UnbindRequest(msgspec.Struct, frozen=True):
    """Ends a binding."""

    v: int
    act: Literal["unbind"]
    nonce: str
    id: str


class Bound(Unprinted, SignedAnswer, frozen=True):
    """The answer to `BindRequest`; further members are ignored."""

    dial: str = ""
    id: Annotated[str, Meta(max_length=256)] = ""
    extension: str | None = None
    refused: str = ""


class Unbound(SignedAnswer, frozen=True):
    """The answer to `UnbindRequest`; further members are ignored."""


_Reply = TypeVar("_Reply", Bound, Unbound)


@dataclass(frozen=True, slots=True, repr=False)
class HttpsProvider:
    """A provider that speaks our protocol.

    Args:
        key: signs requests, answers and records.
    """

    _outbound: Outbound
    _key: MessageKey
    _clock: Clock
    _random: Random

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """See `CallProvider.bind`."""
        nonce = self._nonce()
        bound = self._ask(BindRequest(1, "bind", nonce, ref, a, b, until), nonce, Bound)
        if bound.refused:
            raise CallProviderError(_REFUSALS.get(bound.refused, "refused"))
        return Binding(bound.dial, bound.extension, bound.id)

    def unbind(self, binding: str) -> None:
        """See `CallProvider.unbind`."""
        nonce = self._nonce()
        self._ask(UnbindRequest(1, "unbind", nonce, binding), nonce, Unbound)

    def records(self, headers: Mapping[str, str], body: bytes) -> SentRecords:
        """See `CallProvider.records`."""
        return SentRecords(read_signed(self._key, headers, body, self._clock))

    def _nonce(self) -> str:
        return self._random(REQUEST_NONCE_BYTES).hex()

    def _ask(self, request: BindRequest | UnbindRequest, nonce: str, shape: type[_Reply]) -> _Reply:
        body = msgspec.json.encode(request)
        answer = ask(self._outbound, body, self._key.headers(self._clock(), body))
        try:
            return read_signed_answer(answer, self._key, nonce, shape)
        except ValueError:
            raise CallProviderError("invalid-answer") from None


def json_object(answer: HttpAnswer) -> Mapping[str, Any]:
    """Return the JSON object of an answer. Raises CallProviderError: it is none."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise CallProviderError("invalid-answer") from None
    if not isinstance(found, dict):
        raise CallProviderError("invalid-answer")
    return found


def ask(outbound: Outbound, body: bytes, headers: Mapping[str, str], **way: Any) -> HttpAnswer:
    """Ask a provider once. Raises CallProviderError where there is no complete answer in time."""
    try:
        return outbound.ask(body, headers, **way)
    except OutboundBusy:
        raise CallProviderError("busy") from None
    except OutboundError:
        raise CallProviderError("unreachable") from None
