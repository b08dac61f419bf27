"""What a simulation found, as figures."""

import gc
import math
import os
import subprocess
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.theft import honest, thieves
from bench.theft.columns import Columns
from bench.theft.defences import NONE, Defences
from bench.theft.heist import Heist
from bench.theft.lookout import around, with_month_before
from bench.theft.model import Service
from bench.theft.replay import disagreements
from bench.theft.steps import DAY
from bench.theft.variants import VARIANTS, VARIED
from bench.theft.work import BEGIN, Sampled, Tally
from bench.theft.workforce import Workforce
from masking_service.service.people.policy import Policy
from masking_service.shipped import ROOT

Json = dict[str, Any]
DEFAULT_POLICY = ROOT / "policy.yaml"
PEERS = 12
"""Honest officers with whom the lookout compares a thief."""
THIEVES_REPLAYED: int = 10
"""A thief's person-days are replayed this many times as often as honest ones."""
PER = 100_000
STAFF = 10_000


@dataclass(frozen=True, slots=True)
class Theft:
    """What one thief took in one run."""

    strategy: str
    records: int
    until_approval: int
    days_to_detection: float | None
    active_days: int
    login_days: int
    by_day: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One seed.

    Attributes:
        code: the commit whose code ran it; empty where it is not known.
    """

    seed: int
    rate: int
    tally: Tally
    thefts: list[Theft]
    varied: dict[str, list[Theft]]
    replayed: int
    replayed_calls: int
    disagreeing: list[str]
    code: str = ""


def sampled(seed: int, one_in: int, person: str, day: int) -> bool:
    """Return whether a person-day is replayed; the same in each run."""
    each = max(one_in // THIEVES_REPLAYED, 1) if "/thief-" in person else one_in
    return zlib.crc32(f"{seed}/{person}/{day}".encode()) % each == 0


def run(policy_path: Path, workforce: Workforce, defended: bool, first: int, company: int) -> list[Run]:
    """Run the honest work of a company, then the thieves of each of its seeds; replay both.

    The rates of tickets take turns, and so do the companies. What honest people did counts once, with the first seed.
    """
    policy = Policy.load(policy_path, development=True)
    defences = Defences.of(workforce, first + company) if defended else NONE
    rates = workforce.desk.tickets_per_million
    rate = rates[company % len(rates)]
    chosen = _chosen(workforce, company, first + company)
    tally, steps, rows = honest.run(policy, workforce, first + company, rate, chosen, defences)
    log = Columns(with_month_before(around(rows, PEERS), BEGIN))
    runs = []
    for seed in range(first + company, first + workforce.seeds, workforce.companies):
        chosen = _chosen(workforce, seed - first, seed)
        defences = Defences.of(workforce, seed) if defended else NONE
        thefts, called = [], [steps]
        for name in thieves.STRATEGIES:
            service = Service(policy, defences, keep=defended, sampled=chosen)
            heist = thieves.run(name, service, workforce, seed, rate, log)
            thefts.append(_theft(heist))
            called.append(service.steps)
        varied: dict[str, list[Theft]] = {}
        for key, variant in VARIANTS.items() if defended and seed - first < VARIED else ():
            changed = variant.workforce(workforce)
            varied[key] = []
            for name in variant.strategies:
                service = Service(variant.policy(policy), replace(defences, practices=changed.practices), keep=True)
                varied[key].append(_theft(thieves.run(name, service, changed, seed, rate, log)))
        days = sum(len({(step.who.id, step.at // DAY) for step in steps}) for steps in called)
        calls = sum(map(len, called))
        differences = disagreements(policy_path, seed, called) if calls else []
        runs.append(Run(seed, rate, tally, thefts, varied, days, calls, differences, commit()))
        tally, steps = Tally(), []
    return runs


def _chosen(workforce: Workforce, at: int, seed: int) -> Sampled:
    """Return what chooses the person-days of a seed that are replayed: none after the first seeds."""
    return partial(sampled, seed, workforce.replay.one_in) if at < workforce.replay.seeds else _never


@cache
def commit() -> str:
    """The commit of this checkout, with ``-dirty`` behind it if files differ from it; empty outside of a checkout."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _never(person: str, day: int) -> bool:
    del person, day
    return False


def _theft(heist: Heist) -> Theft:
    counted = heist.counted()
    by_day = [0] * ((heist.end - BEGIN) // DAY)
    for at, count in counted:
        by_day[min((at - heist.begin) // DAY, len(by_day) - 1)] += count
    return Theft(
        heist.name,
        heist.records(),
        heist.records(approvals_notice=True),
        None if heist.detected_at is None else (heist.detected_at - heist.begin) / DAY,
        len({at // DAY for at, _ in counted}),
        len(heist.login_days),
        tuple(by_day),
    )


def simulate(policy: Path, workforce: Workforce, first: int, keep: Path | None = None) -> tuple[Json, Json]:
    """Run every seed; return the figures as `--json` prints them: with the defences, and without them.

    Results that are kept may be of other code: `code` in the figures names each commit that a seed ran on.

    Args:
        policy: the policy of the company with the defences.
        workforce: its people.
        first: the first seed.
        keep: a folder for the results of each company. Those that are there already are not run again.
    """
    companies = range(min(workforce.companies, workforce.seeds))
    jobs = [(company, defended) for defended in (True, False) for company in reversed(companies)]  # the longest first
    # A company has millions of rows: looking for garbage among them while it works takes a quarter of the time.
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=gc.disable) as pool:
        found = dict(zip(jobs, pool.map(partial(kept_runs, policy, workforce, first, keep), jobs), strict=True))
    after, before = (
        figures_of(workforce, sorted(chain(*(found[company, which] for company in companies)), key=attrgetter("seed")))
        for which in (True, False)
    )
    return after, before


def kept_runs(policy: Path, workforce: Workforce, first: int, keep: Path | None, job: tuple[int, bool]) -> list[Run]:
    """Return the results of a company with or without defences: kept ones of the same inputs, or new ones."""
    gc.collect()  # what the company before left: a company refers to itself
    company, defended = job
    policy = policy if defended else DEFAULT_POLICY
    if keep is None:
        return run(policy, workforce, defended, first, company)
    inputs = sha256(policy.read_bytes() + msgspec.json.encode((workforce, first))).hexdigest()[:8]
    path = keep / f"{inputs}-{'after' if defended else 'before'}-{company}.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=list[Run])
    found = run(policy, workforce, defended, first, company)
    keep.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(found))
    return found


def figures_of(workforce: Workforce, runs: Sequence[Run]) -> Json:
    """Return the figures of runs."""
    different = [difference for one in runs for difference in one.disagreeing]
    return {
        **summary(runs, workforce),
        "replayed": sum(one.replayed for one in runs),
        "replayed_calls": sum(one.replayed_calls for one in runs),
        "disagreements": len(different),
        "disagreeing": different[:20],
        "seeds": [one.seed for one in runs],
        "code": sorted({one.code for one in runs}),
        "company": {**msgspec.structs.asdict(workforce.people), "days": workforce.days},
        "companies": min(workforce.companies, workforce.seeds),
        "staff_one_in": workforce.staff_one_in,
        "replay_one_in": workforce.replay.one_in,
        "curves": curves(runs),
    }


def summary(runs: Sequence[Run], workforce: Workforce) -> Json:
    """Return the figures of runs."""
    by_rate = {rate: Tally() for rate in workforce.desk.tickets_per_million}
    for one in runs:
        by_rate[one.rate].add(one.tally)
    rates = {
        rate: {"seeds": sum(one.rate == rate for one in runs), **_honest(tally, workforce)}
        for rate, tally in by_rate.items()
        if tally.person_days
    }
    strategies = {
        name: _strategy([theft for one in runs for theft in _of(one, name)], workforce) for name in thieves.STRATEGIES
    }
    variants = {
        key: {
            name: _strategy(
                [theft for one in runs for theft in one.varied.get(key, ()) if theft.strategy == name], workforce
            )
            for name in variant.strategies
        }
        for key, variant in VARIANTS.items()
        if any(key in one.varied for one in runs)
    }
    records = {
        name: {
            str(rate): p95(sorted(one.records for run in runs if run.rate == rate for one in _of(run, name)))
            for rate in rates
        }
        for name in thieves.STRATEGIES
    }
    return {
        "strategies": strategies,
        "variants": variants,
        "worst_records_p95": max(max(of_rates.values()) for of_rates in records.values()),
        "worst_records_until_approval_p95": max(one["records_until_approval_p95"] for one in strategies.values()),
        "honest_freezes_per_100k_person_days": max(
            one["honest_freezes_per_100k_person_days"] for one in rates.values()
        ),
        "review_items_per_day_per_10k": max(one["review_items_per_day_per_10k"] for one in rates.values()),
        "approvals_per_day_per_10k": max(one["approvals_per_day_per_10k"] for one in rates.values()),
        "by_tickets_per_million": {str(rate): figures for rate, figures in rates.items()},
        "records_by_tickets_per_million": records,
    }


def _of(run: Run, strategy: str) -> list[Theft]:
    return [theft for theft in run.thefts if theft.strategy == strategy]


def _honest(tally: Tally, workforce: Workforce) -> Json:
    per_day = STAFF / tally.company_days / workforce.people.total
    return {
        "person_days": tally.person_days,
        "honest_freezes_per_100k_person_days": round(tally.freezes * PER / tally.person_days, 3),
        "review_items_per_day_per_10k": round((tally.reviews - tally.approvals) * per_day, 2),
        "approvals_per_day_per_10k": round(tally.approvals * per_day, 2),
        "staff_calls_refused": round(tally.refused / max(tally.calls, 1), 4),
        "courier_views_refused_at_least": round(tally.courier_views_over / max(tally.courier_views, 1), 4),
    }


def _strategy(thefts: Sequence[Theft], workforce: Workforce) -> Json:
    records = sorted(theft.records for theft in thefts)
    approvals = sorted(theft.until_approval for theft in thefts)
    days = sorted(math.inf if theft.days_to_detection is None else theft.days_to_detection for theft in thefts)
    active = max(sum(theft.active_days for theft in thefts), 1)
    a_day = sum(records) / active
    middle = median(days)
    return {
        "records_p50": round(median(records)),
        "records_p95": p95(records),
        "records_max": records[-1],
        "records_until_approval_p95": p95(approvals),
        "days_p50": None if math.isinf(middle) else round(middle, 2),
        "detected": sum(not math.isinf(day) for day in days),
        "income_a_day": [round(a_day * price) for price in workforce.thieves.price],
        "logins_a_day": round(sum(theft.login_days for theft in thefts) / active * workforce.thieves.login_a_day),
    }


def p95(ordered: Sequence[int]) -> int:
    """Return the 95th percentile of ordered figures."""
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def curves(runs: Sequence[Run]) -> dict[str, list[int]]:
    """Return the median of the records taken by each day of a thief, by strategy."""
    found = {}
    for name in thieves.STRATEGIES:
        each = [theft.by_day for one in runs for theft in one.thefts if theft.strategy == name]
        sums = [[sum(days[: at + 1]) for at in range(len(days))] for days in each]
        found[name] = [round(median(column)) for column in zip(*sums, strict=True)]
    return found
