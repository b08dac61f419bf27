"""Shows waybills through a profile.

Permission comes before any look-up. Where the profile shows a kind in full, the
view spends a budget, and its audit entry is durable before anything is answered.
"""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.kinds.table import TOKEN_KINDS
from masking_service.masking.records.profiles import Profile
from masking_service.masking.records.walk import render
from masking_service.masking.waybill import normalised
from masking_service.service.call.budgets import Budgets, Reservation
from masking_service.service.call.call import LiveGate
from masking_service.service.call.operation import Call, SentProof
from masking_service.service.call.recorder import ItemOutcome, Recorded, Recorder, RequestContext, Stated
from masking_service.service.call.shapes import ProfileQuery
from masking_service.service.cases.state import Case, CaseAuthority, reaches
from masking_service.service.custody.state import Custodies
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.devices.proofs import NO_PROOF, DeviceProofs
from masking_service.service.disclosures.state import Disclosure, Disclosures, Viewed
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.rules import Scope
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.waybills import answers

ViewResult = answers.Waybill | answers.WaybillNotFound


def reached(
    custodies: Custodies, context: RequestContext, scope: Scope, found: FoundWaybill | None
) -> FoundWaybill | None:
    """Return `found` if the caller's scope reaches it, else None. Raises IntegrityError: its custody was changed."""
    if found is None or scope == "all":
        return found
    custody = custodies.open(context.principal.tenant, found.custody)
    return found if custody is not None and custody.held_by(context.principal) else None


def shown(entry: Recorded, profile: Profile, number: str, found: FoundWaybill) -> answers.Waybill:
    """Return a recorded waybill as a profile shows it."""
    return entry.release(_rendered(profile, number, found))


def shown_masked(grant: Grant, profile: Profile, number: str, found: FoundWaybill) -> answers.Waybill:
    """Return a waybill as the profile of the grant shows it, where that shows no kind in full."""
    if grant.full_kinds:
        raise RuntimeError("what shows a kind in full needs its audit entry")
    return _rendered(profile, number, found)


def _rendered(profile: Profile, number: str, found: FoundWaybill) -> answers.Waybill:
    schema, fields = found.record.content()
    record = render(profile, fields, number)
    openable = {place.pointer: place.kind for place, value in fields if place.kind in TOKEN_KINDS and value}
    return answers.Waybill(number, schema, found.revision, record, openable)


def viewed(context: RequestContext, grant: Grant, seen: Sequence[FoundWaybill | None]) -> list[Disclosure]:
    """Return what a full view is about to show, by waybill."""
    found = {one.base: one.record.kept_until for one in seen if one is not None}
    times = Counter(one.base for one in seen if one is not None)
    return [
        Disclosure(base, ends, Viewed(context.now, context.principal.id, grant.profile or "", times[base]))
        for base, ends in found.items()
    ]


@dataclass(slots=True)
class _AskedWaybill:
    """One waybill of a call, and what was found of it so far."""

    waybill_no: Any
    number: str | None
    base: bytes | None = None
    found: FoundWaybill | None = None
    outcome: str = Outcome.NOT_FOUND

    def result(self, show: Callable[[str, FoundWaybill], answers.Waybill]) -> ViewResult:
        """Return the waybill as `show` makes it, or why there is none."""
        if self.number is None or self.found is None:
            return answers.not_found(self.waybill_no, self.outcome)
        return show(self.number, self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewWaybills:
    """Shows the newest revisions of waybills, under one policy."""

    policy: Policy
    gate: LiveGate
    keyring: Keyring
    vault: Vault
    budgets: Budgets
    proofs: DeviceProofs
    freezing: FreezeByPolicy
    watch: DecoyWatch
    case_authority: CaseAuthority
    custodies: Custodies
    disclosures: Disclosures
    recorder: Recorder

    def serve_one(self, call: Call[None, ProfileQuery]) -> ViewResult:
        """View the waybill of a path. As `__call__`."""
        [shown] = self(call.context, call.query.profile, [call.path["waybill_no"]], call.proof)
        return shown

    def __call__(
        self,
        context: RequestContext,
        profile: str | None,
        waybills: Sequence[Any],
        sent: SentProof,
        *,
        case: str | None = None,
    ) -> list[ViewResult]:
        """Return the newest revisions of waybills through a profile.

        A view that shows a kind in full spends a budget, and is recorded and kept as a disclosure. Where the freeze or
        the budget refuses the call, the records are dropped unread, still sealed. A caller who was frozen in the last
        two seconds may lose that budget.

        Round trips: one for freeze, budget, records, case and the caller's devices together (two if a waybill was
        revised), one to count misses; for a view in full one for the audit and the disclosures (two in a cluster), and
        one to give budget back.

        Args:
            waybills: their numbers as they were sent.
            sent: the proof of the caller's device, where the policy asks for one.
            case: on whose page they are shown; it gives nothing, and need not exist.

        Raises:
            AccessError: the caller may not, not through this profile, or its budget is spent.
            StoreUnavailable: nothing is answered.
        """
        stated = profile if profile in self.policy.rules.profiles else None
        asked = [_AskedWaybill(number, normalised(number)) for number in waybills]
        known = [item for item in asked if item.number is not None]
        with (
            self.recorder.record_denials(context, Action.VIEW, Stated(profile=stated)),
            self.freezing.count_refusals(context),
        ):
            grant, frozen = self.gate.grant_and_freeze_question(
                context.principal, Permission.WAYBILL_VIEW, profile=profile
            )
            proof = self.proofs.expect(context, sent) if grant.device_proof else NO_PROOF
            budget = self.budgets.reserve_question(context.principal, grant, len(asked), context.now, proof.nonce)
            bases = self.keyring.tenant(context.principal.tenant).bases([item.number or "" for item in known])
            records = self.vault.newest_question(context.principal.tenant, bases, context.now)
            pages = [self.case_authority.case_question(context, case)] if case is not None else []
            called = self.gate.ask(frozen, proof.device, budget, records, *pages)

        for item, base, found in zip(known, bases, records.answer(), strict=True):
            item.base, item.found = base, reached(self.custodies, context, grant.scope, found)
        self._watch_for_decoys(context, grant, known, pages[0].answer() if pages else None)
        self.freezing.count_misses(context, called.missed, [item.found is not None for item in asked])
        through = self.policy.rules.profiles[grant.profile or ""]
        if grant.full_kinds:
            return self._in_full(context, grant, through, called.reserved, asked)
        return [item.result(partial(shown_masked, grant, through)) for item in asked]

    def _watch_for_decoys(
        self, context: RequestContext, grant: Grant, known: Sequence[_AskedWaybill], page: Case | None
    ) -> None:
        """Report viewed decoys. Those of a case that the caller may read freeze no one: its page shows them."""
        named = [(one.number, one.base) for one in _without_custody(grant, known) if one.base]
        caller = context.principal
        if (
            page is not None
            and self.policy.permits(caller, Permission.CASE_READ)
            and reaches(self.policy, caller, page)
        ):
            listed = page.opening.waybills
            self.watch.notice(context, [base for number, base in named if number in listed], freeze=False)
            named = [(number, base) for number, base in named if number not in listed]
        self.watch.notice(context, [base for _, base in named])

    def _in_full(
        self,
        context: RequestContext,
        grant: Grant,
        through: Profile,
        reserved: Reservation,
        asked: Sequence[_AskedWaybill],
    ) -> list[ViewResult]:
        """Record a view that shows a kind in full, keep its disclosures, and return its answers."""
        for item in asked:
            if item.found is not None and item.found.record.restricted:
                item.found, item.outcome = None, Outcome.RESTRICTED
        seen = [item.found for item in asked]
        entry = self.recorder.record(
            context,
            Action.VIEW,
            _overall({Outcome.RELEASED if item.found else item.outcome for item in asked}),
            Stated(role=grant.role, profile=grant.profile),
            items=[ItemOutcome(item.base, Outcome.RELEASED if item.found else item.outcome) for item in asked],
            shown=self.disclosures.prepare(context.principal.tenant, viewed(context, grant, seen)),
        )
        reserved.try_to_give_back(seen.count(None))
        return [item.result(partial(shown, entry, through)) for item in asked]


def _overall(outcomes: Set[str]) -> str:
    """Return the outcome of a call from those of its waybills."""
    if Outcome.RELEASED in outcomes:
        return Outcome.RELEASED
    return next(iter(outcomes)) if len(outcomes) == 1 else Outcome.NOT_FOUND


def _without_custody(grant: Grant, known: Sequence[_AskedWaybill]) -> list[_AskedWaybill]:
    """Return the named waybills but those that a courier carries: naming a decoy among these is no sign of theft."""
    carried = grant.scope == "custody"
    return [item for item in known if not (carried and item.found is not None)]
