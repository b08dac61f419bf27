"""What an intake host asks of the opening tier, and what it answers: MessagePack over mutually authenticated HTTPS."""

from typing import Final

import msgspec

from keys.secret import Unprinted
from masking_service.service.vault.writing import Refusal
from masking_service.service.waybills.tokenize import Kept

PATH: Final = "/resubmissions"
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_RECORDS: Final = 1_000


class SubmittedAgain(Unprinted, msgspec.Struct, frozen=True, array_like=True):
    """A record whose waybill is known: its number, and what would be stored of it."""

    number: str
    body: bytes


class Resubmission(Unprinted, msgspec.Struct, frozen=True):
    """The records of one call whose waybills are known.

    Attributes:
        authorization, address: the client's credential and IP address; the opening tier checks them itself.
        request_id: of the call.
        profile: as the client named it.
        revise: whether other values become a new revision.
        site: who holds the waybills, where they have no custody yet.
        records: at most `MAX_RECORDS`.
    """

    authorization: str
    address: str
    request_id: str
    profile: str | None
    revise: bool
    site: str | None
    records: list[SubmittedAgain]


class Spent(msgspec.Struct, frozen=True, tag="spent"):
    """A budget has no room; see `QuotaExceeded`."""

    window: str
    retry_at: int
    role: str
    counts: str
    scope: str


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The caller may not: the code of the refusal."""

    code: str


class Settled(Unprinted, msgspec.Struct, frozen=True, tag="settled"):
    """What became of each record, in order."""

    outcomes: list[Kept | Refusal]


class NotSettled(msgspec.Struct, frozen=True, tag="unavailable"):
    """The opening tier cannot answer now."""


Answered = Settled | Spent | Refused | NotSettled
