"""Reading cases: one, a list, and what was opened under one. The desk, which approves none, sees its own."""

from base64 import urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import UNSET, Meta

from keys.aead import NONCE_BYTES
from keys.errors import IntegrityError
from keys.keyring import Keyring, TenantKeys
from keys.public_keys import b64
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalise_waybill_no
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import InvalidRequest
from masking_service.service.call.recorder import RequestContext
from masking_service.service.call.shapes import (
    MAX_ENTRIES,
    PRINCIPAL_PATTERN,
    Limit,
    Shape,
    WaybillNo,
    is_case_name,
    limit,
)
from masking_service.service.cases import answers
from masking_service.service.cases.problems import NoSuchCase
from masking_service.service.cases.state import (
    Case,
    CasePlace,
    Cases,
    FoundCases,
    Narrow,
    Opening,
    Status,
    WantedCases,
    reaches,
    sees_own_only,
)
from masking_service.service.disclosures.state import Disclosures, Opened, Shown
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal, principal_id
from masking_service.store.pipeline import Question

Sort = Literal["ends", "case", "waybills", "with"]
PAST: Final[tuple[Status, ...]] = ("expired", "closed", "denied")
DECISION_ACTS: Final = ("approve", "deny", "close")
TOLD_SECONDS: Final = 8 * 3600
"""For how long an opener is told of a decision: a shift."""
MAX_TOLD: Final = 5
_SORTED_BY: Final[Mapping[Sort, Callable[[Case], Any]]] = {
    "ends": lambda _: 0,
    "case": lambda case: case.opening.case,
    "waybills": lambda case: -len(case.opening.waybills),
    "with": lambda case: case.claimed_by or case.opening.officer or "~",  # cases without a person come last
}
"""What comes first in each order; the end decides between equals."""
CURSOR: Final = "~"
"""Begins a cursor, and no case's name."""
_CURSOR_CONTEXT: Final = b"cursor of a list of cases"


class CasesQuery(Shape, frozen=True):
    """Which cases to list."""

    status: Annotated[
        Status | None,
        Meta(
            description="Only cases of this status; by default those that have not expired. Expired, closed and "
            "denied cases are listed for 30 days after their end, the latest end first. All others are listed by "
            "their end, the earliest first."
        ),
    ] = None
    purpose: Annotated[str | None, Meta(description="Only cases of this purpose.")] = None
    waybill: WaybillNo | None = None
    opened_by: Annotated[
        str | None,
        Meta(description="Only cases that this principal opened.", extra_json_schema={"pattern": PRINCIPAL_PATTERN}),
    ] = None
    done: Annotated[
        Literal["yes", "no"] | None,
        Meta(description="Cases that the caller has marked as done, or has not. By default those it has not."),
    ] = None
    mine: Annotated[
        Literal["yes"] | None,
        Meta(description="Only cases that the caller opened or has claimed, or that name the caller."),
    ] = None
    opened: Annotated[Literal["yes"] | None, Meta(description="Says of how many waybills something was opened.")] = None
    counts: Annotated[
        Literal["yes"] | None,
        Meta(
            description="Counts open cases among the first 10,000 of all, pending and own ones among the first "
            "10,000 of their own lists, and tells of decisions."
        ),
    ] = None
    sort: Annotated[
        Sort | None,
        Meta(
            description="Their order: by their end (the default), by name, those with the most waybills first, or "
            "by the person who works on them. Another order than by the end is of the first 10,000 cases."
        ),
    ] = None
    after: Annotated[
        str | None, Meta(description="The `next` of a page, or the name of a case. The page begins after it.")
    ] = None
    limit: Limit | None = None


class _After(NamedTuple):
    """Where a page begins: behind a case, or at a place where reading ended (no case)."""

    case: Case | None
    place: CasePlace


class _Active(NamedTuple):
    """Cases that have not expired: all that the caller may see, and of these at least the pending and the own ones."""

    every: FoundCases
    pending: Sequence[Case]
    own: Sequence[Case]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCases:
    """Reads the cases that the caller may see, under one policy.

    Every call raises AccessError where the caller may not, NoSuchCase for a case that the caller may not see, and
    StoreUnavailable or IntegrityError where it cannot be read.
    """

    policy: Policy
    gate: Gate
    keyring: Keyring
    cases: Cases
    disclosures: Disclosures
    random: Callable[[int], bytes]

    def one(self, context: RequestContext, name: str) -> answers.Case:
        """Return one case: one round trip."""
        self.gate.grant(context.principal, Permission.CASE_READ)
        return case_answer(self.policy, visible_case(self.policy, self.cases, context.principal, name), context.now)

    def listed(self, context: RequestContext, wanted: CasesQuery) -> answers.Cases:
        """The cases that the caller may see and that have not expired, soonest to expire first.

        With a status of the past (expired, closed, denied) also those that expired within 30 days, the last to expire
        first. A page, another order and a count read `MAX_READ` cases at most: a page may end early, with the place
        where the next one goes on. Round trips: two for each thousand cases read, one more for each narrower
        list, one for `after`, and one for what was opened.

        Raises:
            InvalidRecord, InvalidRequest: a parameter is malformed, or `after` names no case that the caller may see.
        """
        most = limit(wanted.limit, MAX_ENTRIES)
        self.gate.grant(context.principal, Permission.CASE_READ)
        number = _parameter(normalise_waybill_no, wanted.waybill, "/waybill", "invalid-waybill-no")
        opener = _parameter(principal_id, wanted.opened_by, "/opened_by", "invalid-value")
        if wanted.purpose not in (None, *self.policy.rules.purposes):
            raise InvalidRecord((("/purpose", "unknown-purpose"),))
        caller, tenant = context.principal.id, context.principal.tenant

        def fits(case: Case) -> bool:
            return (
                reaches(self.policy, context.principal, case)
                and wanted.status in (None, case.status(context.now))
                and wanted.purpose in (None, case.opening.purpose)
                and (number is None or number in case.opening.waybills)
                and opener in (None, case.opening.opened_by)
                and (not wanted.mine or _concerns(case, caller))
                and (caller in case.done_by) == (wanted.done == "yes")
            )

        chosen = WantedCases(fits, self._narrow(context, wanted, number, opener))
        after = None if wanted.after is None else self._page_start(context, wanted.after, wanted.sort or "ends")
        active = self._active(context) if wanted.counts else None
        found, unread = self._page_cases(context, wanted, most + 1, chosen, after, active)
        page = found[:most]
        shown = [case_answer(self.policy, case, context.now) for case in page]
        if wanted.opened:
            for answer, count in zip(shown, self._opened(tenant, page), strict=True):
                answer.opened = count
        following = UNSET if unread is None else _cursor(self.keyring.tenant(tenant), unread, self.random(NONCE_BYTES))
        return answers.Cases(
            shown,
            shown[-1].case if len(found) > most else following,
            UNSET if active is None else _counts(context, active),
            UNSET if active is None else _decided(context, active.own),
        )

    def _narrow(
        self, context: RequestContext, wanted: CasesQuery, number: str | None, opener: str | None
    ) -> Narrow | None:
        """Return the shortest list that holds all wanted cases; None for the list of all."""
        caller = context.principal.id
        person = caller if wanted.mine or wanted.done == "yes" else opener
        if number is not None:
            return ("waybill", number)
        if person is not None or sees_own_only(self.policy, context.principal):
            return ("person", person or caller)
        return ("status", wanted.status) if wanted.status in ("pending", "denied", "closed") else None

    def _page_start(self, context: RequestContext, after: str, sort: Sort) -> _After:
        """Return where a page begins. Raises InvalidRequest."""
        tenant = context.principal.tenant
        unknown = InvalidRequest([("/after", "unknown-cursor")])
        if after.startswith(CURSOR) and sort == "ends":
            try:
                return _After(None, _place_of(self.keyring.tenant(tenant), after))
            except IntegrityError:
                raise unknown from None
        try:
            case = visible_case(self.policy, self.cases, context.principal, after)
        except NoSuchCase:
            raise unknown from None
        return _After(case, self.cases.place(tenant, case))

    def _active(self, context: RequestContext) -> _Active:
        """Read what is counted. Where there are too many cases for one list, the shorter ones are read as well."""
        principal = context.principal
        own: Narrow = ("person", principal.id)

        def listed(narrow: Narrow | None) -> FoundCases:
            wanted = WantedCases(lambda case: reaches(self.policy, principal, case), narrow)
            return self.cases.listed(principal.tenant, context.now, wanted)

        every = listed(own if sees_own_only(self.policy, principal) else None)
        if every.unread is None:
            return _Active(every, every.cases, every.cases)
        return _Active(every, listed(("status", "pending")).cases, listed(own).cases)

    def _page_cases(
        self,
        context: RequestContext,
        wanted: CasesQuery,
        most: int,
        chosen: WantedCases,
        after: _After | None,
        active: _Active | None,
    ) -> FoundCases:
        """Return at most so many of the wanted cases behind `after`, from `active` where that holds them all."""
        tenant, past = context.principal.tenant, wanted.status in PAST
        sort = wanted.sort or "ends"
        read = partial(self.cases.listed, tenant, context.now, chosen, past=past)
        if past or active is None or active.every.unread is not None:
            if sort == "ends":
                return read(after=after and after.place, limit=most)
            cases = read().cases
        else:
            cases = active.every.cases
        key = _SORTED_BY[sort]

        def follows(case: Case) -> bool:
            if after is None:
                return True
            if after.case is not None and key(case) != key(after.case):
                return bool(key(case) > key(after.case))
            place = self.cases.place(tenant, case)
            return place < after.place if past else place > after.place

        return FoundCases(sorted((case for case in cases if chosen.fits(case) and follows(case)), key=key)[:most], None)

    def _opened(self, tenant: str, cases: Sequence[Case]) -> list[int]:
        """Return how many waybills of each case had something opened: at most one round trip."""
        numbers = [(case.opening, number) for case in cases for number in case.opening.waybills]
        bases = self.keyring.tenant(tenant).bases([number for _, number in numbers])
        counts = Counter(
            opening.case
            for (opening, _), of_number in zip(numbers, self.disclosures.of(tenant, bases), strict=True)
            if any(isinstance(one, Opened) and one.case == opening.case for one in of_number)
        )
        return [counts[case.opening.case] for case in cases]

    def opens(self, context: RequestContext, name: str) -> answers.CaseOpens:
        """Return who opened which field under a case, in the order of time: two round trips."""
        self.gate.grant(context.principal, Permission.CASE_READ)
        opening = visible_case(self.policy, self.cases, context.principal, name).opening
        tenant = context.principal.tenant
        shown = self.disclosures.of(tenant, self.keyring.tenant(tenant).bases(opening.waybills))
        return answers.CaseOpens(opened_under(opening, dict(zip(opening.waybills, shown, strict=True))))


def opened_under(opening: Opening, of_case: Mapping[str, Sequence[Shown]]) -> list[answers.CaseOpen]:
    """The fields that were opened under a case, in the order of time."""
    opened = [
        answers.CaseOpen(number, field, one.principal, rfc3339(one.at))
        for number, shown in of_case.items()
        for one in shown
        if isinstance(one, Opened) and one.case == opening.case
        for field in one.fields
    ]
    return sorted(opened, key=attrgetter("at"))


def _counts(context: RequestContext, active: _Active) -> answers.CaseCounts:
    """Count the caller's open and pending cases, without those that the caller has finished."""
    caller, now = context.principal.id, context.now

    def count(cases: Sequence[Case], *statuses: Status, mine: bool = False) -> int:
        return sum(
            caller not in case.done_by and case.status(now) in statuses and (not mine or _concerns(case, caller))
            for case in cases
        )

    return answers.CaseCounts(
        count(active.own, "open", "pending", mine=True),
        count(active.every.cases, "open"),
        count(active.pending, "pending"),
    )


def _decided(context: RequestContext, own: Sequence[Case]) -> list[answers.DecidedCase]:
    """Return what others recently decided on the caller's cases, the latest first."""
    told = [
        answers.DecidedCase(case.opening.case, act.act, act.by, rfc3339(act.at), act.note or None)
        for case in own
        if case.opening.opened_by == context.principal.id
        for act in case.acts
        if act.act in ("approve", "deny") and act.at > context.now - TOLD_SECONDS
    ]
    return sorted(told, key=attrgetter("at"), reverse=True)[:MAX_TOLD]


def _concerns(case: Case, principal: str) -> bool:
    """Whether a case is a person's: opened by them, names them, or was claimed by them last."""
    return principal in (case.opening.opened_by, case.opening.officer, case.claimed_by)


def visible_case(policy: Policy, cases: Cases, principal: Principal, name: str) -> Case:
    """The case of this name, if the caller may see it. Raises NoSuchCase otherwise."""
    return visible(policy, principal, cases.get(principal.tenant, name))


def case_question(cases: Cases, principal: Principal, name: str) -> Question[Case | None]:
    """Return the question for a case of the caller's tenant. Raises NoSuchCase for what can be no name."""
    if not is_case_name(name):
        raise NoSuchCase
    return cases.case_question(principal.tenant, name)


def visible(policy: Policy, principal: Principal, case: Case | None) -> Case:
    """Return a case that was found, if the caller may see it. Raises NoSuchCase otherwise."""
    if case is None or not reaches(policy, principal, case):
        raise NoSuchCase
    return case


def case_answer(policy: Policy, case: Case, now: int) -> answers.Case:
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
            if act.act in DECISION_ACTS
        ],
        done_by=list(case.done_by) or UNSET,
        claimed_by=case.claimed_by or UNSET,
    )


def _cursor(keys: TenantKeys, place: CasePlace, nonce: bytes) -> str:
    """Return where the reading of a page ended, sealed: the caller may not see the case at that place."""
    sealed = keys.state.seal(b"%d %s" % place, _CURSOR_CONTEXT, nonce)
    return CURSOR + b64(sealed)


def _place_of(keys: TenantKeys, text: str) -> CasePlace:
    """Return the place of a cursor. Raises IntegrityError: these keys did not seal it."""
    try:
        sealed = urlsafe_b64decode(text[len(CURSOR) :].encode("ascii") + b"==")
    except ValueError:
        raise IntegrityError("not a cursor") from None
    end, _, key = keys.state.open(sealed, _CURSOR_CONTEXT).partition(b" ")
    return CasePlace(int(end), key)


def _parameter(read: Callable[[object], str], text: str | None, place: str, code: str) -> str | None:
    """A parameter of a query, read; None where it is not given. Raises InvalidRecord."""
    try:
        return None if text is None else read(text)
    except ValueError:
        raise InvalidRecord(((place, code),)) from None
