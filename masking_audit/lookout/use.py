"""Lists the people whose entries look like theft, raises alerts, and freezes where the policy says so.

Runs outside the service's processes, once a day: what it decides is in the audit
log before it is done, and no request waits for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from masking_audit.lookout.ranking import MAX_LISTED, rank, to_freeze
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.observability.alerts import Alerts
from masking_service.service.call.recorder import NOTHING_STATED, Recorder, RequestContext
from masking_service.service.freezes.state import FreezeByPolicy, Freezes
from masking_service.service.lookout.reasons import Reason
from masking_service.service.lookout.state import Shortlists, StoredListing, StoredReason
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal, service_principal

LOOKOUT: Final = "lookout"
"""The service principal that lists people, in the audit log."""
REMEMBERED_SECONDS: Final = 7 * SECONDS_A_DAY
"""For how long a person is not listed again, unless there is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Lists people of one tenant, under one policy."""

    policy: Policy
    freezes: Freezes
    shortlists: Shortlists
    freezing: FreezeByPolicy
    recorder: Recorder
    alerts: Alerts

    def __call__(self, tenant: str, reasons: Iterable[Reason], now: int) -> list[StoredListing]:
        """List at most five people a day. Round trips: two, and three where anyone is listed; three for each freeze.

        Raises:
            StoreUnavailable, IntegrityError: it may or may not be written; the same call can be made again.
        """
        frozen = {one.id for one in self.freezes.listed(tenant)}
        before = self.shortlists.of(tenant)
        totals: dict[str, float] = {}
        for one in before:
            if one.at >= now - REMEMBERED_SECONDS:
                totals[one.id] = max(one.total, totals.get(one.id, 0.0))
        today = sum(one.at // SECONDS_A_DAY == now // SECONDS_A_DAY for one in before)
        rules = self.policy.rules.lookout
        found = rank(reasons, totals, frozen, MAX_LISTED - today, rules.alone)
        freezing = {one.person for one in to_freeze(found, rules.freeze)}
        listed = [
            StoredListing(
                id=one.person,
                at=now,
                total=round(one.total, 1),
                frozen=one.person in freezing,
                reasons=[_stored_reason(reason) for reason in one.reasons],
            )
            for one in found
        ]
        if listed:
            self._write(tenant, listed, now)
        for one in listed:
            context = RequestContext(Principal(one.id, tenant, (), frozenset(), "jwt"), "", now)
            self.alerts.raise_alert("lookout", context.principal)
            if one.frozen:
                self.freezing.freeze(context, "lookout")
        return listed

    def _write(self, tenant: str, listed: list[StoredListing], now: int) -> None:
        context = RequestContext(service_principal(LOOKOUT, tenant), "", now)
        prepare = partial(self.shortlists.prepare, tenant, listed, now)
        self.recorder.change(context, Action.LOOKOUT, NOTHING_STATED, prepare)


def _stored_reason(reason: Reason) -> StoredReason:
    figures = round(reason.observed, 3), reason.total, round(reason.expected, 3)
    return StoredReason(reason.signal, round(reason.score, 1), *figures, reason.other)
