"""What a simulation found, as figures."""

import math
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.theft import honest, thieves
from bench.theft.defences import NONE, Defences
from bench.theft.model import DAY, Service, Step
from bench.theft.replay import disagreements
from bench.theft.work import BEGIN, Tally
from bench.theft.workforce import Workforce
from masking_service.access.policy import Policy

Json = dict[str, Any]
THIEVES_REPLAYED: int = 10
"""A thief's person-days are replayed this many times as often as honest ones."""
PER = 100_000
STAFF = 10_000


@dataclass(frozen=True, slots=True)
class Theft:
    """What one thief took in one run."""

    strategy: str
    records: int
    days_to_detection: float | None
    active_days: int
    login_days: int
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One seed."""

    rate: int
    tally: Tally
    thefts: list[Theft]
    companies: list[list[Step]]


def sampled(seed: int, one_in: int, person: str, day: int) -> bool:
    """Return whether a person-day is replayed; the same in each run."""
    each = max(one_in // THIEVES_REPLAYED, 1) if "/thief-" in person else one_in
    return zlib.crc32(f"{seed}/{person}/{day}".encode()) % each == 0


def run(policy_path: Path, workforce: Workforce, defences: Defences, first: int, seed: int) -> Run:
    """Run honest work and every thief under one seed; the rates of tickets take turns."""
    policy = Policy.load(policy_path, development=True)
    rates = workforce.desk.tickets_per_million
    rate = rates[(seed - first) % len(rates)]
    chosen = partial(sampled, seed, workforce.replay.one_in)
    if seed - first >= workforce.replay.seeds:
        chosen = partial(_never)
    tally, steps = honest.run(policy, workforce, seed, rate, chosen, defences)
    thefts, companies = [], [steps]
    for name in thieves.STRATEGIES:
        service = Service(policy, defences, keep=bool(defences.daily_reviews), sampled=chosen)
        heist = thieves.run(name, service, workforce, seed)
        thefts.append(_theft(heist))
        companies.append(service.steps)
    return Run(rate, tally, thefts, companies)


def _never(person: str, day: int) -> bool:
    del person, day
    return False


def _theft(heist: thieves.Heist) -> Theft:
    counted = [(at, count) for at, count in heist.taken if heist.detected_at is None or at <= heist.detected_at]
    by_day = [0] * ((heist.end - BEGIN) // DAY)
    for at, count in counted:
        by_day[min((at - heist.begin) // DAY, len(by_day) - 1)] += count
    return Theft(
        heist.name,
        heist.records(),
        None if heist.detected_at is None else (heist.detected_at - heist.begin) / DAY,
        len({at // DAY for at, _ in counted}),
        len(heist.login_days),
        tuple(by_day),
    )


def simulate(policy: Path, workforce: Workforce, seed: int, *, defences: Defences = NONE, processes: int = 2) -> Json:
    """Run every seed and the replay; return the figures as `--json` prints them."""
    seeds = range(seed, seed + workforce.seeds)
    with ProcessPoolExecutor(processes) as pool:
        runs = [*pool.map(partial(run, policy, workforce, defences, seed), seeds)]
    companies = [steps for one in runs for steps in one.companies]
    different = disagreements(policy, companies)
    return {
        **summary(runs, workforce),
        "replayed": sum(len({(step.who.id, step.at // DAY) for step in steps}) for steps in companies),
        "replayed_calls": sum(map(len, companies)),
        "disagreements": len(different),
        "disagreeing": different[:20],
        "seeds": [*seeds],
        "company": {**msgspec.structs.asdict(workforce.people), "days": workforce.days},
        "curves": curves(runs),
    }


def summary(runs: Sequence[Run], workforce: Workforce) -> Json:
    """Return the figures of runs."""
    by_rate = {rate: Tally() for rate in workforce.desk.tickets_per_million}
    for one in runs:
        by_rate[one.rate].add(one.tally)
    rates = {rate: _honest(tally, workforce) for rate, tally in by_rate.items() if tally.person_days}
    strategies = {
        name: _strategy([theft for one in runs for theft in one.thefts if theft.strategy == name], workforce)
        for name in thieves.STRATEGIES
    }
    return {
        "strategies": strategies,
        "worst_records_p95": max(one["records_p95"] for one in strategies.values()),
        "honest_freezes_per_100k_person_days": max(
            one["honest_freezes_per_100k_person_days"] for one in rates.values()
        ),
        "review_items_per_day_per_10k": max(one["review_items_per_day_per_10k"] for one in rates.values()),
        "by_tickets_per_million": {str(rate): figures for rate, figures in rates.items()},
    }


def _honest(tally: Tally, workforce: Workforce) -> Json:
    return {
        "honest_freezes_per_100k_person_days": round(tally.freezes * PER / tally.person_days, 3),
        "review_items_per_day_per_10k": round(tally.reviews / tally.company_days / workforce.people.total * STAFF, 2),
        "staff_calls_refused": round(tally.refused / max(tally.calls, 1), 4),
        "courier_views_refused_at_least": round(tally.courier_views_over / max(tally.courier_views, 1), 4),
    }


def _strategy(thefts: Sequence[Theft], workforce: Workforce) -> Json:
    records = sorted(theft.records for theft in thefts)
    days = sorted(math.inf if theft.days_to_detection is None else theft.days_to_detection for theft in thefts)
    active = max(sum(theft.active_days for theft in thefts), 1)
    a_day = sum(records) / active
    middle = median(days)
    return {
        "records_p50": round(median(records)),
        "records_p95": records[math.ceil(0.95 * len(records)) - 1],
        "records_max": records[-1],
        "days_p50": None if math.isinf(middle) else round(middle, 2),
        "detected": sum(not math.isinf(day) for day in days),
        "income_a_day": [round(a_day * price) for price in workforce.thieves.price],
        "logins_a_day": round(sum(theft.login_days for theft in thefts) / active * workforce.thieves.login_a_day),
    }


def curves(runs: Sequence[Run]) -> dict[str, list[int]]:
    """Return the median of the records taken by each day of a thief, by strategy."""
    found = {}
    for name in thieves.STRATEGIES:
        each = [theft.by_day for one in runs for theft in one.thefts if theft.strategy == name]
        sums = [[sum(days[: at + 1]) for at in range(len(days))] for days in each]
        found[name] = [round(median(column)) for column in zip(*sums, strict=True)]
    return found
