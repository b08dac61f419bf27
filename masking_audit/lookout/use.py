"""Lists the people whose entries look like theft, raises alerts, and freezes where the policy says so.

Runs outside the service's processes, once a day: what it decides is in the audit
log before it is done, and no request waits for it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from masking_audit.format.lines import entry_lines
from masking_audit.format.links import entry_id
from masking_audit.lookout.history import TRACES, History, HistoryReader, Trace, rows_of
from masking_audit.lookout.signals import VIEW_DAYS, WINDOW_DAYS
from masking_audit.newest_hashes import NewestHashes
from masking_audit.packs.evidence import entry_of
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.observability.alerts import Alerts
from masking_service.service.call.recorder import NOTHING_STATED, Recorder, RequestContext
from masking_service.service.freezes.state import FreezeByPolicy, Freezes
from masking_service.service.lookout.state import Reason, Shortlists, StoredListing, StoredReason
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal, service_principal

_TRACE_ACTIONS = tuple(b'"action":"%b"' % action.encode() for action in sorted(TRACES))
"""Parts of lines in the log's format, by which most lines are skipped without parsing."""


def first_second(now: int) -> int:
    """Return the time from which the signals need the log (Unix seconds)."""
    return now - WINDOW_DAYS * SECONDS_A_DAY


def read_histories(
    lines: Callable[[], Iterable[bytes]], tenants: Iterable[str], now: int, newest_hashes: NewestHashes
) -> dict[str, History]:
    """Return the histories of the last thirty days, by the tenants' hashes as in entries.

    In two passes, as there are far more scans than the signals need: the first finds openings, cases and views, the
    second what became of their parcels.
    """
    readers = {tenant: HistoryReader() for tenant in tenants}
    for line in entry_lines(line for line in lines() if not _is_trace(line)):
        entry = entry_of(line)
        if entry is None or entry.tenant not in readers or not first_second(now) <= entry.at < now:
            continue
        if entry.action != Action.VIEW or entry.at >= now - VIEW_DAYS * SECONDS_A_DAY:
            readers[entry.tenant].add(entry_id(line.writer, line.number), newest_hashes(entry))
    histories = {tenant: reader.history() for tenant, reader in readers.items()}
    waybills = {tenant: history.waybills for tenant, history in histories.items()}
    for line in entry_lines(line for line in lines() if _is_trace(line)):
        entry = entry_of(line)
        if entry is not None and entry.tenant in histories and entry.at < now:
            named = waybills[entry.tenant]
            histories[entry.tenant].traces.extend(
                row for row in rows_of(newest_hashes(entry)) if isinstance(row, Trace) and row.waybill in named
            )
    for history in histories.values():
        history.traces.sort()
    return histories


def _is_trace(line: bytes) -> bool:
    return any(action in line for action in _TRACE_ACTIONS)


MAX_LISTED: Final = 5
"""People on the list of one day: as many as a person can look into."""
MIN_REASON: Final = 2.0
"""The score of a reason that counts: one in a hundred honest people has it."""
MAX_REASON: Final = 4.0
"""The most that one reason adds, so that one signal alone lists no one without the policy."""
MIN_TOTAL: Final = 5.0
"""The total from which a person is listed."""
MIN_RISE: Final = 2.0
"""A person who was listed lately is listed again only if the total rose by so much."""


class Listed(NamedTuple):
    """A person on the list, the total score, and the reasons, the strongest first."""

    person: str
    total: float
    reasons: tuple[Reason, ...]


def rank(
    reasons: Iterable[Reason],
    before: Mapping[str, float],
    frozen: Collection[str] = (),
    limit: int = MAX_LISTED,
    alone: Collection[str] = (),
) -> list[Listed]:
    """Return the people to review, the most suspicious first.

    Args:
        before: the totals of people who were listed lately.
        limit: how many may still be listed today.
        alone: signals of which one lists a person.
    """
    of_person: dict[str, dict[str, Reason]] = defaultdict(dict)
    for reason in sorted(reasons, key=lambda one: one.score):
        if reason.score >= MIN_REASON and reason.person not in frozen:
            of_person[reason.person][reason.signal] = reason
    listed = []
    for person, found in of_person.items():
        total = sum(min(one.score, MAX_REASON) for one in found.values())
        suspicious = total >= MIN_TOTAL or not found.keys().isdisjoint(alone)
        if suspicious and total >= before.get(person, -MIN_RISE) + MIN_RISE:
            strongest_first = sorted(found.values(), key=lambda one: (-one.score, one.signal))
            listed.append(Listed(person, total, tuple(strongest_first)))
    return sorted(listed, key=lambda one: (-one.total, one.person))[: max(limit, 0)]


def to_freeze(listed: Iterable[Listed], together: Collection[str]) -> list[Listed]:
    """Return the people whose reasons include every signal of `together`; none if it is empty."""
    return [one for one in listed if together and {*together} <= {reason.signal for reason in one.reasons}]


LOOKOUT: Final = "lookout"
"""The service principal that lists people, in the audit log."""
REMEMBERED_SECONDS: Final = 7 * SECONDS_A_DAY
"""For how long a person is not listed again, unless there is more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Lists people of one tenant, under one policy."""

    policy: Policy
    freezes: Freezes
    shortlists: Shortlists
    freezing: FreezeByPolicy
    recorder: Recorder
    alerts: Alerts

    def __call__(self, tenant: str, reasons: Iterable[Reason], now: int) -> list[StoredListing]:
        """List at most five people a day. Round trips: two, and three where anyone is listed; three for each freeze.

        Raises:
            StoreUnavailable, IntegrityError: it may or may not be written; the same call can be made again.
        """
        frozen = {one.id for one in self.freezes.listed(tenant)}
        before = self.shortlists.of(tenant)
        totals: dict[str, float] = {}
        for one in before:
            if one.at >= now - REMEMBERED_SECONDS:
                totals[one.id] = max(one.total, totals.get(one.id, 0.0))
        today = sum(one.at // SECONDS_A_DAY == now // SECONDS_A_DAY for one in before)
        rules = self.policy.rules.lookout
        found = rank(reasons, totals, frozen, MAX_LISTED - today, rules.alone)
        freezing = {one.person for one in to_freeze(found, rules.freeze)}
        listed = [
            StoredListing(
                id=one.person,
                at=now,
                total=round(one.total, 1),
                frozen=one.person in freezing,
                reasons=[_stored_reason(reason) for reason in one.reasons],
            )
            for one in found
        ]
        if listed:
            self._write(tenant, listed, now)
        for one in listed:
            context = RequestContext(Principal(one.id, tenant, (), frozenset(), "jwt"), "", now)
            self.alerts.raise_alert("lookout", context.principal)
            if one.frozen:
                self.freezing.freeze(context, "lookout")
        return listed

    def _write(self, tenant: str, listed: list[StoredListing], now: int) -> None:
        context = RequestContext(service_principal(LOOKOUT, tenant), "", now)
        prepare = partial(self.shortlists.prepare, tenant, listed, now)
        self.recorder.change(context, Action.LOOKOUT, NOTHING_STATED, prepare)


def _stored_reason(reason: Reason) -> StoredReason:
    figures = round(reason.observed, 3), reason.total, round(reason.expected, 3)
    return StoredReason(reason.signal, round(reason.score, 1), *figures, reason.other)
