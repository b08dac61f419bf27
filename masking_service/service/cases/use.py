"""Opens, decides and closes cases.

What is done to a case is in the audit log before it is done. Opening looks no
waybill up, so that a case tells nothing about what exists.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from keys.keyring import Keyring, TenantKeys
from masking_service.audit.actions import DECISIONS, Action, Outcome
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.waybill import named_waybills
from masking_service.observability.alerts import Alerts
from masking_service.service.acts import deeds
from masking_service.service.acts.deeds import Deed
from masking_service.service.acts.signatures import Expected, Signatures, Signed
from masking_service.service.call.budgets import Budgets, Reservation
from masking_service.service.call.call import LiveGate
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import (
    UNSIGNED,
    ItemOutcome,
    Recorder,
    RequestContext,
    SignatureProof,
    Stated,
)
from masking_service.service.call.shapes import MAX_REASON, is_case_name, text_fault
from masking_service.service.cases import answers
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.problems import CaseCheckUnavailable, CaseExists, TicketMismatch, UnknownCaseNumber
from masking_service.service.cases.reading import case_answer, case_question, visible, visible_case
from masking_service.service.cases.state import Act, ActName, Case, Cases, Opening, WantedCase
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.errors import AccessError, Forbidden
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import sound_principal
from masking_service.service.people.signed_acts import SignedAct
from masking_service.store.pipeline import Question

_SAMPLE_BYTES: Final = 6


def in_sample(keys: TenantKeys, waybill_no: str, thousandths: int) -> bool:
    """Return whether a normalised waybill number needs a second person in whatever case names it.

    A keyed tag decides, so that it cannot be known beforehand, and opening another case about the same waybill does not
    help.
    """
    tag = urlsafe_b64decode(keys.tag("case-sample", waybill_no))
    return int.from_bytes(tag[:_SAMPLE_BYTES], "big") * 1_000 < thousandths << 8 * _SAMPLE_BYTES


def any_in_sample(keys: TenantKeys, waybill_nos: Iterable[str], thousandths: int) -> bool:
    """Return whether any of these waybills is in the sample. Looks at all of them in any case."""
    return sum([in_sample(keys, number, thousandths) for number in waybill_nos]) > 0


def checked_opening(policy: Policy, wanted: WantedCase) -> tuple[dict[str, int], int]:
    """Return the waybill numbers of a case to be opened, and its duration in seconds.

    Raises:
        InvalidRecord: something in the request is malformed; the pointers are the request's.
    """
    case, purpose, waybills, reason, officer, expires_in = wanted
    rules = policy.rules.cases
    numbers, errors = named_waybills(waybills)
    if len(waybills) > rules.at_most:
        errors.append(("/waybills", "invalid-length"))
    if purpose not in policy.rules.purposes:
        errors.append(("/purpose", "unknown-purpose"))
    if not is_case_name(case):
        errors.append(("/case", "invalid-value"))
    if officer is not None and not sound_principal(officer):
        errors.append(("/officer", "invalid-value"))
    lifetime = rules.longest if expires_in is None else expires_in
    if not 1 <= lifetime <= rules.longest:
        errors.append(("/expires_in", "out-of-range"))
    fault = text_fault(reason, MAX_REASON)
    if fault:
        errors.append(("/reason", fault))
    if errors:
        raise InvalidRecord(tuple(errors))
    return numbers, lifetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """Opens, decides and closes cases, under one policy.

    Every call raises AccessError where the caller may not, NoSuchCase for a case that the caller may not see, and
    StoreUnavailable: it may be done all the same; asking for the case tells.
    """

    policy: Policy
    gate: LiveGate
    keyring: Keyring
    budgets: Budgets
    freezing: FreezeByPolicy
    watch: DecoyWatch
    signatures: Signatures
    cases: Cases
    case_check: CaseCheck | None
    recorder: Recorder
    alerts: Alerts

    def open(self, context: RequestContext, wanted: WantedCase, signed: Signed | None = None) -> answers.Case:
        """Open a case, pending if it needs approval.

        Round trips: one for the budget and the signature, one for the audit, and one to write. Where the policy says so
        the ticket system is asked; a case that it does not confirm costs one more, to give the budget back.

        Raises:
            AccessError: also where the budget is spent, the ticket system does not confirm the case or does not
                answer, or the name was used before.
            InvalidRecord: something in the request is malformed; the pointers are the request's.
        """
        with self.recorder.record_denials(context, Action.CASE_OPEN):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.CASE_OPEN)
            with self.gate.frozen_first(context.principal):
                opening = self._opening(context, wanted)
            signature = self.signatures.expect(context, SignedAct.CASE_OPEN, signed)
        case, purpose = wanted.case, wanted.purpose
        keys = self.signatures.keys(context, signature)
        bases = keys.bases(opening.waybills)
        with self.recorder.record_denials(context, Action.CASE_OPEN, Stated(purpose=purpose, case=case)):
            reserved, proof = self._reserve(
                context, (grant, frozen), signature, lambda: deeds.opening_case(keys, wanted), len(bases)
            )
            # A customer may have sent the numbers, and not have been the first to have them.
            self.watch.notice(context, bases, freeze=False)
            try:
                opening = self._confirmed(context, opening)
            except AccessError:
                reserved.try_to_give_back(len(bases))
                raise
        case_file = self.cases.prepare_opening(context.principal.tenant, opening)
        entry = self.recorder.record(
            context,
            Action.CASE_OPEN,
            Outcome.DONE,
            Stated(role=grant.role, purpose=purpose, case=case, ticket=opening.checked, signed=proof),
            items=[ItemOutcome(base, Outcome.DONE) for base in bases],
            sealed=case_file.sealed,
        )
        try:
            with self.recorder.take_back_on_failure(entry):
                opened = case_file.write()
        except CaseExists as refusal:
            refused = Stated(role=grant.role, purpose=purpose, case=case)
            self.recorder.record(context, Action.CASE_OPEN, refusal.code, refused, takes_back=entry)
            reserved.try_to_give_back(len(opening.waybills))
            raise
        if opened.status(context.now) == "pending":
            self.alerts.raise_alert("case-pending", context.principal)
        return case_answer(self.policy, opened, context.now)

    def _reserve(
        self,
        context: RequestContext,
        granted: tuple[Grant, Question[int]],
        expected: Expected | None,
        deed: Callable[[], Deed],
        waybills: int,
    ) -> tuple[Reservation, SignatureProof]:
        """Spend the budget for so many waybills, and check the signature: one round trip. A refusal gives it back."""
        grant, frozen = granted
        nonce = expected.nonce if expected is not None else None
        budget = self.budgets.reserve_question(context.principal, grant, waybills, context.now, nonce)
        try:
            _, proof = self.signatures.verify(context, frozen, expected, deed, budget)
        except AccessError:
            with suppress(AccessError):
                budget.answer().try_to_give_back(waybills)
            raise
        return budget.answer(), proof

    def _confirmed(self, context: RequestContext, opening: Opening) -> Opening:
        """Return the opening with the digest and the assignee of the ticket. A wrong number is a miss of the caller."""
        if self.case_check is None:
            return opening
        try:
            confirmed = self.case_check.confirm(
                context.principal.tenant, opening.case, opening.purpose, opening.waybills, opening.officer, context.now
            )
        except (UnknownCaseNumber, TicketMismatch):
            self.freezing.count_misses(context, 0, [False])
            raise
        except CaseCheckUnavailable:
            if not self.case_check.rule.pending_on_failure:
                raise
            needed = max(opening.approvals_needed, self.policy.rules.purposes[opening.purpose].approvals)
            return msgspec.structs.replace(opening, approvals_needed=needed)
        return msgspec.structs.replace(opening, checked=confirmed.digest, officer=confirmed.officer)

    def decide(
        self,
        context: RequestContext,
        name: str,
        act: Literal["approve", "deny"],
        note: str | None,
        signed: Signed | None = None,
    ) -> answers.Case:
        """Approve or deny a pending case that another principal opened.

        Round trips: one to read, one for the audit, and one to write. Raises as `Case.decide`.
        """
        with self.recorder.record_denials(context, DECISIONS[act], Stated(case=name)):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.CASE_APPROVE)
            self._check_note(context, note)
            found, proof = self._signed(context, frozen, SignedAct(f"case-{act}"), name, signed)
            found.decide(context.principal, act, context.now)
        return self._act(context, found, act, note, grant.role, proof)

    def close(self, context: RequestContext, name: str, note: str | None, signed: Signed | None = None) -> answers.Case:
        """Close a case, as its opener, an approver or the ticket system. Round trips as `decide`."""
        with self.recorder.record_denials(context, Action.CASE_CLOSE, Stated(case=name)):
            others = (Permission.CASE_APPROVE, Permission.CASE_CLOSE)  # close cases that others opened, too
            closing = [one for one in others if self.policy.permits(context.principal, one)]
            permission = closing[0] if closing else Permission.CASE_OPEN
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, permission)
            self._check_note(context, note)
            found, proof = self._signed(context, frozen, SignedAct.CASE_CLOSE, name, signed)
            if not closing and found.opening.opened_by != context.principal.id:
                raise Forbidden
        return self._act(context, found, "close", note, grant.role, proof)

    def done(self, context: RequestContext, name: str) -> answers.Case:
        """Mark a case as done for the caller, who may open values for its purpose; it leaves the caller's lists.

        It stays as open as it was. Round trips as `decide`.
        """
        with self.recorder.record_denials(context, Action.CASE_DONE, Stated(case=name)):
            self.gate.grant(context.principal, Permission.CASE_READ)
            found = visible_case(self.policy, self.cases, context.principal, name)
            grant = self.gate.grant(context.principal, Permission.DETOKENIZE, purpose=found.opening.purpose)
        return self._act(context, found, "done", None, grant.role, UNSIGNED)

    def claim(self, context: RequestContext, name: str) -> answers.Case:
        """Take an open case under which the caller may open values, also over from another officer.

        It gives no authority and takes none: the lists say who works on the case. Claiming what one has changes
        nothing. Round trips: as `decide`; one for what the caller has already. Raises as `Case.authorise`.
        """
        with self.recorder.record_denials(context, Action.CASE_CLAIM, Stated(case=name)):
            self.gate.grant(context.principal, Permission.CASE_READ)
            found = visible_case(self.policy, self.cases, context.principal, name)
            grant = self.gate.grant(context.principal, Permission.DETOKENIZE, purpose=found.opening.purpose)
            found.authorise(context.principal, found.opening.purpose, context.now)
        if context.principal.id in (found.claimed_by, *found.done_by):
            return case_answer(self.policy, found, context.now)
        return self._act(context, found, "claim", None, grant.role, UNSIGNED)

    def _check_note(self, context: RequestContext, note: str | None) -> None:
        """Refuse a note that is too long, before anyone signs. Raises InvalidRecord, Frozen."""
        with self.gate.frozen_first(context.principal):
            if note is not None and len(note) > MAX_REASON:
                raise InvalidRecord((("/note", "invalid-length"),))

    def _signed(
        self, context: RequestContext, frozen: Question[int], act: SignedAct, name: str, signed: Signed | None
    ) -> tuple[Case, SignatureProof]:
        """Return a case that the caller may see, and the proof of its signed act: one round trip."""
        signature = self.signatures.expect(context, act, signed)
        question = case_question(self.cases, context.principal, name)

        def deed() -> Deed:
            return deeds.deciding(act, visible(self.policy, context.principal, question.answer()))

        proof = self.signatures.verify_and_spend(context, frozen, signature, deed, question)
        return visible(self.policy, context.principal, question.answer()), proof

    def _act(
        self, context: RequestContext, case: Case, act: ActName, note: str | None, role: str, proof: SignatureProof
    ) -> answers.Case:
        opening = case.opening
        number = case.next_claim if act == "claim" else 0
        wanted = Act(act, context.principal.id, context.now, masked_words(note or ""), number)
        done = self.cases.prepare_act(context.principal.tenant, opening, wanted)
        entry = self.recorder.record(
            context,
            DECISIONS[act],
            Outcome.DONE,
            Stated(role=role, purpose=opening.purpose, case=opening.case, signed=proof),
            sealed=done.sealed,
        )
        with self.recorder.take_back_on_failure(entry):
            stored = done.write()
        return case_answer(self.policy, stored, context.now)

    def _opening(self, context: RequestContext, wanted: WantedCase) -> Opening:
        numbers, lifetime = checked_opening(self.policy, wanted)
        keys = self.keyring.tenant(context.principal.tenant)
        sampled = any_in_sample(keys, numbers, self.policy.rules.cases.sample)
        return Opening(
            case=wanted.case,
            purpose=wanted.purpose,
            waybills=tuple(numbers),
            officer=wanted.officer,
            reason=masked_words(wanted.reason),
            opened_by=context.principal.id,
            opened_at=context.now,
            expires_at=context.now + lifetime,
            approvals_needed=self.policy.approvals_needed(wanted.purpose, len(numbers), sampled=sampled),
        )
