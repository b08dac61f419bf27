"""The refusals of calls that are not about who is calling."""

from collections.abc import Sequence
from typing import Final

from masking_service.service.people.errors import AccessError

Places = Sequence[tuple[str, str]]
"""A place and a code, for each fault. A place is the JSON Pointer of a member of what was asked."""


class NotFound(Exception):
    """Unknown, another tenant's, outside custody, erased or expired: the caller is not told which.

    Attributes:
        places: what of the request cannot name anything, if that is so.
    """

    code: Final = "not-found"

    def __init__(self, places: Places = ()) -> None:
        super().__init__()
        self.places = places


class InvalidRequest(Exception):
    """A request whose members have the wrong values: `places` says which, and why."""

    code: Final = "invalid-request"

    def __init__(self, places: Places) -> None:
        super().__init__()
        self.places = places


class UnknownSchema(Exception):
    """There is no schema of that name."""

    code: Final = "unknown-schema"
    places: Final[Places] = (("/schema", code),)


class SeveralWaybills(Exception):
    """A record of that schema holds several waybills: it can be masked, not tokenized."""

    code: Final = "several-waybills"
    places: Final[Places] = (("/schema", code),)


class QuotaExceeded(AccessError, code="quota-exceeded"):
    """A budget has no room for this call, and nothing was taken.

    `window` is the one that frees last (such as `1h`), `retry_at` when that is, in Unix seconds. `role` and `counts`
    say whose budget it is, and of what; `scope` whether it is that of one `person`, or of all of a `role` or `tenant`.
    `at_most` is what one call can count at most, where this one counts more and so never fits; else 0.
    """

    def __init__(
        self, window: str, retry_at: int, *, role: str, counts: str, scope: str = "person", at_most: int = 0
    ) -> None:
        self.at_most = at_most
        self.scope = scope
        self.window = window
        self.retry_at = retry_at
        self.role = role
        self.counts = counts


class CaseRequired(AccessError, code="case-required"):
    """The purpose, or a waybill number instead of a token, needs a case."""


class SignatureRequired(AccessError, code="signature-required"):
    """The policy wants this act signed by the person's own key, for this server and policy."""


class DeviceProofRequired(AccessError, code="device-proof-required"):
    """The policy wants a proof of this request by a device of the person's own, with this nonce in it."""

    def __init__(self, nonce: str) -> None:
        self.nonce = nonce


class SignatureInvalid(AccessError, code="signature-invalid"):
    """The signature is wrong, old, used, by another key or over another act; the caller is not told which.

    It never counts against the person: a stolen sign-in could freeze everyone. `reason` is a fixed sentence of this
    code base for the log, so that an operator can tell a wrong set-up from an attack; it must not reach the caller.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


class OutsideUnavailable(Exception):
    """A system outside this service did not do what the call needs."""
