"""The way to a provider: bounded, behind a circuit breaker, and believed only where its answer is sound.

No answer of a provider makes it pass on either person's own number.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, TypeVar

from masking_service.observability.metrics import CallRefusal
from masking_service.service.people.networks import Network, is_inside
from masking_service.service.phone_calls.development import NO_NUMBER
from masking_service.service.phone_calls.problems import CallsUnavailable
from masking_service.service.phone_calls.provider import (
    Binding,
    CallProvider,
    CallProviderError,
    SentRecords,
    UnsignedRecords,
)
from masking_service.store.connection import Breaker
from masking_service.store.errors import StoreUnavailable

_DIAL: Final = re.compile(rf"(?:{NO_NUMBER})?[0-9]{{5,20}}", re.ASCII).fullmatch
_EXTENSION: Final = re.compile(r"[0-9]{1,8}", re.ASCII).fullmatch
_ID_LENGTH: Final = 256
_TELLING_DIGITS: Final = 5
"""Digits of a number that exceed what a mask shows. Four may be the same by chance."""
_ANSWERED: Final = frozenset[CallRefusal]({"pool-empty", "number-not-reported", "refused"})
"""Refusals of a provider that is well."""

Outcome = Literal["bound", CallRefusal]
_Result = TypeVar("_Result")


class Line:
    """The provider of one policy; none where calls are not set up.

    Args:
        provider: binds numbers.
        lifetime: seconds that a call lives.
        counted: called with the outcome of each attempt to bind.
        records_from: the networks from which call records may come; None for any.
    """

    def __init__(
        self,
        provider: CallProvider | None,
        lifetime: int,
        counted: Callable[[Outcome], None],
        records_from: Sequence[Network] | None = None,
    ) -> None:
        self._provider = provider
        self.lifetime = lifetime
        self._counted = counted
        self._records_from = records_from
        self._breaker = Breaker()

    @property
    def is_set_up(self) -> bool:
        """Whether there is a provider."""
        return self._provider is not None

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """Return a bound number: one exchange. Raises CallsUnavailable: there is none."""
        try:
            bound = self._guarded(lambda provider: _sound(provider.bind(a, b, ref, until), {a, b}))
        except CallProviderError as refused:
            self._counted(refused.reason)
            raise CallsUnavailable(refused.reason) from None
        self._counted("bound")
        return bound

    def unbind(self, binding: str) -> None:
        """End a binding: one exchange. Raises CallsUnavailable: it may not be ended."""
        try:
            self._guarded(lambda provider: provider.unbind(binding))
        except CallProviderError as refused:
            raise CallsUnavailable(refused.reason) from None

    def records(self, headers: Mapping[str, str], body: bytes, address: str) -> SentRecords:
        """Return the records of a message from an address.

        Raises:
            UnsignedRecords: it is not from the provider, or not from its networks.
        """
        if self._provider is None:
            raise UnsignedRecords
        if self._records_from is not None and not is_inside(address, self._records_from):
            raise UnsignedRecords
        return self._provider.records(headers, body)

    def _guarded(self, exchange: Callable[[CallProvider], _Result]) -> _Result:
        """Ask the provider, unless it has just failed several times. Raises CallProviderError."""
        if self._provider is None:
            raise CallProviderError("not-set-up")
        try:
            self._breaker.check()
        except StoreUnavailable:
            raise CallProviderError("open-circuit") from None
        try:
            result = exchange(self._provider)
        except CallProviderError as refused:
            if refused.reason in _ANSWERED:
                self._breaker.succeeded()
            elif refused.reason != "busy":
                self._breaker.failed("unreachable")
            raise
        self._breaker.succeeded()
        return result


def _sound(binding: Binding, own: set[str]) -> Binding:
    """Return a binding that has a number to dial which is neither person's own; raise CallProviderError otherwise."""
    extension = binding.extension
    dialled = binding.dial + (extension or "")
    parts = [part for part in (binding.dial, extension or "") if len(part) >= _TELLING_DIGITS]
    sound = (
        _DIAL(binding.dial)
        and (extension is None or _EXTENSION(extension))
        and not any(number in dialled or any(part in number for part in parts) for number in own)
        and 0 < len(binding.id) <= _ID_LENGTH
    )
    if not sound:
        raise CallProviderError("invalid-answer")
    return binding
