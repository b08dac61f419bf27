"""Unmasking cases: the authority to open the waybills that they name.

What happens to a case is written once and never changed: it is opened, decided, closed, each a sealed fact in its own
place. Its status follows from the facts and the clock. A name that was used is used for ever.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, NamedTuple

import msgspec

from keys.errors import IntegrityError
from keys.secret import Unprinted
from masking_audit.format.links import fact_hash
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.call.recorder import RequestContext
from masking_service.service.call.shapes import is_case_name
from masking_service.service.cases.case_check import CaseCheck
from masking_service.service.cases.problems import (
    CaseCheckUnavailable,
    CaseExists,
    CaseNotOpen,
    CaseNotPending,
    NoSuchCase,
    OwnCase,
    TicketMismatch,
    UnknownCaseNumber,
)
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.service.state.sealed import Prepared, Sealed, TenantState
from masking_service.store.client import Command
from masking_service.store.layout import tenant_stem
from masking_service.store.pipeline import Question

Status = Literal["open", "pending", "denied", "closed", "expired"]
ActName = Literal["approve", "deny", "close", "claim", "done"]
READ_AT_ONCE: Final = 1_000
MAX_READ: Final = 10_000
"""Cases that one list reads at most. So its time does not depend on how many there are."""
_OF_EACH_PERSON: Final[dict[ActName, str]] = {"approve": "approver", "done": "done"}
"""Acts that each person may do once in a case, and the use for which the person's tag is made."""
MAX_CLAIMS: Final = 32
"""Claims of a case; after them it stays with its present officer."""
LISTED_SECONDS: Final = 30 * SECONDS_A_DAY
"""Seconds for which an expired case can be listed."""
_EARLIER_RELEASE: Final = 8 * SECONDS_A_DAY
"""Seconds behind the latest end of all cases, up to which a case may end that an earlier release opens meanwhile.

The upgrade of all processes takes a day, and a case of the shipped policy ends within seven.
"""
_FOREVER: Final = 1 << 53
"""Later than any end. Redis counts no further exactly."""
_LISTED_AS: Final[dict[ActName, str]] = {"deny": "denied", "close": "closed"}
"""The status after an act, of which there is a list."""
_OF_PERSON: Final = ("claim", "done")
"""Acts after which a case is in the list of the person."""

Narrow = tuple[Literal["waybill", "person", "status"], str]
"""A list of some cases only: what they have in common, and its value.

A waybill that they name; a person who opened them, whom they name, who claimed them or is done with them; or a status
(`pending`, `denied`, `closed`) that they have, or had.
"""


class Opening(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """How a case was opened. Times in Unix seconds.

    `checked` is the digest of the ticket system's answer; empty if it was not asked, or did not answer.
    """

    case: str
    purpose: str
    waybills: tuple[str, ...]
    officer: str | None
    reason: str
    opened_by: str
    opened_at: int
    expires_at: int
    approvals_needed: int
    checked: str = ""


class WantedCase(NamedTuple):
    """A case to open, as it was asked for.

    `expires_in` in seconds; None for the longest time that the policy allows.
    """

    case: str
    purpose: str
    waybills: Sequence[Any]
    reason: str
    officer: str | None = None
    expires_in: int | None = None


class Act(Unprinted, msgspec.Struct, frozen=True, omit_defaults=True):
    """An act on a case: ``approve``, ``deny``, ``close``, ``claim``, or ``done``, which is for the person alone.

    Acts stored before 0.1.0 have no note. `number` counts the claims of a case, from 0.
    """

    act: ActName
    by: str
    at: int
    note: str = ""
    number: int = 0


class Case(msgspec.Struct, frozen=True):
    """A case: how it was opened, and the acts since, in order.

    `digest` is that of the sealed opening, as the log announced it.
    """

    opening: Opening
    acts: tuple[Act, ...] = ()
    digest: str = ""

    def status(self, now: int) -> Status:
        """Return its status at `now`; it opens nothing if something is missing."""
        done = [act.act for act in self.acts]
        if "close" in done:
            return "closed"
        if "deny" in done:
            return "denied"
        if now >= self.opening.expires_at:
            return "expired"
        approvers = {act.by for act in self.acts if act.act == "approve"} - {self.opening.opened_by}
        return "open" if len(approvers) >= self.opening.approvals_needed else "pending"

    @property
    def approved_by(self) -> tuple[str, ...]:
        """The principals who approved it, in order."""
        return self._who_did("approve")

    @property
    def done_by(self) -> tuple[str, ...]:
        """The principals who are done with it, in order."""
        return self._who_did("done")

    @property
    def next_claim(self) -> int:
        """The number of the next claim; once there are `MAX_CLAIMS`, that of the last one."""
        return min(len(self._who_did("claim")), MAX_CLAIMS - 1)

    @property
    def claimed_by(self) -> str | None:
        """The principal who claimed it last, unless done with it."""
        claims = self._who_did("claim")
        return claims[-1] if claims and claims[-1] not in self.done_by else None

    @property
    def officers(self) -> frozenset[str]:
        """The principals who work on it: named by the case, by a claim, or by being done with it."""
        named = (self.opening.officer,) if self.opening.officer else ()
        return frozenset((*named, *self._who_did("claim"), *self.done_by))

    def _who_did(self, name: ActName) -> tuple[str, ...]:
        return tuple(act.by for act in self.acts if act.act == name)

    def decide(self, principal: Principal, act: Literal["approve", "deny"], now: int) -> None:
        """Raise unless `principal` may approve or deny it.

        Raises:
            OwnCase: the caller opened it.
            CaseNotPending: there is nothing to decide. The same act of the same principal again is no error.
        """
        if principal.id == self.opening.opened_by:
            raise OwnCase
        mine = any((done.act, done.by) == (act, principal.id) for done in self.acts)
        if self.status(now) != "pending" and not mine:
            raise CaseNotPending

    def authorise(self, principal: Principal, purpose: str, now: int, *, any_officer: bool = False) -> None:
        """Raise unless `principal` may open what this case names.

        Args:
            now: Unix seconds.
            any_officer: another officer than the named one may, too: the ticket system knows who works on it now.

        Raises:
            CaseNotOpen: it is not open, is for another purpose, or names another officer.
            OwnCase: the caller opened or approved it.
        """
        status = self.status(now)
        if status != "open":
            raise CaseNotOpen(status)
        if self.opening.purpose != purpose:
            raise CaseNotOpen("other-purpose")
        if principal.id == self.opening.opened_by or principal.id in self.approved_by:
            raise OwnCase
        if self.opening.officer not in (None, principal.id) and not any_officer:
            raise CaseNotOpen("other-officer")


class CasePlace(NamedTuple):
    """A place in a list: behind a case, by its end (Unix seconds) and its key."""

    expires_at: int
    key: bytes


class FoundCases(NamedTuple):
    """Cases of a list. `unread` is the place at which the reading ended, None if it came to the end of the list."""

    cases: list[Case]
    unread: CasePlace | None


class WantedCases(NamedTuple):
    """Chooses cases: those that fit. `narrow` is a list that holds all of them, so that the others are not read."""

    fits: Callable[[Case], bool]
    narrow: Narrow | None = None


class _EndsWithin(NamedTuple):
    """A part of a sorted set of cases: those that end from `first` to `last` (Unix seconds)."""

    key: bytes
    first: int
    last: int


class Cases(TenantState):
    """The cases of every tenant, sealed in the store."""

    def prepare_opening(self, tenant: str, opening: Opening) -> Prepared[Case]:
        """Seal a new case: one round trip to write.

        Writing it raises CaseExists where the name was used before, by whatever case.
        """
        key = self._key(tenant, opening.case)
        mine = self._seal(tenant, msgspec.json.encode(opening), _at(key, b"open"))
        persons = {opening.opened_by, opening.officer or opening.opened_by}
        narrow: list[Narrow] = [("person", person) for person in sorted(persons)]
        narrow += [("waybill", number) for number in opening.waybills]
        if opening.approvals_needed:
            narrow.append(("status", "pending"))

        def write() -> Case:
            stored = self._store.write(
                [
                    (b"HSETNX", key, b"open", mine),
                    (b"ZADD", self._list(tenant), b"NX", opening.expires_at, key),
                    (b"ZREMRANGEBYSCORE", self._list(tenant), b"-inf", opening.opened_at - LISTED_SECONDS),
                    *self._narrowly(tenant, narrow, opening, opening.opened_at, b"NX"),
                    (b"HGET", key, b"open"),
                ]
            )[-1]
            # Read back instead of trusting the reply to HSETNX: where a reply was lost, ours is there already.
            if stored != mine:
                raise CaseExists
            return Case(opening, digest=fact_hash(mine))

        return Prepared([Sealed(_at(key, b"open"), mine, until=0, once=True)], write)

    def prepare_act(self, tenant: str, opening: Opening, act: Act) -> Prepared[Case]:
        """Seal an act on an existing case: one round trip to write.

        Writing returns the case as it is then. The same act of the same person again changes nothing, and neither does
        a second denial or closing. Of two claims at once the first one counts.

        Raises:
            NoSuchCase: on writing, if the tenant has no such case.
        """
        key = self._key(tenant, opening.case)
        done = act.act.encode()
        if act.act in _OF_EACH_PERSON:
            done += b":" + self._keyring.tenant(tenant).tag(_OF_EACH_PERSON[act.act], act.by).encode()
        elif act.act == "claim":
            done += b":%d" % act.number
        sealed = self._seal(tenant, msgspec.json.encode(act), _at(key, done))
        narrow: list[Narrow] = []
        if act.act in _LISTED_AS:
            narrow.append(("status", _LISTED_AS[act.act]))
        elif act.act in _OF_PERSON:
            narrow.append(("person", act.by))

        def write() -> Case:
            lists = self._narrowly(tenant, narrow, opening, act.at)
            stored = self._store.write([(b"HSETNX", key, done, sealed), *lists, (b"HGETALL", key)])[-1]
            case = self._read(tenant, key, stored)
            if case is None:
                raise NoSuchCase
            return case

        return Prepared([Sealed(_at(key, done), sealed, until=0, once=True)], write)

    def get(self, tenant: str, name: str) -> Case:
        """Return one case: one round trip. Raises NoSuchCase: the tenant has none of that name."""
        found = self._store.answer(self.case_question(tenant, name))
        if found is None:
            raise NoSuchCase
        return found

    def case_question(self, tenant: str, name: str) -> Question[Case | None]:
        """Return the question for one case; its answer is None where the tenant has none of that name.

        For what can be no name there is no round trip.
        """
        if not is_case_name(name):
            return Question([], lambda _: None)
        key = self._key(tenant, name)
        return Question([(b"HGETALL", key)], lambda replies: self._read(tenant, key, *replies))

    def listed(
        self,
        tenant: str,
        now: int,
        wanted: WantedCases,
        *,
        past: bool = False,
        after: CasePlace | None = None,
        limit: int = MAX_READ,
    ) -> FoundCases:
        """Return the first wanted cases, in the order in which they expire, of the next `MAX_READ`.

        Two round trips for the first `limit` cases and for each thousand behind them.

        Args:
            now: Unix seconds.
            past: also those that expired within 30 days, and the last to expire first.
            after: the place behind which to go on.
            limit: how many cases at most.
        """
        found: dict[str, Case] = {}
        read = 0
        windows, first = self._windows(tenant, now, wanted.narrow, past=past), min(limit, READ_AT_ONCE)
        for places in self._places(windows, after, first, past=past):
            for case in self._load(tenant, [place.key for place in places]):
                # A case that is opened meanwhile pushes others to the next portion, where they come again.
                if case is not None and wanted.fits(case):
                    found[case.opening.case] = case
            read += len(places)
            if len(found) >= limit or read >= MAX_READ:
                return FoundCases([*found.values()][:limit], places[-1])
        return FoundCases([*found.values()], None)

    def place(self, tenant: str, case: Case) -> CasePlace:
        """Return the place of a case in lists by their end."""
        return CasePlace(case.opening.expires_at, self._key(tenant, case.opening.case))

    def _places(
        self, windows: Sequence[_EndsWithin], after: CasePlace | None, at_first: int, *, past: bool
    ) -> Iterator[list[CasePlace]]:
        """Yield the places of cases behind `after`, `at_first` and then many at once: one round trip each."""
        for window in windows:
            first, last = window.first, window.last
            if after is not None:
                first, last = (first, min(last, after.expires_at)) if past else (max(first, after.expires_at), last)
            way: Command = (last, first, b"BYSCORE", b"REV") if past else (first, last, b"BYSCORE")
            offset, size, more = 0, at_first, first <= last
            while more:
                some = (b"LIMIT", offset, size, b"WITHSCORES")
                [flat] = self._store.read([(b"ZRANGE", window.key, *way, *some)])
                places = [CasePlace(int(end), name) for name, end in zip(flat[0::2], flat[1::2], strict=True)]
                # The keys decide between cases that expire at once, here as in the store.
                behind = [one for one in places if after is None or (one < after if past else one > after)]
                if behind:
                    yield behind
                more, offset, size = len(places) == size, offset + size, READ_AT_ONCE

    def _windows(self, tenant: str, now: int, narrow: Narrow | None, *, past: bool) -> list[_EndsWithin]:
        """Return what a list is read from: a narrower list, and the list of all where that one may lack cases."""
        first, everything = now - LISTED_SECONDS if past else now + 1, self._list(tenant)
        if narrow is None:
            return [_EndsWithin(everything, first, _FOREVER)]
        complete = max(self._complete_from(tenant, now), first)
        windows = [_EndsWithin(self._narrow(tenant, narrow), complete, _FOREVER)]
        if complete > first:
            windows.insert(0, _EndsWithin(everything, first, complete - 1))
        return windows[::-1] if past else windows

    def _complete_from(self, tenant: str, now: int) -> int:
        """Return the end from which on cases are in narrower lists, too: one round trip, and once another to set it.

        Earlier releases wrote the list of all cases only. Theirs end before.
        """
        key, everything = self._list(tenant) + b":from", self._list(tenant)
        stored, last = self._store.read([(b"GET", key), (b"ZRANGE", everything, 0, 0, b"REV", b"WITHSCORES")])
        if stored is None:
            # Without any case, too: a process of an earlier release may open the first one in a moment.
            begin = max(int(last[1]) if last else now, now) + _EARLIER_RELEASE
            stored = self._store.write([(b"SET", key, begin, b"NX"), (b"GET", key)])[-1]
        if not stored.isdigit():
            raise IntegrityError("the store does not say which cases the lists hold")
        return int(stored)

    def _narrowly(
        self, tenant: str, narrow: Sequence[Narrow], opening: Opening, now: int, *condition: bytes
    ) -> list[Command]:
        """Return the commands that put a case into narrower lists, each kept as long as its last case is listed.

        A `condition` NX is for an opening that may be refused because there is a case of that name.
        """
        key, end = self._key(tenant, opening.case), opening.expires_at
        commands: list[Command] = []
        for each in map(partial(self._narrow, tenant), narrow):
            commands.append((b"ZADD", each, *condition, end, key))
            commands.append((b"ZREMRANGEBYSCORE", each, b"-inf", now - LISTED_SECONDS))
            # As in `HashField`: to Redis a key without expiry never ends, so GT alone would leave it so.
            commands += [(b"EXPIREAT", each, end + LISTED_SECONDS, when) for when in (b"NX", b"GT")]
        return commands

    def _narrow(self, tenant: str, narrow: Narrow) -> bytes:
        return self._list(tenant) + b":" + self._keyring.tenant(tenant).tag("cases", *narrow).encode()

    def _key(self, tenant: str, name: str) -> bytes:
        keys = self._keyring.tenant(tenant)
        return tenant_stem(keys.tenant_tag) + b"case:" + keys.tag("case", name).encode()

    def _list(self, tenant: str) -> bytes:
        return tenant_stem(self._keyring.tenant(tenant).tenant_tag) + b"cases"

    def _load(self, tenant: str, keys: Sequence[bytes]) -> list[Case | None]:
        replies = self._store.read([(b"HGETALL", key) for key in keys])
        return [self._read(tenant, key, flat) for key, flat in zip(keys, replies, strict=True)]

    def _read(self, tenant: str, key: bytes, flat: list[bytes]) -> Case | None:
        """Return a case from its sealed facts; None without an opening."""
        state = self._keyring.tenant(tenant).state
        facts = zip(flat[0::2], flat[1::2], strict=True)
        opened = {fact: state.open(sealed, _at(key, fact)) for fact, sealed in facts}
        opening = opened.pop(b"open", None)
        if opening is None:
            return None
        acts = [msgspec.json.decode(value, type=Act) for value in opened.values()]
        acts.sort(key=lambda act: (act.at, act.number))
        return Case(msgspec.json.decode(opening, type=Opening), tuple(acts), fact_hash(flat[flat.index(b"open") + 1]))


def _at(key: bytes, fact: bytes) -> bytes:
    return key + b"/" + fact


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAuthority:
    """Reads cases as authority, under one policy. `check` asks the ticket system; None where there is none."""

    policy: Policy
    cases: Cases
    check: CaseCheck | None

    def case_question(self, context: RequestContext, name: str | None) -> Question[Case | None]:
        """Return the question for the case of this name, if one is named; its answer is for `authorise`."""
        return self.cases.case_question(context.principal.tenant, name or "")

    def authorise(self, context: RequestContext, found: Case | None, purposes: Collection[str]) -> Case:
        """Return the case if it is open for this caller and has one of these purposes.

        Only callers who may read it are told why it is not. Where it is due the ticket system is asked.

        Raises:
            CaseNotOpen: it gives the caller no authority.
            OwnCase: the caller opened or approved it.
            CaseCheckUnavailable: the ticket system did not confirm it in time.
        """
        if found is None:
            raise CaseNotOpen(self._state_for(context.principal, None, "unknown"))
        own = found.opening.purpose
        try:
            assignee = self.check is not None and self.check.rule.by_assignee
            found.authorise(context.principal, own if own in purposes else "", context.now, any_officer=assignee)
        except CaseNotOpen as refusal:
            raise CaseNotOpen(self._state_for(context.principal, found, refusal.state)) from None
        self._confirm(context, found)
        return found

    def _confirm(self, context: RequestContext, case: Case) -> None:
        """Ask the ticket system about the case again, if that is due: one exchange.

        Where it does not answer, an approved case stays open for the officer whom it names, if the policy says so.
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
            raise CaseNotOpen(self._state_for(context.principal, case, "ticket-closed")) from None
        except CaseCheckUnavailable:
            stays_open = check.rule.pending_on_failure and case.approved_by and opening.officer in (None, officer)
            if not stays_open:
                raise

    def _state_for(self, principal: Principal, case: Case | None, state: str) -> str:
        """Return the state of a case that is not open, if the caller may read it."""
        may_read = self.policy.permits(principal, Permission.CASE_READ) and reaches(self.policy, principal, case)
        return state if may_read else ""


def sees_own_only(policy: Policy, principal: Principal) -> bool:
    """Whether the caller sees only own cases: the desk, which opens cases and approves none."""
    return policy.permits(principal, Permission.CASE_OPEN) and not policy.permits(principal, Permission.CASE_APPROVE)


def reaches(policy: Policy, principal: Principal, case: Case | None) -> bool:
    """Whether this case, or the absence of one (None), is visible to the caller."""
    return not sees_own_only(policy, principal) or (case is not None and case.opening.opened_by == principal.id)
