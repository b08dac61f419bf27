"""The budget for conflicts. Without it, guessing stored values by tokenizing would be free."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from masking_service.audit.actions import Action
from masking_service.observability.alerts import Alerts
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.people.policy import Grant
from masking_service.service.state.once import OnceAWhile
from masking_service.service.vault.writing import Draft
from masking_service.store.errors import StoreUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictBudget:
    """Spends the conflict budget of tokenizing clients.

    A client without budget is not frozen, so that it can still print labels: an alert is raised instead.
    """

    budgets: Budgets
    once: OnceAWhile
    recorder: Recorder
    alerts: Alerts

    def spend(self, context: RequestContext, grant: Grant, drafts: Sequence[Draft], *, stored: bool) -> None:
        """Spend one for each conflict; one round trip if any draft was compared.

        A call that names known waybills needs room for one conflict at least, so that with nothing left a right guess
        is refused like a wrong one. A refused call uses up what is left: otherwise an oversized batch could be sent
        again and again, and tell at no cost whether one of its guesses was right.

        Args:
            stored: whether this call has stored records. Then it has to be answered, and where there is no room the
                outcome of each compared draft is ``quota-exceeded``, whatever it was.

        Raises:
            QuotaExceeded: there is no room, and the call has stored nothing.
            StoreUnavailable: it cannot be counted.
        """
        compared = [draft for draft in drafts if draft.compared]
        if not compared:
            return
        conflicts = sum(draft.outcome in ("conflict", "revision-limit") for draft in compared)
        try:
            if conflicts:
                self.budgets.reserve(context.principal, grant, conflicts, context.now)
            else:
                self.budgets.check(context.principal, grant, 1, context.now)
        except QuotaExceeded as refusal:
            for power in reversed(range(conflicts.bit_length())):
                with suppress(QuotaExceeded):
                    self.budgets.reserve(context.principal, grant, 2**power, context.now)
            first = True
            with suppress(StoreUnavailable):
                first = self.once.is_first(context.principal, "conflicts")
            if first:
                self.alerts.raise_alert("conflicts", context.principal)
            self.recorder.record_denial(context, Action.TOKENIZE, refusal.code, Stated(role=grant.role))
            if not stored:
                raise
            for draft in compared:
                draft.outcome = "quota-exceeded"
