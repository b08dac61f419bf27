"""What a provider of privacy numbers does, and how it and relays for others sign their records of calls.

A reference names one call. Asked twice under the same reference, a provider binds
once. No error holds a number, and no word of a provider is repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple, Protocol

import msgspec
from msgspec import Meta

from keys.messages import TIMESTAMP, MessageKey
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.observability.metrics import CallRefusal

Clock = Callable[[], int]
"""Returns the time in Unix seconds."""
Random = Callable[[int], bytes]
"""Returns that many random bytes."""
Id = Annotated[str, Meta(min_length=1, max_length=128)]

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
    """A bound number. `extension` is what to dial after it; None without one."""

    dial: str = field(repr=False)
    extension: str | None = field(repr=False)
    id: str = field(repr=False)


class CallRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attempt to reach a person through a binding."""

    ref: Annotated[Id, Meta(description="The `call` of the answer to POST /v1/calls.")]
    id: Annotated[Id, Meta(description="Names the record. The same one may come several times.")]
    at: Annotated[int, Meta(ge=0, lt=2**40, description="When it began, in Unix seconds.")]
    seconds: Annotated[int, Meta(ge=0, le=SECONDS_A_DAY, description="How long they spoke.")]
    answered: Annotated[bool, Meta(description="Whether the person answered.")]
    rang: (
        Annotated[int, Meta(ge=0, le=SECONDS_A_DAY, description="For how many seconds it rang; left out if not known.")]
        | None
    ) = None


class SentRecords(NamedTuple):
    """The records of a message, and its nonce where its signature does not cover the body."""

    records: Sequence[CallRecord]
    nonce: str = ""


class CallProvider(Protocol):
    """Binds privacy numbers.

    In a rule's mode `extension` the person who is called gets an extension of a number, and dialling both reaches them:
    the caller's own number is not bound.
    """

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


TOLERANCE_SECONDS: Final = 300
MAX_RECORDS: Final = 100


class Records(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a message."""

    records: Annotated[list[CallRecord], Meta(max_length=MAX_RECORDS)]


def read_signed(key: MessageKey, headers: Mapping[str, str], body: bytes, clock: Clock) -> list[CallRecord]:
    """Return the records of a message. Raises UnsignedRecords."""
    timestamp = headers.get(TIMESTAMP.lower(), "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("10000000000")):
        raise UnsignedRecords
    if not key.has_signed(headers, timestamp, body):
        raise UnsignedRecords
    if abs(clock() - int(timestamp)) > TOLERANCE_SECONDS:
        raise UnsignedRecords
    try:
        return msgspec.json.decode(body, type=Records).records
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnsignedRecords from None
