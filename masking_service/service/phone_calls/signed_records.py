"""Reads signed call records: the format of the `https` provider, and of relays for others."""

import hmac
from collections.abc import Callable, Mapping
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from keys.messages import SIGNATURE, TIMESTAMP, MessageKey
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.phone_calls.provider import CallRecord, UnsignedRecords

TOLERANCE_SECONDS: Final = 300
MAX_RECORDS: Final = 100

Id = Annotated[str, Meta(min_length=1, max_length=128)]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One record as it is sent."""

    ref: Id
    id: Id
    at: Annotated[int, Meta(ge=0, lt=2**40)]
    seconds: Annotated[int, Meta(ge=0, le=SECONDS_A_DAY)]
    answered: bool
    rang: Annotated[int, Meta(ge=0, le=SECONDS_A_DAY, description="For how many seconds it rang.")] | None = None


class Records(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a message."""

    records: Annotated[list[Record], Meta(max_length=MAX_RECORDS)]


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
        sent = msgspec.json.decode(body, type=Records)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UnsignedRecords from None
    return [CallRecord(one.ref, one.id, one.at, one.seconds, one.answered, one.rang) for one in sent.records]
