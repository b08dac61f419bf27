"""The refusals of this package, with their problem codes.

No error here ever holds a credential, a claim, an address or any other value that a caller sent.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

CallRefusal = Literal[
    "busy",
    "unreachable",
    "open-circuit",
    "invalid-answer",
    "pool-empty",
    "flow-limit",
    "number-not-reported",
    "refused",
    "not-set-up",
]
"""Why there is no number to dial. This service finds the first four and the last, the provider the others."""


class AccessError(Exception):
    """A caller is refused. `code` is the problem's code."""

    code: ClassVar[str]

    def __init_subclass__(cls, *, code: str | None = None) -> None:
        cls.code = code or cls.code

    def __str__(self) -> str:
        return self.code


class Unauthenticated(AccessError, code="unauthenticated"):
    """The credential is not valid.

    The caller is told nothing more.

    `reason` is one of a few fixed words of this code base (such as `expired`) for logs and metrics;
    it must not reach the caller, who could tell a revoked key from one that never was.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


class SignInRequired(AccessError, code="sign-in-required"):
    """The sign-in is too old or weak for unmasking.

    `acr` and `max_age` (seconds) are what the issuer's rule asks for, None where it asks for nothing:
    the two parameters of the challenge in RFC 9470, section 3.
    """

    def __init__(self, acr: str | None, max_age: int | None) -> None:
        self.acr = acr
        self.max_age = max_age


class SignatureRequired(AccessError, code="signature-required"):
    """The policy wants a signature over this act by a key of the person's own, made for this server and policy."""


class SignatureInvalid(AccessError, code="signature-invalid"):
    """The signature is wrong, too old, used before, by another key, or over another act: the caller is not told which.

    It never counts against the person: a stolen sign-in could freeze everyone. `reason` is a fixed sentence of this
    code base for the log, so that an operator can tell a wrong set-up from an attack; it must not reach the caller.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


class DeviceProofRequired(AccessError, code="device-proof-required"):
    """The policy wants a proof of this request by a device of the person's own, with this nonce in it."""

    def __init__(self, nonce: str) -> None:
        self.nonce = nonce


class NoSignatures(AccessError, code="forbidden"):
    """The policy has no section on signatures."""


class NoDevices(AccessError, code="forbidden"):
    """The policy has no section on devices."""


class TooManyKeys(AccessError, code="too-many-keys"):
    """The person has as many active keys as one may have."""


class IssuerUnavailable(AccessError, code="issuer-unavailable"):
    """The issuer's keys are not available, so its access tokens cannot be checked.

    `reason` is for the log: why TLS failed, empty if something else did.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason = reason


class Forbidden(AccessError, code="forbidden"):
    """No role of the principal grants this.

    `member` names what of the request the roles may not use: ``profile`` or ``purpose``. It is empty where they may not
    do it at all.
    """

    def __init__(self, member: str = "") -> None:
        self.member = member


class NoSearchIndex(Forbidden):
    """The tenant's policy keeps no index for this search."""


class Frozen(AccessError, code="frozen"):
    """The principal is frozen until another one unfreezes it."""


class ProfileRequired(AccessError, code="profile-required"):
    """The principal has several profiles; the request has to name one."""


class PurposeRequired(AccessError, code="purpose-required"):
    """Nothing is opened without a stated purpose."""


class ClientError(Exception):
    """A change of the client registry is refused.

    The text says why.
    """


class PolicyError(Exception):
    """The policy has faults and must not be used.

    `faults` holds every `(path, reason)` found, such as `("roles.courier.profiles[0]", "no such profile")`;
    `source` is the name of the file. Reasons name what would be right, never the value.
    """

    def __init__(self, faults: Sequence[tuple[str, str]], source: str = "policy") -> None:
        self.faults = tuple(faults)
        self.source = source
        super().__init__("\n".join(f"{source}: {path}: {reason}" for path, reason in self.faults))


class CaseRequired(AccessError, code="case-required"):
    """The purpose, or a waybill number instead of a token, needs a case."""


class CaseNotOpen(AccessError, code="case-not-open"):
    """The case opens nothing for this caller: it is unknown, pending, denied, closed, expired or another officer's.

    `state` says which, for callers who may read the case; for all others it is empty.
    """

    def __init__(self, state: str = "") -> None:
        self.state = state


class OwnCase(AccessError, code="own-case"):
    """The caller opened or approved the case, and opens nothing under it."""


class NoSuchCase(AccessError, code="not-found"):
    """There is no case of that name that the caller may see."""


class CaseExists(AccessError, code="case-exists"):
    """The name of a case was used before."""


class UnknownCaseNumber(AccessError, code="unknown-case-number"):
    """The ticket system does not know the number."""


class TicketMismatch(AccessError, code="ticket-mismatch"):
    """The ticket is closed, or does not list all waybills of the case."""


class CaseCheckUnavailable(AccessError, code="case-check-unavailable"):
    """The ticket system gave no valid answer in time.

    `reason` is for the log and for `doctor`: why TLS failed, or what is wrong with the answer; empty if none came.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason = reason


class CallsUnavailable(AccessError, code="calls-unavailable"):
    """The provider gave no number to dial.

    `reason` is a fixed word for logs and metrics; a `CallRefusal`.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Held(AccessError, code="held"):
    """A legal hold keeps the waybill, so it is not erased."""


class Restricted(AccessError, code="restricted"):
    """The waybill is restricted to purposes that this call is not for."""


class NoCallerNumber(AccessError, code="no-caller-number"):
    """The caller has no phone number on file from which to call."""


class NotCallable(AccessError, code="not-callable"):
    """The field holds no number that can be dialled."""


class CaseNotPending(AccessError, code="case-not-pending"):
    """The case is not pending, so there is nothing to decide."""


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
