"""What a provider of privacy numbers does.

A reference names one call. Asked twice under the same reference, a provider binds
once. No error holds a number, and no word of a provider is repeated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from masking_service.observability.metrics import CallRefusal

TIMEOUT_SECONDS: Final = 1.0
AT_ONCE: Final = 4
"""Exchanges of a process at once; more are refused, so a hanging provider leaves most threads free."""


class CallProviderError(Exception):
    """The provider gave no number. `reason` is a fixed word."""

    def __init__(self, reason: CallRefusal) -> None:
        super().__init__(reason)
        self.reason: CallRefusal = reason


class UnsignedRecords(Exception):
    """Call records that the provider did not sign, or not lately."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A bound number.

    Attributes:
        dial: the number to dial.
        extension: what to dial after it; None without one.
        id: names the binding to the provider.
    """

    dial: str = field(repr=False)
    extension: str | None = field(repr=False)
    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One attempt to reach a person through a binding.

    Attributes:
        ref: the reference of the call.
        id: names the record; the same one may come several times.
        at: when it began, in Unix seconds.
        seconds: how long they spoke.
        answered: whether the person answered.
        rang: for how many seconds the person's phone rang; None where the provider does not tell.
    """

    ref: str
    id: str
    at: int
    seconds: int
    answered: bool
    rang: int | None = None


class SentRecords(NamedTuple):
    """The records of a message, and its nonce where its signature does not cover the body."""

    records: Sequence[CallRecord]
    nonce: str = ""


class CallProvider(Protocol):
    """Binds privacy numbers."""

    def bind(self, a: str, b: str, ref: str, until: int) -> Binding:
        """Bind a number through which `a` reaches `b`: one exchange.

        Args:
            a, b: digits, as dialled in China.
            ref: the reference of the call: 32 of ``A-Z a-z 0-9 _ -``.
            until: when the binding ends, in Unix seconds.

        Raises:
            CallProviderError: there is no number.
        """

    def unbind(self, binding: str) -> None:
        """End a binding, known or not: one exchange. Raises CallProviderError."""

    def records(self, headers: Mapping[str, str], body: bytes) -> SentRecords:
        """Return the records of a signed message.

        Args:
            headers: by their names in lower case.

        Raises:
            UnsignedRecords: it is not from the provider, or is none of its messages.
        """
