"""The signals that compare a person with their own earlier days: pace, hours, devices and networks."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Final

from masking_audit.lookout.arithmetic import centre_of, cusum, poisson_tail, run_length, score
from masking_audit.lookout.history import OpenedFields, Seen
from masking_audit.lookout.peers import MIN_PEERS, is_excessive
from masking_service.masking.timestamps import SECONDS_A_DAY, SECONDS_AN_HOUR
from masking_service.service.lookout.reasons import Reason

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
