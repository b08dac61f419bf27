"""Reads signed call records: the format of the `https` provider, and of relays for others."""

import hmac
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_service.service.phone_calls.provider import CallRecord, UnsignedRecords

TOLERANCE_SECONDS: Final = 300
MAX_RECORDS: Final = 100


class Records(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a message."""

    records: Annotated[list[CallRecord], Meta(max_length=MAX_RECORDS)]


def read_signed(key: MessageKey, headers: Mapping[str, str], body: bytes, clock: Callable[[], int]) -> list[CallRecord]:
    """Return the records of a message. Raises UnsignedRecords."""
    timestamp = headers.get(TIMESTAMP.lower(), "")
    given = headers.get(SIGNATURE.lower(), "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("10000000000")):
        raise UnsignedRecords
    if not hmac.compare_digest(given.encode(), key.signature(timestamp, body).encode()):
        raise UnsignedRecords
    if abs(clock() - int(timestamp)) > TOLERANCE_SECONDS:
        raise UnsignedRecords
    try:
        return msgspec.json.decode(body, type=Records).records
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnsignedRecords from None
