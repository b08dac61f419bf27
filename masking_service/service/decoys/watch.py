"""Notices who names a phantom, and freezes them if they are a signed-in person.

A machine's client is never frozen: a barcode that anyone can print must not stop
a scan feed. The answer is the same as for any other waybill, and no round trip is added:
what follows is done by another thread. This process refuses the caller from the
next call on; the others do when the freeze is written, as with any freeze.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import sleep
from typing import Final

from keys.errors import IntegrityError, ProviderError
from masking_service.observability.alerts import Alerts
from masking_service.service.call.recorder import RequestContext
from masking_service.service.decoys.state import Decoys, Hit
from masking_service.service.freezes.state import Freezes
from masking_service.service.freezes.use import FreezeByPolicy
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.store.errors import StoreUnavailable

PAUSES: Final = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each attempt to write a freeze."""
ALERT_DELAY: Final = 0.1
"""Seconds before an alert without a freeze, so that its work does not slow down the call that caused it."""

Defer = Callable[[Callable[[], None]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecoyWatch:
    """Watches which waybills are named, under one policy.

    Attributes:
        policy: says which roles are people's.
        decoys: the phantoms.
        freezes: refuses a caller until the freeze is written.
        freezing: writes the freeze.
        alerts: raises the alert `decoy`.
        defer: runs something later, in another thread.
    """

    policy: Policy
    decoys: Decoys
    freezes: Freezes
    freezing: FreezeByPolicy
    alerts: Alerts
    defer: Defer

    def notice(self, context: RequestContext, bases: Sequence[bytes], *, freeze: bool = True) -> None:
        """Note that the caller named these waybills.

        No round trip.

        Args:
            freeze: whether naming a phantom here freezes a person; otherwise it only raises the alert.

        Raises:
            IntegrityError: the list of decoys could not be read, so nothing may be answered.
        """
        found = self.decoys.phantoms(context.principal.tenant, bases)
        if not found:
            return
        freeze = freeze and self._is_person(context.principal)
        if freeze:
            self.freezes.announce(context.principal)
        self.defer(lambda: self._act(context, found, freeze=freeze))

    def _is_person(self, principal: Principal) -> bool:
        """Whether a signed-in person calls, or in development a key with a role of people."""
        return principal.source == "jwt" or any(role.staff_only for role in self.policy.roles_of(principal))

    def _act(self, context: RequestContext, found: Sequence[bytes], *, freeze: bool) -> None:
        if not freeze:
            sleep(ALERT_DELAY)
        self.alerts.raise_alert("decoy", context.principal)
        entry = self._freeze(context) if freeze else ""
        with suppress(StoreUnavailable):  # a count decides nothing
            hit = Hit(context.now, context.principal.id, entry)
            self.decoys.add_hits(context.principal.tenant, found, hit)

    def _freeze(self, context: RequestContext) -> str:
        """Freeze the caller, and return the id of the audit entry.

        Where that fails for long, this process goes on refusing them, and there is none.
        """
        for pause in PAUSES:
            sleep(pause)
            with suppress(StoreUnavailable, IntegrityError, ProviderError):
                entry = self.freezing.freeze(context, "decoy")
                self.freezes.withdraw(context.principal)
                return entry
        return ""
