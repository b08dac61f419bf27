"""The refusals of this package, with their problem codes.

No error here ever holds a credential, a claim, an address or any other value that a caller sent.
"""

from collections.abc import Sequence
from typing import ClassVar

from masking_service.texts import Text


class AccessError(Exception):
    """A caller is refused. `code` is the problem's code."""

    code: ClassVar[str]

    def __init_subclass__(cls, *, code: str | None = None) -> None:
        cls.code = code or cls.code

    def __str__(self) -> str:
        return self.code


class Unauthenticated(AccessError, code="unauthenticated"):
    """The credential is not valid. The caller is told nothing more.

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


class IssuerUnavailable(AccessError, code="issuer-unavailable"):
    """The issuer's keys are not available, so its access tokens cannot be checked.

    `reason` is for the log: why TLS failed, empty if something else did.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason = reason


class Forbidden(AccessError, code="forbidden"):
    """No role of the principal grants this.

    `member` names the member of the request that the roles may not use: ``profile`` or ``purpose``. It is empty if they
    may not make such a call at all.
    """

    def __init__(self, member: str = "") -> None:
        self.member = member


class NotInPolicy(AccessError, code="forbidden"):
    """The policy does not have what is asked for, as `detail` says."""

    detail: ClassVar[Text]


class Frozen(AccessError, code="frozen"):
    """The principal is frozen until another one unfreezes it."""


class ProfileRequired(AccessError, code="profile-required"):
    """The principal has several profiles; the request has to name one."""


class PurposeRequired(AccessError, code="purpose-required"):
    """Nothing is opened without a stated purpose."""


class ClientError(Exception):
    """A change of the client registry is refused. The text says why."""


class PolicyError(Exception):
    """The policy has faults and must not be used.

    `faults` holds every `(path, reason)` found, such as `("roles.courier.profiles[0]", "no such profile")`;
    `source` is the name of the file. Reasons name what would be right, never the value.
    """

    def __init__(self, faults: Sequence[tuple[str, str]], source: str = "policy") -> None:
        self.faults = tuple(faults)
        self.source = source
        super().__init__("\n".join(f"{source}: {path}: {reason}" for path, reason in self.faults))
