"""The opening tier settles what intake hosts forward: it compares, revises, records and answers.

It trusts a host with nothing but the connection. The client's credential is checked here again, and conflicts are
budgeted by client and by host, so that a host that someone took over guesses no faster than a few clients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from keys.errors import ProviderError
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Admission, Gate
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import RequestContext
from masking_service.service.custody.state import Custody
from masking_service.service.people.errors import AccessError
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import service_principal, site_codes
from masking_service.service.tiers.forwarding import (
    MAX_RECORDS,
    Answered,
    NotSettled,
    Refused,
    Resubmission,
    Settled,
    Spent,
)
from masking_service.service.waybills.tokenize import Entering, HowToStore, Storing, entering_of
from masking_service.store.errors import StoreUnavailable

HOST_FACTOR: Final = 10
"""How many times the conflicts of one client all clients of an intake host have together, through that host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resubmit:
    """Settles records whose waybills are known, under one policy."""

    admission: Admission
    gate: Gate
    budgets: Budgets
    storing: Storing

    def __call__(self, host: str, asked: Resubmission, now: int) -> Answered:
        """Return what became of the records that a host forwarded.

        Args:
            host: its name, as its certificate shows.
            now: Unix seconds.

        Raises:
            ValueError: it is not what an intake host sends.
            IntegrityError: a stored value did not open at its place.
        """
        entering, how = _checked(asked)
        try:
            principal = self.admission.authenticator.authenticate(asked.authorization, asked.address, now)
            context = RequestContext(principal, asked.request_id, now)
            grant = self.gate.grant(principal, Permission.WAYBILL_TOKENIZE, profile=asked.profile)
            if asked.revise:
                self.gate.grant(principal, Permission.WAYBILL_REVISE)
            self._room_of_host(host, context, grant)
            outcomes = self.storing(context, grant, entering, how)
            self._count_for_host(host, context, grant, sum(one in ("conflict", "revision-limit") for one in outcomes))
        except QuotaExceeded as spent:
            return Spent(spent.window, spent.retry_at, spent.role, spent.counts, spent.scope)
        except AccessError as refusal:
            return Refused(refusal.code)
        except (StoreUnavailable, ProviderError):
            return NotSettled()
        return Settled(outcomes)

    def _room_of_host(self, host: str, context: RequestContext, grant: Grant) -> None:
        """Refuse where the clients of a host have spent its conflicts."""
        principal = service_principal(f"intake-{host}", context.principal.tenant)
        self.budgets.check(principal, of_host(grant), 1, context.now)

    def _count_for_host(self, host: str, context: RequestContext, grant: Grant, conflicts: int) -> None:
        """Count conflicts for a host. They are answered already, so it may spend more than it has, once."""
        principal = service_principal(f"intake-{host}", context.principal.tenant)
        for power in reversed(range(conflicts.bit_length())):
            if conflicts >> power & 1:
                try:
                    self.budgets.reserve(principal, of_host(grant), 2**power, context.now)
                except QuotaExceeded:
                    return


def of_host(grant: Grant) -> Grant:
    """Return the grant whose budget a host has: that of a client, several times."""
    if grant.budget is None:
        return grant
    windows = tuple(replace(window, limit=window.limit * HOST_FACTOR) for window in grant.budget.windows)
    return replace(grant, role="intake-host", budget=replace(grant.budget, counts="host_conflicts", windows=windows))


def _checked(asked: Resubmission) -> tuple[Sequence[Entering], HowToStore]:
    if not 0 < len(asked.records) <= MAX_RECORDS:
        raise ValueError("not a batch")
    if asked.site is not None:
        site_codes([asked.site])
    if any(normalise_waybill_no(one.number) != one.number for one in asked.records):
        raise ValueError("not a waybill number")
    custody = Custody(asked.site) if asked.site is not None else None
    return [entering_of(one.number, one.body) for one in asked.records], HowToStore(custody, asked.revise)
