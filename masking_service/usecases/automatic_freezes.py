"""Freezes by policy: whoever guesses, or goes on far beyond a budget, is frozen by the service itself, with an alert.

Misses in a row, and calls that a budget refused within a minute, are counted
over all workers. A miss that cannot be counted is not answered.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import Final, Literal

from keys.errors import IntegrityError
from masking_service.access.errors import QuotaExceeded
from masking_service.access.freezes import Freeze, Freezes
from masking_service.access.principals import service_principal
from masking_service.access.rules import WatchRules
from masking_service.access.tallies import Tallies
from masking_service.observability.alerts import Alerts
from masking_service.observability.metrics import Metrics
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.journal import Call, Journal

HAND: Final = "watch"
"""As whom the service freezes, in the audit log."""


class Watch:
    """What the service itself does about callers, under one policy."""

    def __init__(
        self,
        *,
        rules: WatchRules,
        freezes: Freezes,
        tallies: Tallies,
        journal: Journal,
        alerts: Alerts,
        metrics: Metrics,
    ) -> None:
        self._rules = rules
        self._freezes = freezes
        self._tallies = tallies
        self._journal = journal
        self._alerts = alerts
        self._metrics = metrics

    def misses(self, call: Call, before: int, shown: Sequence[bool]) -> None:
        """Count what a call opened and did not, before it is answered.

        No round trip where everything was shown and nothing was missed before, else one. The call that fills the
        row is answered; the next one is refused.

        Args:
            before: how long the caller's row of misses was.
            shown: for each item in order, whether it opened or showed something.

        Raises:
            StoreUnavailable, IntegrityError: it cannot be counted, so nothing may be answered.
        """
        rows = [(hit, len([*items])) for hit, items in groupby(shown)]
        if rows in ([], [(True, len(shown))]) and not before:
            return
        if not any(shown):
            longest = self._tallies.add_misses(call.principal, len(shown)) if shown else 0
        else:
            if not rows[0][0]:
                rows[0] = (False, rows[0][1] + before)
            self._tallies.begin_misses(call.principal, 0 if rows[-1][0] else rows[-1][1])
            longest = max((count for hit, count in rows if not hit), default=0)
        if longest >= self._rules.misses:
            self._freeze(call, "misses")

    @contextmanager
    def refusals(self, call: Call) -> Iterator[None]:
        """Count the call inside if a budget refuses it; it stays refused, whatever comes of that."""
        try:
            yield
        except QuotaExceeded:
            with suppress(StoreUnavailable, IntegrityError):
                if self._tallies.add_refusal(call.principal) >= self._rules.refusals:
                    self._freeze(call, "burst")
            raise

    def conflicts_spent(self, call: Call) -> None:
        """Say, once a minute, that a client's budget for conflicts is spent. It is not frozen: labels must go on."""
        try:
            first = self._tallies.first_this_minute(call.principal, "conflicts")
        except StoreUnavailable:
            first = True
        if first:
            self._alerts.raise_alert("conflicts", call.principal)

    def _freeze(self, call: Call, why: Literal["misses", "burst"]) -> None:
        caller = call.principal
        watch = Call(service_principal(HAND, caller.tenant), call.request_id, call.now)
        wanted = Freeze(id=caller.id, since=call.now, why=why, by=watch.principal.id)
        with self._journal.changing(watch, "freeze", purpose=why, subject=caller.id) as announce:
            _, new = self._freezes.freeze(caller.tenant, wanted, announce)
        if new:  # else somebody was before us
            self._metrics.freeze(why)
            self._alerts.raise_alert(why, caller)
