"""Answers all that the page of a case shows: masked waybills, disclosures, and figures for approvers.

A page is built whole or not at all, so that a decoy answers to the end of it. One that the case lists raises the alert
and freezes no one: the reader of a page did not choose its numbers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from msgspec import UNSET

from keys.keyring import Keyring
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY, rfc3339
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import LiveGate
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.cases import answers
from masking_service.service.cases.reading import case_answer, opened_under, visible
from masking_service.service.cases.state import Case, Cases, FoundCases, Narrow, Opening, WantedCases
from masking_service.service.custody.state import Custodies
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.devices.proofs import NO_PROOF, DeviceProofs
from masking_service.service.disclosures.state import Disclosures, PhoneCalled, Shown
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.me.use import budgets_left
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.waybills.view import reached, shown_masked
from masking_service.store.client import Store
from masking_service.store.pipeline import Question

PAIR_DAYS: Final = 30
OPENER_DAYS: Final = 7
LAST_CASES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCasePage:
    """Builds the pages of cases, under one policy."""

    policy: Policy
    gate: LiveGate
    store: Store
    keyring: Keyring
    vault: Vault
    cases: Cases
    custodies: Custodies
    disclosures: Disclosures
    budgets: Budgets
    proofs: DeviceProofs
    freezing: FreezeByPolicy
    watch: DecoyWatch
    recorder: Recorder

    def __call__(self, context: RequestContext, name: str, profile: str | None, sent: SentProof) -> answers.CasePage:
        """Return a case with all that its page shows. It opens nothing and spends nothing.

        Waybills are shown to callers who may view them, through a profile that shows no kind in full. For approvers a
        pending case has the history of its opener and officer.

        Round trips: one for the freeze and the case; one for records, disclosures and budgets (two if a waybill was
        revised); for the opener, who chose the numbers, one to count misses; for that history two for each thousand
        cases, at most `MAX_READ` of all and as many of the opener.

        Args:
            sent: the proof of the caller's device, where the policy asks for one to view waybills.

        Raises:
            AccessError: the caller may not, not through this profile, or may not see the case.
            StoreUnavailable, IntegrityError: nothing is answered.
        """
        principal = context.principal
        self.gate.grant(principal, Permission.CASE_READ)
        question = self.cases.case_question(principal.tenant, name)
        stated = Stated(profile=profile if profile in self.policy.rules.profiles else None, case=name)
        with self.recorder.record_denials(context, Action.VIEW, stated):
            viewing, frozen = self._viewing(context, profile)
            proof = self.proofs.expect(context, sent) if viewing is not None and viewing.device_proof else NO_PROOF
            spent = self.budgets.spend_once_question(principal, context.now, proof.nonce)
            called = self.gate.ask(frozen, proof.device, spent, question)
        case = visible(self.policy, principal, question.answer())
        numbers = case.opening.waybills
        bases = self.keyring.tenant(principal.tenant).bases(numbers)
        records = self.vault.newest_question(principal.tenant, bases if viewing else (), context.now)
        disclosed = self.disclosures.question(principal.tenant, bases)
        grants = self.policy.budget_grants(principal)
        rooms = self.budgets.rooms_question(principal, grants, context.now)
        self.store.ask(records, disclosed, rooms)
        found = records.answer() if viewing else [None] * len(numbers)
        if viewing:
            self.watch.notice(context, bases, freeze=False)
            found = [reached(self.custodies, context, viewing.scope, one) for one in found]
            if case.opening.opened_by == principal.id:
                self.freezing.count_misses(context, called.missed, [one is not None for one in found])
        of_case = dict(zip(numbers, disclosed.answer(), strict=True))
        page = answers.CasePage(
            case=case_answer(self.policy, case, context.now),
            waybills=self._waybills(context, viewing, numbers, found),
            opens=opened_under(case.opening, of_case),
            calls=_calls(case.opening, of_case),
            budgets=budgets_left(grants, rooms.answer()),
        )
        if case.status(context.now) == "pending" and self.policy.permits(principal, Permission.CASE_APPROVE):
            self._add_history(context, page, case)
        return page

    def _viewing(self, context: RequestContext, profile: str | None) -> tuple[Grant | None, Question[int]]:
        """Return the grant to view waybills, None where the caller has none, and the question of the freeze."""
        if not self.policy.permits(context.principal, Permission.WAYBILL_VIEW):
            _, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.CASE_READ)
            return None, frozen
        grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.WAYBILL_VIEW, profile=profile)
        if grant.full_kinds:
            raise Forbidden("profile")
        return grant, frozen

    def _waybills(
        self, context: RequestContext, grant: Grant | None, numbers: Sequence[str], found: Sequence[FoundWaybill | None]
    ) -> list[answers.CaseWaybill]:
        if grant is None:
            return [answers.CaseWaybill(number) for number in numbers]
        through = self.policy.rules.profiles[grant.profile or ""]
        waybills = []
        for number, one in zip(numbers, found, strict=True):
            if one is None:
                waybills.append(answers.CaseWaybill(number, None))
                continue
            custody = self.custodies.open(context.principal.tenant, one.custody)
            site = custody.site if custody is not None and custody.site else UNSET
            waybills.append(answers.CaseWaybill(number, shown_masked(grant, through, number, one), site))
        return waybills

    def _add_history(self, context: RequestContext, page: answers.CasePage, case: Case) -> None:
        """Add what the opener asked for lately, and how often opener and officer met."""
        since = context.now - PAIR_DAYS * SECONDS_A_DAY
        opened_by = case.opening.opened_by

        def listed(narrow: Narrow | None) -> FoundCases:
            return self.cases.listed(
                context.principal.tenant,
                context.now,
                WantedCases(
                    lambda one: one.opening.opened_at >= since and one.opening.case != case.opening.case, narrow
                ),
                past=True,
            )

        recent, unread = listed(None)
        of_opener = recent if unread is None else listed(("person", opened_by)).cases
        opener = [one for one in of_opener if one.opening.opened_by == opened_by]
        page.opener = _history(opener, context.now)
        if case.opening.officer is not None:
            page.pair = _pair(recent, opener, case.opening.officer)


def _calls(opening: Opening, of_case: Mapping[str, Sequence[Shown]]) -> list[answers.CaseCall]:
    """Return the calls that were made under a case, in the order of time."""
    made = [
        answers.CaseCall(number, one.field, one.principal, rfc3339(one.at))
        for number, shown in of_case.items()
        for one in shown
        if isinstance(one, PhoneCalled) and one.case == opening.case
    ]
    return sorted(made, key=attrgetter("at"))


def _history(cases: Sequence[Case], now: int) -> answers.OpenerHistory:
    """Return what a person asked for in the last seven days, and the last cases."""
    lately = [one for one in cases if one.opening.opened_at >= now - OPENER_DAYS * SECONDS_A_DAY]
    last = sorted(cases, key=attrgetter("opening.opened_at"), reverse=True)[:LAST_CASES]
    return answers.OpenerHistory(
        cases=len(lately),
        waybills=sum(len(one.opening.waybills) for one in lately),
        by_status=dict(sorted(Counter(one.status(now) for one in lately).items())),
        last=[
            answers.EarlierCase(
                one.opening.case, one.status(now), len(one.opening.waybills), rfc3339(one.opening.opened_at)
            )
            for one in last
        ],
    )


def _pair(cases: Sequence[Case], of_opener: Sequence[Case], officer: str) -> answers.Pair:
    """Return how often an opener and an officer met, and how often they would by chance."""
    worked_on = [one for one in cases if one.officers]
    together = sum(officer in one.officers for one in of_opener)
    of_officer = sum(officer in one.officers for one in worked_on)
    usual = sum(bool(one.officers) for one in of_opener) * of_officer / max(len(worked_on), 1)
    return answers.Pair(officer, together, round(usual, 1))
