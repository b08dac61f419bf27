"""Lets a caller act under a case: open, for one of the caller's purposes, and confirmed where that is due."""

from collections.abc import Collection
from dataclasses import dataclass

from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.problems import CaseCheckUnavailable, CaseNotOpen, TicketMismatch, UnknownCaseNumber
from masking_service.service.cases.state import Case, Cases, sound_case_name
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.store.pipeline import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAuthority:
    """Reads cases as authority, under one policy.

    Attributes:
        policy: says who may be told why a case is not open.
        cases: the cases.
        check: asks the ticket system; None where there is none.
    """

    policy: Policy
    cases: Cases
    check: CaseCheck | None

    def case_question(self, context: RequestContext, name: str | None) -> Question[Case | None]:
        """Return the question for the case of this name, if one is named; its answer is for `authorise`."""
        if name is None or sound_case_name(name) is None:
            return Question([], lambda _: None)
        return self.cases.case_question(context.principal.tenant, name)

    def authorise(self, context: RequestContext, found: Case | None, purposes: Collection[str]) -> Case:
        """Return the case if it is open for this caller and has one of these purposes.

        Only callers who may read it are told why it is not. Where it is due the ticket system is asked.

        Raises:
            CaseNotOpen: it gives the caller no authority.
            OwnCase: the caller opened or approved it.
            CaseCheckUnavailable: the ticket system did not confirm it in time.
        """
        if found is None:
            raise CaseNotOpen(self._told(context.principal, None, "unknown"))
        own = found.opening.purpose
        try:
            assignee = self.check is not None and self.check.rule.by_assignee
            found.authorise(context.principal, own if own in purposes else "", context.now, any_officer=assignee)
        except CaseNotOpen as refusal:
            raise CaseNotOpen(self._told(context.principal, found, refusal.state)) from None
        self._confirm(context, found)
        return found

    def _confirm(self, context: RequestContext, case: Case) -> None:
        """Ask the ticket system about the case again, if that is due: one exchange.

        Where it does not answer, a case that another person approved stays open, for the officer whom it names, if the
        policy lets such cases wait for approval.
        """
        check, opening, tenant, officer = self.check, case.opening, context.principal.tenant, context.principal.id
        if check is None:
            return
        other = check.rule.by_assignee and opening.officer != officer
        confirmed_at = opening.opened_at if opening.checked and not other else 0
        if not check.due(tenant, opening.case, officer, confirmed_at, context.now):
            return
        try:
            check.confirm(tenant, opening.case, opening.purpose, opening.waybills, officer, context.now)
        except (UnknownCaseNumber, TicketMismatch):
            raise CaseNotOpen(self._told(context.principal, case, "ticket-closed")) from None
        except CaseCheckUnavailable:
            stays_open = check.rule.pending_on_failure and case.approved_by and opening.officer in (None, officer)
            if not stays_open:
                raise

    def _told(self, principal: Principal, case: Case | None, state: str) -> str:
        """Return the state of a case that is not open, if the caller may read it."""
        may_read = self.policy.permits(principal, Permission.CASE_READ) and reaches(self.policy, principal, case)
        return state if may_read else ""


def reaches(policy: Policy, principal: Principal, case: Case | None) -> bool:
    """Whether this case, or the absence of one (None), is visible to the caller.

    The desk, which opens cases and approves none, sees its own.
    """
    desk = policy.permits(principal, Permission.CASE_OPEN) and not policy.permits(principal, Permission.CASE_APPROVE)
    return not desk or (case is not None and case.opening.opened_by == principal.id)
