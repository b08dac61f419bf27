"""Reading cases: one, a list, and what was opened under one. The desk, which approves none, sees its own."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from msgspec import UNSET

from keys.keyring import Keyring
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.call.disclosures import Disclosures, Opened
from masking_service.service.call.gate import Gate
from masking_service.service.call.names import case_name
from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases import answers
from masking_service.service.cases.authority import reaches
from masking_service.service.cases.state import Case, Cases, Status
from masking_service.service.people.errors import NoSuchCase
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal, principal_id

PAST: Final[tuple[Status, ...]] = ("expired", "closed", "denied")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCases:
    """Reads the cases that the caller may see, under one policy."""

    policy: Policy
    gate: Gate
    keyring: Keyring
    cases: Cases
    disclosures: Disclosures

    def one(self, context: RequestContext, name: str) -> answers.Case:
        """One case. Raises AccessError; a case that the caller may not see is `NoSuchCase`."""
        self.gate.grant(context.principal, "case:read")
        return case_answer(self.policy, visible_case(self.policy, self.cases, context.principal, name), context.now)

    def listed(
        self,
        context: RequestContext,
        *,
        status: Status | None,
        waybill: str | None,
        opened_by: str | None,
        done: bool,
        after: str | None,
        limit: int,
    ) -> answers.Cases:
        """The cases that the caller may see and that have not expired, soonest to expire first.

        With a status of the past (expired, closed, denied) also those that expired within 30 days, the last to expire
        first. Round trips: two for each thousand cases read, and one for `after`.

        Args:
            context: for whom.
            status, waybill, opened_by: what the cases have in common; None for all.
            done: those that the caller has marked as done; else only those that the caller has not.
            after: the case behind which to go on.
            limit: how many cases at most.

        Raises:
            AccessError: the caller may not, or may not see the case `after`.
            InvalidRecord: a parameter is malformed.
        """
        self.gate.grant(context.principal, "case:read")
        number = _parameter(normalise_waybill_no, waybill, "query:waybill", "invalid-waybill-no")
        opener = _parameter(principal_id, opened_by, "query:opened_by", "invalid-value")

        def wanted(case: Case) -> bool:
            return (
                reaches(self.policy, context.principal, case)
                and status in (None, case.status(context.now))
                and (number is None or number in case.opening.waybills)
                and opener in (None, case.opening.opened_by)
                and (context.principal.id in case.done_by) == done
            )

        found = self.cases.listed(
            context.principal.tenant,
            context.now,
            wanted,
            past=status in PAST,
            after=None if after is None else visible_case(self.policy, self.cases, context.principal, after),
            limit=limit + 1,
        )
        shown = [case_answer(self.policy, case, context.now) for case in found[:limit]]
        return answers.Cases(shown, shown[-1].case if len(found) > limit else UNSET)

    def opens(self, context: RequestContext, name: str) -> answers.CaseOpens:
        """Who opened which field under a case, in the order of time. Round trips: two.

        Raises:
            AccessError: the caller may not, or may not see the case.
            StoreUnavailable, IntegrityError: it cannot be read.
        """
        self.gate.grant(context.principal, "case:read")
        opening = visible_case(self.policy, self.cases, context.principal, name).opening
        tenant = context.principal.tenant
        shown = self.disclosures.of(tenant, self.keyring.tenant(tenant).bases(opening.waybills))
        opened = [
            (one.at, answers.CaseOpen(number, field, one.principal, rfc3339(one.at)))
            for number, of_number in zip(opening.waybills, shown, strict=True)
            for one in of_number
            if isinstance(one, Opened) and one.case == opening.case
            for field in one.fields
        ]
        return answers.CaseOpens([answer for _, answer in sorted(opened, key=itemgetter(0))])


def visible_case(policy: Policy, cases: Cases, principal: Principal, name: str) -> Case:
    """The case of this name, if the caller may see it. Raises NoSuchCase otherwise."""
    try:
        case = cases.get(principal.tenant, case_name(name))
    except ValueError:
        raise NoSuchCase from None
    if not reaches(policy, principal, case):
        raise NoSuchCase
    return case


def case_answer(policy: Policy, case: Case, now: int) -> answers.Case:
    """The answer that describes a case."""
    opening = case.opening
    unconfirmed = None if policy.rules.cases.check is None else "unconfirmed"
    return answers.Case(
        case=opening.case,
        status=case.status(now),
        purpose=opening.purpose,
        waybills=list(opening.waybills),
        officer=opening.officer,
        reason=opening.reason,
        opened_by=opening.opened_by,
        opened_at=rfc3339(opening.opened_at),
        expires_at=rfc3339(opening.expires_at),
        approved_by=list(case.approved_by),
        ticket="confirmed" if opening.checked else unconfirmed,
        decisions=[
            answers.Decision(act.act, act.by, rfc3339(act.at), act.note or None)
            for act in case.acts
            if act.act != "done"
        ],
        done_by=list(case.done_by) or UNSET,
    )


def _parameter(read: Callable[[object], str], text: str | None, place: str, code: str) -> str | None:
    """A parameter of a query, read; None where it is not given. Raises InvalidRecord."""
    try:
        return None if text is None else read(text)
    except ValueError:
        raise InvalidRecord(((place, code),)) from None
