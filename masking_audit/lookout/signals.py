"""The signals: each is a function of rows of the log, and returns the people whom it points to.

A signal alone proves nothing. `use` adds the scores of several.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from masking_audit.lookout.history import CaseDecision, History, OpenedCase, OpenedFields, Seen, Trace, ViewedWaybill
from masking_audit.lookout.peers import (
    MIN_PEERS,
    Excess,
    RoleShare,
    Value,
    centre_of,
    cusum,
    excessive_shares,
    excessive_values,
    is_excessive,
    poisson_tail,
    run_length,
    score,
)
from masking_service.masking.timestamps import SECONDS_A_DAY, SECONDS_AN_HOUR
from masking_service.service.lookout.state import Reason

RECENT: Final = 7 * SECONDS_A_DAY
"""Seconds for which new things count. A patient thief's single night does not differ from chance."""
MIN_HISTORY: Final = 50
"""Earlier actions from which a person's own hours are known."""
MIN_HISTORY_DAYS: Final = 10
"""Earlier days from which a person's own hours are known."""
KNOWN_DAYS: Final = 5
"""Earlier days that make devices and networks known; few, because a person may have been on leave."""
RARE_HOUR: Final = 0.02
"""Share of a person's own actions, within an hour before and after, below which an hour is odd."""
SETTLED_DAYS: Final = 200
"""Days that an honest person works with the known device and network, where a role's log says little."""


def pace(openings: Iterable[OpenedFields], now: int) -> list[Reason]:
    """Fields a day that rose above the person's own earlier days, or above the peers', by a cumulative sum.

    The person's earlier days are the first half of the days on which they opened anything. What rose for the role as a
    whole, as in a peak week, is no rise.
    """
    days: dict[str, Counter[int]] = defaultdict(Counter)
    roles = {}
    for one in openings:
        days[one.person][one.at // SECONDS_A_DAY] += one.fields
        roles[one.person] = one.role
    season = _season(days, roles)
    of_role: dict[str, list[float]] = defaultdict(list)
    people = Counter(roles.values())
    for who, counts in days.items():
        of_role[roles[who]] += [math.log1p(count) - season[roles[who], day] for day, count in counts.items()]
    reasons = []
    for who, counts in days.items():
        worked = sorted(counts)
        values = [math.log1p(counts[day]) - season[roles[who], day] for day in worked]
        half = len(values) // 2
        if half >= MIN_HISTORY_DAYS // 2:
            before, after = values[:half], values[half:]
        elif people[roles[who]] >= MIN_PEERS:
            before, after = of_role[roles[who]], values
        else:
            continue
        centre, deviation = centre_of(before)
        height = cusum((value - centre) / max(deviation, 0.35) for value in after)
        observed = median(counts[day] for day in worked[-5:])
        expected = math.expm1(centre + median(season[roles[who], day] for day in worked[-5:]))
        if max(counts) >= now // SECONDS_A_DAY - 1 and is_excessive(observed, expected):
            reasons.append(Reason(who, "pace", math.log10(max(run_length(height), 1.0)), observed, 0, expected))
    return reasons


def _season(days: Mapping[str, Counter[int]], roles: Mapping[str, str]) -> dict[tuple[str, int], float]:
    """Return how far the median of a role was above its usual one on each day, in logarithms.

    It is 0 on days on which fewer than five people of the role opened anything.
    """
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for who, counts in days.items():
        for day, count in counts.items():
            found[roles[who], day].append(math.log1p(count))
    medians = {at: median(values) for at, values in found.items() if len(values) >= MIN_PEERS}
    of_role: dict[str, list[float]] = defaultdict(list)
    for (role, _), middle in medians.items():
        of_role[role].append(middle)
    usual = {role: median(middles) for role, middles in of_role.items()}
    return {(role, day): medians[role, day] - usual[role] if (role, day) in medians else 0.0 for role, day in found}


def odd_hours(actions: Iterable[tuple[str, int]], now: int) -> list[Reason]:
    """Actions of the last seven days in hours in which the person was hardly ever active before.

    Args:
        actions: the person and the time (Unix seconds) of each opening, view and case.
    """
    before: dict[str, Counter[int]] = defaultdict(Counter)
    days: dict[str, set[int]] = defaultdict(set)
    recent: dict[str, list[int]] = defaultdict(list)
    for who, at in actions:
        if at >= now - RECENT:
            recent[who].append(at % SECONDS_A_DAY // SECONDS_AN_HOUR)
        else:
            before[who][at % SECONDS_A_DAY // SECONDS_AN_HOUR] += 1
            days[who].add(at // SECONDS_A_DAY)
    reasons = []
    for who, hours in recent.items():
        own = before[who]
        total = own.total()
        if total < MIN_HISTORY or len(days[who]) < MIN_HISTORY_DAYS:
            continue
        odd = sum((own[(hour - 1) % 24] + own[hour] + own[(hour + 1) % 24]) / total < RARE_HOUR for hour in hours)
        expected = RARE_HOUR * len(hours)
        if is_excessive(odd, expected):
            found = score(poisson_tail(odd, expected))
            reasons.append(Reason(who, "odd-hours", found, odd, len(hours), expected))
    return reasons


def new_surroundings(seen: Iterable[Seen], now: int) -> list[Reason]:
    """Return people with devices or networks of seven days that were not used on five earlier days.

    The score is that of one day: how rarely people of the role have a new one, where each person's earlier ones count
    once, or how rarely this person has. So a claim that often changes is no reason.
    """
    rows: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(seen):
        rows[one.what].append(one)
    return [reason for what, found in rows.items() for reason in _new(f"new-{what}", found, now)]


def _new(signal: str, seen: Iterable[Seen], now: int) -> list[Reason]:
    """Return the reasons of one kind of surroundings, of which the rows are given oldest first."""
    known: dict[str, set[str]] = defaultdict(set)
    days: dict[str, set[int]] = defaultdict(set)
    changes: Counter[str] = Counter()
    recent: dict[str, set[str]] = defaultdict(set)
    roles = {}
    for one in seen:
        roles[one.person] = one.role
        if one.at >= now - RECENT:
            recent[one.person].add(one.tag)
            continue
        days[one.person].add(one.at // SECONDS_A_DAY)
        if len(days[one.person]) > KNOWN_DAYS and one.tag not in known[one.person]:
            changes[one.person] += 1
        known[one.person].add(one.tag)
    settled = {who: len(own) - KNOWN_DAYS for who, own in days.items() if len(own) >= KNOWN_DAYS}
    role_days, role_changes = Counter[str](), Counter[str]()
    for who, count in settled.items():
        role_days[roles[who]] += count
        role_changes[roles[who]] += min(changes[who], 1)
    reasons = []
    for who, count in settled.items():
        new = len(recent[who] - known[who])
        of_role = (role_changes[roles[who]] + 1) / (role_days[roles[who]] + SETTLED_DAYS)
        expected = max(of_role, changes[who] / max(count, 1))
        if new:
            found = score(poisson_tail(new, expected))
            reasons.append(Reason(who, signal, found, new, len(days[who]), expected))
    return reasons


WINDOW_DAYS: Final = 30
"""Days of the log that the signals need."""
VIEW_DAYS: Final = 7
"""Days of views that they need: there are a thousand times as many views as openings."""
FOLLOWED_WITHIN: Final = 3 * SECONDS_A_DAY
"""A real case or parcel shows some later activity within this time."""
MIN_PARCELS: Final = 10
QUICK_SECONDS: Final = 5
"""An approval so soon after the person's previous one was not read."""


def unverified(openings: Iterable[OpenedFields], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Cases that no ticket system verified, against peers.

    Says nothing while no case is verified at all: then there is no ticket system. Cases that were opened before the
    first day that is read do not count.
    """
    verified = {case.case: case.verified for case in cases}
    if not any(verified.values()):
        return []
    verified[""] = False
    handled = {(one.person, one.role, one.case or one.waybill): verified.get(one.case, True) for one in openings}
    shares = _shares((who, role, not known) for (who, role, _), known in handled.items())
    return _reasons("unverified", excessive_shares(shares))


def unfollowed(
    openings: Sequence[OpenedFields], decisions: Iterable[CaseDecision], traces: Iterable[Trace], now: int
) -> list[Reason]:
    """Cases worked on that nothing later follows, against peers: one parcel without it is enough."""
    old = [one for one in openings if one.at < now - FOLLOWED_WITHIN]
    handled = {(one.person, one.role, one.case or one.waybill): False for one in old}
    left = unfollowed_openings(old, decisions, traces)
    handled.update({(one.person, one.role, one.case or one.waybill): True for one in left})
    shares = _shares((who, role, alone) for (who, role, _), alone in handled.items())
    return _reasons("unfollowed", excessive_shares(shares))


def unfollowed_openings(
    openings: Iterable[OpenedFields], decisions: Iterable[CaseDecision], traces: Iterable[Trace]
) -> Iterator[OpenedFields]:
    """Yield the openings without a later scan or call of the parcel, whose case no other person closed later."""
    last = _last_traces(traces)
    closed: dict[str, dict[str, int]] = defaultdict(dict)
    for decision in decisions:
        if decision.act == "close":
            closed[decision.case][decision.person] = decision.at
    none: dict[str, int] = {}
    for one in openings:
        closings = closed.get(one.case, none).items()
        if last.get(one.waybill, 0) <= one.at and not any(at > one.at and who != one.person for who, at in closings):
            yield one


def pairs(openings: Iterable[OpenedFields], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Officers who open under the cases of one opener more often than under those of others."""
    return _pairs("pair", {(one.case, one.person) for one in openings}, cases)


def approving_pairs(decisions: Iterable[CaseDecision], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Approvers who decide the cases of one opener more often than those of others."""
    return _pairs("approving-pair", {(one.case, one.person) for one in decisions if one.act == "approve"}, cases)


def fields_per_waybill(openings: Iterable[OpenedFields]) -> list[Reason]:
    """Fields for each waybill of a case, against peers."""
    fields: Counter[str] = Counter()
    waybills: dict[str, set[tuple[str, str]]] = defaultdict(set)
    roles = {}
    for one in openings:
        fields[one.person] += one.fields
        waybills[one.person].add((one.case, one.waybill))
        roles[one.person] = one.role
    values = {
        who: Value(roles[who], fields[who] / len(named)) for who, named in waybills.items() if len(named) >= MIN_PARCELS
    }
    return _reasons("fields-per-waybill", excessive_values(values))


def unmoved(views: Iterable[ViewedWaybill], traces: Iterable[Trace], now: int) -> list[Reason]:
    """Full views whose parcel never moved afterwards, against peers."""
    last = _last_traces(traces)
    parcels = {(one.person, one.role, one.waybill): one.at for one in views if one.at < now - FOLLOWED_WITHIN}
    shares = _shares((who, role, last.get(waybill, 0) <= at) for (who, role, waybill), at in parcels.items())
    return _reasons("unmoved", excessive_shares(shares))


def sites(seen: Iterable[OpenedFields | ViewedWaybill], traces: Iterable[Trace]) -> list[Reason]:
    """Sites of the parcels that a person opened or viewed, against peers."""
    known: dict[str, str] = {one.waybill: one.site for one in traces if one.site}
    visited: dict[str, set[str]] = defaultdict(set)
    roles = {}
    for one in seen:
        if one.waybill in known:
            visited[one.person].add(known[one.waybill])
            roles[one.person] = one.role
    values = {who: Value(roles[who], len(found)) for who, found in visited.items()}
    return _reasons("sites", excessive_values(values))


def quick_approvals(decisions: Iterable[CaseDecision]) -> list[Reason]:
    """Approvals within seconds of the person's previous one, against peers."""
    previous: dict[str, int] = {}
    found = []
    for one in sorted(decisions):
        if one.act == "approve":
            quick = one.person in previous and one.at - previous[one.person] <= QUICK_SECONDS
            found.append((one.person, one.role, quick))
            previous[one.person] = one.at
    return _reasons("quick-approvals", excessive_shares(_shares(found)))


def all_signals(history: History, now: int) -> list[Reason]:
    """Return the reasons of every signal over the last thirty days of one tenant's log."""
    openings, cases, decisions = history.openings, history.cases, history.decisions
    acted = [(one.person, one.at) for rows in (openings, cases, history.views) for one in rows]
    return [
        *unverified(openings, cases),
        *unfollowed(openings, decisions, history.traces, now),
        *pairs(openings, cases),
        *approving_pairs(decisions, cases),
        *fields_per_waybill(openings),
        *pace(openings, now),
        *unmoved(history.views, history.traces, now),
        *sites([*openings, *history.views], history.traces),
        *odd_hours(acted, now),
        *new_surroundings(history.seen, now),
        *quick_approvals(decisions),
    ]


def _pairs(signal: str, handled: Collection[tuple[str, str]], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Compare how often two people meet in a case with independence.

    Expected is the person's share of the cases of all other openers. The score counts how many pairs were compared.
    """
    openers: dict[str, str] = {}
    for one in sorted(cases):  # a name is used once: a later attempt was refused
        openers.setdefault(one.case, one.person)
    met = Counter((openers[case], who) for case, who in handled if case in openers)
    of_opener = Counter(openers[case] for case in {case for case, _ in handled} if case in openers)
    of_person = Counter(who for case, who in handled if case in openers)
    return excessive_pairs(signal, met, of_opener, of_person)


def excessive_pairs(
    signal: str, met: Mapping[tuple[str, str], int], of_opener: Counter[str], of_person: Counter[str]
) -> list[Reason]:
    """Return the reasons of pairs that meet more often than independence explains.

    Args:
        met: in how many cases an opener and another person met.
        of_opener: the cases that each opener opened.
        of_person: the cases that each person handled.
    """
    if len(of_person) < MIN_PEERS:
        return []
    total = of_opener.total()
    reasons = []
    for (opener, who), count in met.items():
        share = (of_person[who] - count + 1) / (total - of_opener[opener] + len(of_person))
        expected = of_opener[opener] * min(share, 1.0)
        if is_excessive(count, expected):
            found = score(min(1.0, poisson_tail(count, expected) * len(met)))
            reasons.append(Reason(who, signal, found, count, of_opener[opener], expected, opener))
            reasons.append(Reason(opener, f"{signal}-opener", found, count, of_opener[opener], expected, who))
    return reasons


def _last_traces(traces: Iterable[Trace]) -> Mapping[str, int]:
    return {one.waybill: one.at for one in sorted(traces)}


def _shares(found: Iterable[tuple[str, str, bool]]) -> dict[str, RoleShare]:
    roles: dict[str, str] = {}
    observed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for who, role, counts in found:
        roles.setdefault(who, role)
        total[who] += 1
        if counts:
            observed[who] += 1
    return {who: RoleShare(role, observed[who], total[who]) for who, role in roles.items()}


def _reasons(signal: str, found: Iterable[Excess]) -> list[Reason]:
    return [Reason(one.person, signal, one.score, one.observed, one.total, one.expected) for one in found]
