"""The one door: whoever is frozen is refused, and everybody else by the policy."""

from masking_service.access.freezes import Freezes
from masking_service.access.policy import Grant, Policy
from masking_service.access.principals import Principal


class Gate:
    """Grants permissions under one policy.

    Args:
        policy: what roles may do.
        freezes: who may do nothing.
    """

    def __init__(self, policy: Policy, freezes: Freezes) -> None:
        self._policy = policy
        self._freezes = freezes

    def grant(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> Grant:
        """What lets this principal do this. A freeze counts once this process has heard of it, within two seconds.

        Raises:
            Frozen: the principal is frozen.
            Forbidden, ProfileRequired, PurposeRequired: see `Policy.grant`.
        """
        self._freezes.refuse(principal)
        return self._policy.grant(principal, permission, profile=profile, purpose=purpose)

    def grant_live(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> Grant:
        """The same for what may show a value: a freeze is read from the store, one round trip.

        Raises:
            Frozen, Forbidden, ProfileRequired, PurposeRequired: as in `grant`.
            StoreUnavailable: it cannot be told whether the principal is frozen.
        """
        granted = self.grant(principal, permission, profile=profile, purpose=purpose)
        self._freezes.refuse_live(principal)
        return granted
