"""The fast model of the service. The real policy, cases and watch rules decide; the store is memory.

It does in the same order what the use cases do, and writes an audit entry for each call. `replay.py` proves that it
agrees with the real application.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Literal, cast

import msgspec

from bench.theft.defences import NONE, Defences, Tickets
from bench.theft.memory import Memory, Review
from bench.theft.steps import DAY, PHONE, PURPOSE, TICKET_SYSTEM, Done, Step, is_phantom
from bench.theft.windows import Taken, Windows
from masking_audit.format.entries import Entry, Item
from masking_service.audit.actions import Outcome
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.call.recorder import RequestContext
from masking_service.service.cases.problems import (
    CaseCheckUnavailable,
    CaseExists,
    CaseNotOpen,
    NoSuchCase,
    TicketMismatch,
    UnknownCaseNumber,
)
from masking_service.service.cases.state import Act, Case, Opening
from masking_service.service.freezes.state import Freeze, FreezeByPolicy
from masking_service.service.people.errors import AccessError, Frozen
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import DEFAULT_TENANT, Principal


class Service:
    """A company's service, in memory.

    Args:
        policy: decides.
        defences: what the company has besides.
        keep: whether to keep the audit entries, for the lookout.
        steps: receives each call of a person-day that `sampled(principal, day)` chooses.
    """

    def __init__(
        self,
        policy: Policy,
        defences: Defences = NONE,
        *,
        keep: bool = False,
        sampled: Callable[[str, int], bool] = lambda _person, _day: False,
    ) -> None:
        self.policy = policy
        self.defences = defences
        self.cases: dict[str, Case] = {}
        self.windows = Windows(policy.rules.factors)
        self.reviews: list[Review] = []
        self.steps: list[Step] = []
        self.written: list[Entry] = []
        practices = defences.practices
        check = policy.rules.cases.check
        self.tickets: Tickets | None = None
        if practices is not None and check is not None:
            self.tickets = Tickets(defences.seed, practices.ticket_outages, check.by_assignee)
        self._keep = keep
        self._sampled = sampled
        self._memory = Memory(self.record, self.reviews)
        memory: Any = self._memory
        self._watch = FreezeByPolicy(
            rules=policy.rules.watch, freezes=memory, recorder=memory, alerts=memory, metrics=memory
        )

    @property
    def by_assignee(self) -> bool:
        """Whether only the assignee of a ticket opens values under its case."""
        return self.tickets is not None and self.tickets.by_assignee

    @property
    def frozen(self) -> dict[str, Freeze]:
        """Who is frozen, by id."""
        return self._memory.frozen

    def unfreeze_all(self) -> None:
        """Unfreeze everyone, as supervisors do for honest people on the next morning."""
        for frozen in self._memory.frozen:
            self._memory.misses.pop(frozen, None)
            self._memory.refusals.pop(frozen, None)
        self._memory.frozen.clear()

    def record(
        self, who: Principal, at: int, action: str, outcome: str, *, items: Iterable[Item] = (), **more: Any
    ) -> None:
        """Write an audit entry. Its waybills and devices are plain: nothing has to be hidden here."""
        if self._keep:
            role = who.roles[0] if who.roles else ""
            device = who.device or ""
            self.written.append(
                Entry(at, action, outcome, who.id, role, "", "", "", items=[*items], device=device, **more)
            )

    def listed(self, who: Principal, at: int, *, freeze: bool) -> None:
        """Raise the alert of a person whom the lookout listed, and freeze the person where the policy says so."""
        self._memory.now = at
        self._memory.raise_alert("lookout", who)
        if freeze:
            self._watch.freeze(RequestContext(who, "", at), "lookout")

    def open_case(self, who: Principal, at: int, name: str, numbers: Sequence[str]) -> Done:
        """Open a case."""
        return self._step(who, at, "case-open", tuple(dict.fromkeys(numbers)), name=name)

    def close(self, at: int, name: str) -> None:
        """Close a case, as the ticket system does."""
        case = self.cases[name]
        self.cases[name] = Case(case.opening, (*case.acts, Act("close", TICKET_SYSTEM, at)))
        system = Principal(TICKET_SYSTEM, DEFAULT_TENANT, ("ticket-system",), frozenset(), "key")
        self.record(system, at, "case-close", Outcome.DONE, case=name)

    def decide(self, who: Principal, at: int, name: str, act: Literal["approve", "deny"]) -> Done:
        """Approve or deny a case."""
        self._memory.now = at
        try:
            self._refuse_frozen(who)
            self.policy.grant(who, "case:approve")
            case = self.cases.get(name)
            if case is None:
                raise NoSuchCase
            case.decide(who, act, at)
        except AccessError as refusal:
            self.record(who, at, f"case-{act}", refusal.code, case=name)
            return Done(refusal.code)
        self.cases[name] = Case(case.opening, (*case.acts, Act(act, who.id, at)))
        self.record(who, at, f"case-{act}", Outcome.DONE, case=name)
        return Done(Outcome.DONE)

    def detokenize(self, who: Principal, at: int, name: str, numbers: Sequence[str], known: Collection[str]) -> Done:
        """Open a field of each waybill; `known` are those that the vault holds."""
        return self._step(who, at, "detokenize", tuple(numbers), frozenset(known), name=name)

    def view(self, who: Principal, at: int, numbers: Sequence[str], held: Collection[str]) -> Done:
        """View waybills; `held` are those in the caller's custody."""
        return self._step(who, at, "view", tuple(numbers), frozenset(held))

    def tokenize(self, who: Principal, at: int, numbers: Sequence[str], conflicts: int) -> Done:
        """Send known waybills, so many of them with other values."""
        return self._step(who, at, "tokenize", tuple(numbers), conflicts=conflicts)

    def _step(
        self,
        who: Principal,
        at: int,
        action: str,
        numbers: tuple[str, ...],
        held: frozenset[str] = frozenset(),
        *,
        name: str = "",
        conflicts: int = 0,
    ) -> Done:
        self._memory.now = at
        sampled = self._sampled(who.id, at // DAY)
        before = None
        if sampled:
            grant = self._grant(who, action)
            packed = tuple(spent.pack() for spent, _, _ in self.windows.of(who, grant)) if grant else ()
            misses, refusals = self._memory.misses[who.id], self._memory.refusals_of(who)
            ticket = self.tickets.of(name) if self.tickets else None
            answers = self.tickets is None or self.tickets.answers(at)
            before = (grant, packed, misses, refusals, who.id in self.frozen, self.cases.get(name), ticket, answers)
        match action:
            case "case-open":
                done = self._open_case(who, at, name, numbers)
            case "detokenize":
                done = self._detokenize(who, at, name, numbers, held)
            case "view":
                done = self._view(who, at, numbers, held)
            case _:
                done = self._tokenize(who, at, conflicts)
        if before is not None:
            grant, packed, misses, refusals, frozen, case, ticket, answers = before
            self.steps.append(
                Step(
                    who=who,
                    at=at,
                    action=action,
                    grant=grant,
                    numbers=numbers,
                    held=held,
                    case=case,
                    name=name,
                    ticket=ticket,
                    answers=answers,
                    conflicts=conflicts,
                    windows=packed,
                    misses=misses,
                    refusals=refusals,
                    frozen=frozen,
                    done=done,
                )
            )
        return done

    def _grant(self, who: Principal, action: str) -> Grant | None:
        permission = {"case-open": "case:open", "detokenize": "token:detokenize", "view": "waybill:view"}
        try:
            return self.policy.grant(
                who,
                permission.get(action, "waybill:tokenize"),
                purpose=PURPOSE if action == "detokenize" else None,
            )
        except AccessError:
            return None

    def _open_case(self, who: Principal, at: int, name: str, numbers: tuple[str, ...]) -> Done:
        context = RequestContext(who, "", at)
        try:
            self._refuse_frozen(who)
            grant = self.policy.grant(who, "case:open")
            sampled = self.defences.in_sample(numbers, self.policy.rules.cases.sample)
            opening = Opening(
                case=name,
                purpose=PURPOSE,
                waybills=numbers,
                officer=None,
                reason="asked by the sender",
                opened_by=who.id,
                opened_at=at,
                expires_at=at + self.policy.rules.cases.longest,
                approvals_needed=self.policy.approvals_needed(PURPOSE, len(numbers), sampled=sampled),
            )
            self._notice(context, numbers, freeze=False)
            opening = self._confirmed(context, opening)
            taken = self._reserve(who, grant, len(numbers), at)
            if name in self.cases:
                taken.give_back(len(numbers))
                raise CaseExists
        except AccessError as refusal:
            return self._refused(who, at, "case-open", refusal, case=name)
        self.cases[name] = case = Case(opening)
        items = (Item(number, Outcome.DONE) for number in numbers)
        self.record(who, at, "case-open", Outcome.DONE, case=name, items=items, ticket=opening.checked)
        if case.status(at) == "pending":
            self.reviews.append(Review(at, "case-pending", who.id))
        return Done(case.status(at), len(numbers))

    def _notice(self, context: RequestContext, numbers: Iterable[str], *, freeze: bool = True) -> None:
        """As `DecoyWatch.notice`."""
        if any(map(is_phantom, numbers)):
            self._memory.raise_alert("decoy", context.principal)
            if freeze:
                self._watch.freeze(context, "decoy")

    def _confirmed(self, context: RequestContext, opening: Opening) -> Opening:
        """As `Casework._confirmed`."""
        check = self.policy.rules.cases.check
        if self.tickets is None or check is None:
            return opening
        try:
            confirmed = self.tickets.confirm(opening.case, opening.waybills, opening.officer, context.now)
        except (UnknownCaseNumber, TicketMismatch):
            self._watch.count_misses(context, 0, [False])
            raise
        except CaseCheckUnavailable:
            if not check.pending_on_failure:
                raise
            needed = max(opening.approvals_needed, self.policy.rules.purposes[opening.purpose].approvals)
            return msgspec.structs.replace(opening, approvals_needed=needed)
        return msgspec.structs.replace(opening, checked=confirmed.digest, officer=confirmed.officer)

    def _confirm_again(self, case: Case, officer: str, at: int) -> None:
        """As `CaseAuthority._confirm`."""
        check, opening = self.policy.rules.cases.check, case.opening
        if self.tickets is None or check is None:
            return
        opened = opening.checked and not (self.by_assignee and opening.officer != officer)
        newest = max(opening.opened_at if opened else 0, self.tickets.confirmed_at(opening.case, officer))
        if newest <= at < newest + check.again_after:
            return
        try:
            self.tickets.confirm(opening.case, opening.waybills, officer, at)
        except (UnknownCaseNumber, TicketMismatch):
            raise CaseNotOpen("ticket-closed") from None
        except CaseCheckUnavailable:
            if not (check.pending_on_failure and case.approved_by and opening.officer in (None, officer)):
                raise

    def _detokenize(self, who: Principal, at: int, name: str, numbers: tuple[str, ...], known: frozenset[str]) -> Done:
        context = RequestContext(who, "", at)
        try:
            with self._watch.count_refusals(context):
                grant = self.policy.grant(who, "token:detokenize", purpose=PURPOSE)
                self._refuse_frozen(who)
                missed = self._memory.misses[who.id]
                self._notice(context, numbers)
                case = self.cases.get(name)
                if case is None:
                    raise CaseNotOpen("unknown")
                case.authorise(who, PURPOSE, at, any_officer=self.by_assignee)
                self._confirm_again(case, who.id, at)
                named = frozenset(case.opening.waybills)
                lookups = sum(number in named for number in numbers)
                taken = self._reserve(who, grant, lookups, at)
        except AccessError as refusal:
            return self._refused(who, at, "detokenize", refusal, case=name)
        opened = [number in named and number in known for number in numbers]
        self._watch.count_misses(context, missed, opened)
        released = sum(opened)
        outcome = Outcome.RELEASED if released else Outcome.NOT_FOUND
        items = (
            Item(number, Outcome.RELEASED if one else Outcome.NOT_FOUND, PHONE if one else "")
            for number, one in zip(numbers, opened, strict=True)
        )
        self.record(
            who, at, "detokenize", outcome, case=name, count=released, items=items, approved_by=case.approved_by
        )
        taken.give_back(lookups - released)
        return Done(outcome, released)

    def _view(self, who: Principal, at: int, numbers: tuple[str, ...], held: frozenset[str]) -> Done:
        context = RequestContext(who, "", at)
        try:
            with self._watch.count_refusals(context):
                grant = self.policy.grant(who, "waybill:view")
                self._refuse_frozen(who)
                missed = self._memory.misses[who.id]
                taken = self._reserve(who, grant, len(numbers), at)
        except AccessError as refusal:
            return self._refused(who, at, "view", refusal)
        shown = [number in held for number in numbers]
        self._notice(context, [n for n in numbers if not (grant.scope == "custody" and n in held)])
        self._watch.count_misses(context, missed, shown)
        if grant.full_kinds:
            self.record(
                who,
                at,
                "view",
                Outcome.RELEASED,
                count=sum(shown),
                items=(Item(number, Outcome.RELEASED) for number in held),
            )
            taken.give_back(shown.count(False))
        return Done(Outcome.RELEASED if any(shown) else Outcome.NOT_FOUND, sum(shown))

    def _tokenize(self, who: Principal, at: int, conflicts: int) -> Done:
        """As `ConflictBudget.spend`, for known waybills only."""
        try:
            self._refuse_frozen(who)
            grant = self.policy.grant(who, "waybill:tokenize")
        except AccessError as refusal:
            return self._refused(who, at, "tokenize", refusal)
        try:
            taken = self._reserve(who, grant, conflicts or 1, at)
            if not conflicts:
                taken.give_back(1)
        except QuotaExceeded as refusal:
            for power in reversed(range(conflicts.bit_length())):
                self.windows.reserve(who, grant, 2**power, at)
            self._memory.raise_alert("conflicts", who)
            return self._refused(who, at, "tokenize", refusal)
        return Done(Outcome.DONE)

    def _reserve(self, who: Principal, grant: Grant, amount: int, at: int) -> Taken:
        taken = self.windows.reserve(who, grant, amount, at)
        if isinstance(taken, Taken):
            return taken
        retry_at, window = max(
            (
                (part * (one.seconds // 60), one)
                for part, (_, one, _) in zip(taken, self.windows.of(who, grant), strict=True)
                if part
            ),
            key=lambda found: found[0],
        )
        raise QuotaExceeded(window.name, retry_at, role=grant.role, counts=cast(Any, grant.budget).counts)

    def _refuse_frozen(self, who: Principal) -> None:
        if who.id in self.frozen:
            raise Frozen

    def _refused(self, who: Principal, at: int, action: str, refusal: AccessError, case: str = "") -> Done:
        self.record(who, at, action, refusal.code, case=case)
        return Done(refusal.code, 0, refusal.retry_at if isinstance(refusal, QuotaExceeded) else 0)
