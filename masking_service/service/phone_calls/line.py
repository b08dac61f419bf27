"""The way to a policy's provider: bounded, behind a circuit breaker, and believed only where its answer is sound.

No answer of a provider makes it pass on either person's own number.
"""

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeVar

from keys.errors import KeysetError
from keys.messages import MessageKey, ProviderSecret
from masking_service.observability.metrics import CallRefusal
from masking_service.outbound import Outbound
from masking_service.service.people.errors import PolicyError
from masking_service.service.people.networks import Network, is_inside
from masking_service.service.people.rules import CALL_LIFETIME, CallRule
from masking_service.service.phone_calls.aliyun import AliyunProvider
from masking_service.service.phone_calls.https import HttpsProvider
from masking_service.service.phone_calls.huawei import HuaweiProvider
from masking_service.service.phone_calls.problems import CallsUnavailable
from masking_service.service.phone_calls.provider import (
    AT_ONCE,
    TIMEOUT_SECONDS,
    Binding,
    CallProvider,
    CallProviderError,
    Clock,
    Random,
    SentRecords,
    UnsignedRecords,
    read_signed,
)
from masking_service.store.connection import Breaker

NO_NUMBER: Final = "no-number-700"
_DIGITS: Final = 12
DEVELOPMENT_KEY: Final = "dev-calls.key"
"""The key that signs call records in a development set-up, in the state directory."""
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
        if not self._breaker.lets_pass():
            raise CallProviderError("open-circuit")
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


class DevelopmentProvider:
    """The provider of development set-ups, which calls no one. A reference has the same number in every worker.

    Args:
        key: signs call records, as with the `https` provider.
    """

    def __init__(self, key: MessageKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """See `CallProvider.bind`. The numbers of the two people are not used."""
        del a, b, until
        number = int.from_bytes(hashlib.sha256(ref.encode()).digest()[:8], "big") % 10**_DIGITS
        return Binding(f"{NO_NUMBER}{number:0{_DIGITS}}", None, ref)

    def unbind(self, binding: str) -> None:
        """See `CallProvider.unbind`."""

    def records(self, headers: Mapping[str, str], body: bytes) -> SentRecords:
        """See `CallProvider.records`."""
        return SentRecords(read_signed(self._key, headers, body, self._clock))


def load_line(
    rule: CallRule | None,
    folder: Path,
    *,
    development_key: Path | None,
    clock: Clock,
    random: Random,
    counted: Callable[[Outcome], None],
) -> Line:
    """Return the line to a policy's provider; in development without one, to a provider without calls.

    Args:
        development_key: the key file of a development set-up; None elsewhere.

    Raises:
        PolicyError: a key cannot be used, or the URL is not https outside development.
    """
    if rule is not None:
        provider = load_provider(rule, folder, development=development_key is not None, clock=clock, random=random)
        networks = [ipaddress.ip_network(network) for network in rule.records_from]
        # Huawei's body is not signed: its records come from the networks that the policy names, or not at all.
        anywhere = not networks and rule.provider != "huawei"
        return Line(provider, rule.lifetime, counted, None if anywhere else networks)
    if development_key is None:
        return Line(None, CALL_LIFETIME, counted)
    return Line(DevelopmentProvider(MessageKey.read(development_key), clock), CALL_LIFETIME, counted)


def load_provider(rule: CallRule, folder: Path, *, development: bool, clock: Clock, random: Random) -> CallProvider:
    """Return the provider of a rule, with its keys read. Raises PolicyError, as `load_line`."""
    if not development and not rule.url.startswith("https://"):
        raise PolicyError([("calls.url", "has to begin with https:// outside development")])
    outbound = Outbound(rule.url, name="calls", seconds=TIMEOUT_SECONDS, at_once=AT_ONCE, wait=0)
    if rule.provider == "https":
        return HttpsProvider(outbound, _message_key(folder, rule.key, "key"), clock, random)
    try:
        secret = ProviderSecret.read(folder / rule.key)
    except (KeysetError, OSError):
        raise PolicyError([("calls.key", "has to be a file that only the service reads, and not empty")]) from None
    if rule.provider == "huawei":
        return HuaweiProvider(outbound, rule, secret, clock, random)
    records_key = _message_key(folder, rule.records_key, "records_key") if rule.records_key else None
    return AliyunProvider(outbound, rule, secret, records_key, clock, random)


def _message_key(folder: Path, name: str, member: str) -> MessageKey:
    try:
        return MessageKey.read(folder / name)
    except (KeysetError, OSError):
        reason = "has to be a file that only the service reads, of at least 32 bytes"
        raise PolicyError([(f"calls.{member}", reason)]) from None
