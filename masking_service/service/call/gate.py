"""Grants permissions: refuses frozen principals, then asks the policy."""

from collections.abc import Sequence
from typing import Protocol

from masking_service.service.freezes.state import Freezes
from masking_service.service.people.errors import AccessError, Forbidden
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import Principal
from masking_service.store.question import Question


class FreezeCheck(Protocol):
    """Knows who is frozen."""

    def refuse(self, principal: Principal) -> None:
        """Raise Frozen if the principal is known to be frozen."""
        ...


class Gate:
    """Grants permissions under one policy, by the freezes that this process has read.

    Args:
        policy: what roles may do.
        freezes: who may do nothing.
    """

    def __init__(self, policy: Policy, freezes: FreezeCheck) -> None:
        self._policy = policy
        self._freezes = freezes

    def grant(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> Grant:
        """Return a permission's grant, without a round trip.

        A freeze counts when this process has read it, within two seconds.

        Raises:
            Frozen: the principal is frozen.
            Forbidden, ProfileRequired, PurposeRequired: see `Policy.grant`.
        """
        self._freezes.refuse(principal)
        return self._policy.grant(principal, permission, profile=profile, purpose=purpose)

    def refuse_frozen(self, principal: Principal) -> None:
        """Refuse a principal whom this process knows to be frozen. No round trip. Raises Frozen."""
        self._freezes.refuse(principal)

    def require(self, principal: Principal, permissions: Sequence[str]) -> None:
        """Refuse a caller who has none of these permissions.

        Profiles and purposes do not matter. It grants nothing, and a caller who has one may still be frozen.

        Raises:
            Forbidden: no role has one of them.
            Frozen: the same, and the principal is frozen.
        """
        if not any(self._policy.permits(principal, permission) for permission in permissions):
            self._freezes.refuse(principal)
            raise Forbidden


class LiveGate(Gate):
    """A gate that also reads from the store whether a principal is frozen now.

    Args:
        policy: what roles may do.
        freezes: who may do nothing.
    """

    _freezes: Freezes

    def __init__(self, policy: Policy, freezes: Freezes) -> None:
        super().__init__(policy, freezes)
        self._freezes = freezes

    def grant_and_freeze_question(
        self, principal: Principal, permission: str, *, profile: str | None = None, purpose: str | None = None
    ) -> tuple[Grant, Question[int]]:
        """Return the grant of what may show a value, and the question whether the principal is frozen now.

        The grant holds once `Freezes.freeze_question`, the question, is answered: it raises where it does not.

        Raises:
            Frozen, Forbidden, ProfileRequired, PurposeRequired: as in `grant`.
        """
        try:
            granted = self._policy.grant(principal, permission, profile=profile, purpose=purpose)
        except AccessError:
            self._freezes.refuse(principal)  # a frozen caller learns nothing about the policy
            raise
        return granted, self._freezes.freeze_question(principal)

    def grant_live(self, principal: Principal, permission: str) -> Grant:
        """Return the grant of a caller who is not frozen now: one round trip, none for whom the policy refuses.

        Raises:
            Frozen, Forbidden, ProfileRequired, PurposeRequired: as in `grant`.
            StoreUnavailable, IntegrityError: it cannot be told whether the principal is frozen.
        """
        granted, _ = self.grant_and_freeze_question(principal, permission)
        self._freezes.refuse_live(principal)
        return granted
