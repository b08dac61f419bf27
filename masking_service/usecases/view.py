"""Shows waybills through a profile.

Permission comes before any look-up. Where the profile shows a kind in full, the
view spends a budget, and its audit entry is durable before anything is answered.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from keys.keyring import Keyring
from masking_service.access.budgets import Budgets
from masking_service.access.custody import Custodies
from masking_service.access.disclosures import Disclosures
from masking_service.access.gate import Gate
from masking_service.access.policy import Policy
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from masking_service.usecases.answers import waybills as answers
from masking_service.usecases.decoy_watch import DecoyWatch
from masking_service.usecases.freezes import FreezeByPolicy
from masking_service.usecases.recorder import RELEASED, Call, ItemOutcome, Recorder
from masking_service.usecases.results import NOT_FOUND, normalised
from masking_service.usecases.showing import reached, shown, viewed
from masking_service.vault.vault import Vault

ViewResult = answers.Waybill | answers.WaybillNotFound


class View:
    """Shows the newest revisions of waybills, under one policy."""

    def __init__(
        self,
        *,
        policy: Policy,
        gate: Gate,
        store: Store,
        keyring: Keyring,
        vault: Vault,
        custodies: Custodies,
        disclosures: Disclosures,
        budgets: Budgets,
        freezing: FreezeByPolicy,
        decoys: DecoyWatch,
        audit: Recorder,
    ) -> None:
        self._policy = policy
        self._gate = gate
        self._store = store
        self._keyring = keyring
        self._vault = vault
        self._custodies = custodies
        self._disclosures = disclosures
        self._budgets = budgets
        self._freezing = freezing
        self._decoys = decoys
        self._audit = audit

    def __call__(self, call: Call, profile: str | None, waybill_nos: Sequence[Any]) -> list[ViewResult]:
        """Return the newest revisions, masked.

        Views that show a kind in full spend a budget, and are recorded and kept as disclosures. Round trips: one for
        the freeze, the budget and the records together (two if a waybill was revised), one to count misses; in full one
        more for the audit and the disclosures, two in a cluster, and one to give back. Where freeze or budget refuse,
        the records are dropped unread, still sealed. A caller who was frozen in the last two seconds may spend that
        budget for nothing.

        Raises:
            AccessError: the caller may not, not through this profile, or its budget is spent.
            StoreUnavailable: nothing is answered.
        """
        stated = profile if profile in self._policy.rules.profiles else None
        numbers = [normalised(number) for number in waybill_nos]
        known = [number for number in numbers if number is not None]
        with self._audit.record_denials(call, "view", profile=stated), self._freezing.count_refusals(call):
            grant, frozen = self._gate.granting(call.principal, "waybill:view", profile=profile)
            budget = self._budgets.reserving(call.principal, grant, len(waybill_nos), call.now)
            records = self._vault.finding(call.principal.tenant, known, call.now)
            self._store.ask(frozen, budget, records)
            missed = frozen.answer()
            reserved = budget.answer()

        found = iter(records.answer())
        seen = [
            reached(self._custodies, call, grant.scope, next(found)) if number is not None else None
            for number in numbers
        ]
        bases = self._keyring.tenant(call.principal.tenant).bases(known)
        of_known = [one for number, one in zip(numbers, seen, strict=True) if number is not None]
        held = grant.scope == "custody"  # what the caller carries may be looked at
        self._decoys.notice(
            call, [base for base, one in zip(bases, of_known, strict=True) if not (held and one is not None)]
        )
        self._freezing.count_misses(call, missed, [one is not None for one in seen])

        if grant.full_kinds:
            disclosures = self._disclosures.prepare(call.principal.tenant, viewed(call, grant, seen))
            each = iter(bases)
            self._audit.record_with(
                disclosures,
                call,
                "view",
                RELEASED if any(seen) else NOT_FOUND,
                role=grant.role,
                profile=grant.profile,
                items=[
                    ItemOutcome(None if number is None else next(each), RELEASED if one else NOT_FOUND)
                    for number, one in zip(numbers, seen, strict=True)
                ],
            )
            with suppress(StoreUnavailable):  # what is not given back stays spent, which is safe
                reserved.give_back(seen.count(None))

        through = self._policy.rules.profiles[grant.profile or ""]
        results: list[ViewResult] = []
        for asked, number, one in zip(waybill_nos, numbers, seen, strict=True):
            if one is None:
                results.append(answers.WaybillNotFound(asked, answers.NotFoundError("not-found")))
                continue
            results.append(shown(through, number or "", one))
        return results
