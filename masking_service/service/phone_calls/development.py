"""The provider of development set-ups. It calls no one, and its numbers begin with no-number."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from keys.messages import MessageKey
from masking_service.service.phone_calls.provider import Binding, SentRecords
from masking_service.service.phone_calls.signed_records import read_signed

NO_NUMBER: Final = "no-number-700"
_DIGITS: Final = 12


class DevelopmentProvider:
    """Gives the same number for the same reference, in every worker.

    Args:
        key: signs call records, as with the `https` provider.
        clock: returns the time in Unix seconds.
    """

    def __init__(self, key: MessageKey, clock: Callable[[], int]) -> None:
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
