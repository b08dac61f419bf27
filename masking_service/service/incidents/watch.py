"""Raises the alert `incident-deadline` before each deadline of an incident, until the report is noted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from masking_service.observability.alerts import Alerts
from masking_service.service.incidents.duties import duties_of
from masking_service.service.incidents.state import IncidentLists
from masking_service.service.people.principals import service_principal
from masking_service.service.state.once import OnceAWhile

WATCH: Final = "incidents"
"""The service principal that an alert names."""
SHORTEST: Final = 15 * 60
"""Seconds between alerts about a deadline, at least; else a quarter of the time to it."""


@dataclass(frozen=True, slots=True)
class DeadlineWatch:
    """Watches the deadlines of all tenants. Of all workers one raises an alert."""

    lists: IncidentLists
    once: OnceAWhile
    alerts: Alerts

    def check(self, tenants: Iterable[str], now: int) -> None:
        """Raise the alerts due at `now`, Unix seconds: one round trip a tenant, and one for each deadline that is near.

        Raises:
            StoreUnavailable, IntegrityError: some incidents could not be read.
        """
        for tenant in tenants:
            principal = service_principal(WATCH, tenant)
            for incident in self.lists.listed(tenant):
                for duty in duties_of(incident):
                    if duty.alert_at and now >= duty.alert_at:
                        what = f"deadline {incident.name} {duty.key}"
                        pause = max(SHORTEST, (duty.deadline - duty.alert_at) // 4)
                        if self.once.is_first(principal, what, pause):
                            self.alerts.raise_alert("incident-deadline", principal)
