"""The signals: each is a function of rows of the log, and returns the people whom it points to.

A signal alone proves nothing. `ranking` adds the scores of several.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from masking_service.audit.lookout.arithmetic import poisson_tail, score
from masking_service.audit.lookout.habits import new_devices, odd_hours, pace
from masking_service.audit.lookout.history import Decision, History, OpenedCase, Opening, Trace, View
from masking_service.audit.lookout.peers import (
    MIN_PEERS,
    Excess,
    Share,
    Value,
    excessive_shares,
    excessive_values,
    is_excessive,
)
from masking_service.audit.lookout.reasons import DAY, Reason

WINDOW_DAYS: Final = 30
"""Days of the log that the signals need."""
VIEW_DAYS: Final = 7
"""Days of views that they need: there are a thousand times as many views as openings."""
FOLLOWED_WITHIN: Final = 3 * DAY
"""A real case or parcel shows some later activity within this time."""
MIN_PARCELS: Final = 10
QUICK_SECONDS: Final = 5
"""An approval so soon after the person's previous one was not read."""


def unverified(openings: Iterable[Opening], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Openings under cases that no ticket system verified, against peers.

    Says nothing while no case is verified at all: then there is no ticket system.
    """
    verified = {case.case for case in cases if case.verified}
    if not verified:
        return []
    shares = _shares((opening.person, opening.role, opening.case not in verified) for opening in openings)
    return _reasons("unverified", excessive_shares(shares))


def unfollowed(
    openings: Sequence[Opening], decisions: Iterable[Decision], traces: Iterable[Trace], now: int
) -> list[Reason]:
    """Openings that nothing later follows, against peers."""
    followed = followed_openings(openings, decisions, traces)
    shares = _shares(
        (opening.person, opening.role, opening not in followed)
        for opening in openings
        if opening.at < now - FOLLOWED_WITHIN
    )
    return _reasons("unfollowed", excessive_shares(shares))


def followed_openings(
    openings: Sequence[Opening], decisions: Iterable[Decision], traces: Iterable[Trace]
) -> set[Opening]:
    """Return the openings after which the parcel moved, or was called about, or another person closed the case."""
    last = _last_traces(traces)
    closed = {(one.case, one.person): one.at for one in decisions if one.act == "close"}
    closers: dict[str, list[str]] = defaultdict(list)
    for case, person in closed:
        closers[case].append(person)
    return {
        one
        for one in openings
        if last.get(one.waybill, 0) > one.at
        or any(who != one.person and closed[one.case, who] > one.at for who in closers.get(one.case, ()))
    }


def pairs(openings: Iterable[Opening], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Officers who open under the cases of one opener more often than under those of others."""
    return _pairs("pair", {(one.case, one.person) for one in openings}, cases)


def approving_pairs(decisions: Iterable[Decision], cases: Iterable[OpenedCase]) -> list[Reason]:
    """Approvers who decide the cases of one opener more often than those of others."""
    return _pairs("approving-pair", {(one.case, one.person) for one in decisions if one.act == "approve"}, cases)


def fields_per_waybill(openings: Iterable[Opening]) -> list[Reason]:
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


def unmoved(views: Iterable[View], traces: Iterable[Trace], now: int) -> list[Reason]:
    """Full views whose parcel never moved afterwards, against peers."""
    last = _last_traces(traces)
    parcels = {(one.person, one.role, one.waybill): one.at for one in views if one.at < now - FOLLOWED_WITHIN}
    shares = _shares((who, role, last.get(waybill, 0) <= at) for (who, role, waybill), at in parcels.items())
    return _reasons("unmoved", excessive_shares(shares))


def sites(seen: Iterable[Opening | View], traces: Iterable[Trace]) -> list[Reason]:
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


def quick_approvals(decisions: Iterable[Decision]) -> list[Reason]:
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
        *new_devices(history.seen, now),
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
    total = of_opener.total()
    reasons = []
    for (opener, who), count in met.items():
        share = (of_person[who] - count + 1) / (total - of_opener[opener] + len(of_person))
        expected = of_opener[opener] * min(share, 1.0)
        found = score(min(1.0, poisson_tail(count, expected) * len(met)))
        if is_excessive(count, expected) and len(of_person) >= MIN_PEERS:
            reasons.append(Reason(who, signal, found, count, of_opener[opener], expected, opener))
            reasons.append(Reason(opener, f"{signal}-opener", found, count, of_opener[opener], expected, who))
    return reasons


def _last_traces(traces: Iterable[Trace]) -> Mapping[str, int]:
    return {one.waybill: one.at for one in sorted(traces)}


def _shares(found: Iterable[tuple[str, str, bool]]) -> dict[str, Share]:
    shares: dict[str, Share] = {}
    for who, role, counts in found:
        _, observed, total = shares.get(who, (role, 0, 0))
        shares[who] = Share(role, observed + counts, total + 1)
    return shares


def _reasons(signal: str, found: Iterable[Excess]) -> list[Reason]:
    return [Reason(one.person, signal, one.score, one.observed, one.total, one.expected) for one in found]
