"""Ten thieves. Each one knows the policy and tunes the pace to it.

A thief works in a company of which nothing else is simulated, so that honest work uses up nothing of the role's and
tenant's budgets: a figure is what the policy allows at most. Every opened phone counts as a record: a thief who
needs name and address too takes fewer.

With the defences each member of a ring also does the honest work of one colleague, so that the lookout reads more of
them than the theft. A ring keeps to office hours where its strategy lets it, has accomplices ask for tickets where the
ticket system is asked, and picks parcels whose tickets end like honest ones.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Final

from bench.theft.columns import Columns
from bench.theft.heist import Heist, Login
from bench.theft.model import Service
from bench.theft.steps import DAY
from bench.theft.work import BEGIN, HOUR, MINUTE, QUOTA, known, phantoms, unknown
from bench.theft.workforce import Workforce
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Budget

CHUNK: Final = 10
"""Waybills a call: as many as the default policy lets a case name without approval."""
SLIDE: Final = 61 / 60
"""A window counts its oldest part wholly, so it is this much longer than it says."""
OFFICE, NIGHT = (9, 18), (1, 5)
FORGED: Final = 5
"""Officers and couriers as whom a forger of sign-ins acts."""


def pace(budget: Budget | None) -> tuple[int, int]:
    """Return how much a day, and seconds between calls of ten, stay below every window."""
    windows = budget.windows if budget else ()
    long = [window.limit * DAY / (window.seconds * SLIDE) for window in windows if window.seconds >= DAY]
    short = [window.seconds * SLIDE / max(window.limit // CHUNK, 1) for window in windows if window.seconds < DAY]
    return math.floor(min(long, default=10**4)), math.ceil(max(short, default=1))


def _successes(tries: int, chance: float, random: Random) -> int:
    return sum(random.random() < chance for _ in range(tries))


def _fields(policy: Policy) -> Budget | None:
    return policy.rules.roles["dispute-officer"].budgets.get("fields")


def _small(policy: Policy) -> int:
    """Return how many waybills a case may name without an approval."""
    return max(min(policy.rules.cases.approve_above, CHUNK), 1)


def _drip(
    heist: Heist,
    officer: Principal,
    source: Callable[[int, int], str | None],
    hours: tuple[int, int],
    days: int = 10**6,
    *,
    login: Login = "own",
    by_day: int = 0,
) -> None:
    """Take as much each day as stays below every budget, in these hours, on the first `by_day` days by day."""
    a_day, pause = pace(_fields(heist.policy))
    size = _small(heist.policy)
    for begin in heist.days(days):
        first, last = OFFICE if begin < heist.begin + by_day * DAY else hours
        at, left = begin + first * HOUR + heist.random.randrange(HOUR), a_day
        while left > 0 and at < begin + last * HOUR:
            case = source(at, min(size, left))
            if case is None:
                break
            left -= heist.take(officer, at, case, login).released
            at += pause + heist.random.randrange(MINUTE)


def burst(heist: Heist) -> None:
    """Take all that the budgets give, as fast as they give it, for a week; by day where the lookout knows hours."""
    officer = heist.member("dispute-officer")
    hours = OFFICE if heist.practices else (0, 24)
    for begin in heist.days(7):
        at = begin + hours[0] * HOUR
        while at < begin + hours[1] * HOUR and not heist.noticed():
            case = heist.honest_case(at, _small(heist.policy), officer, "rented")
            if case is None:
                break
            at = max(heist.take(officer, at, case, "rented").retry_at, at + MINUTE // 2 + 1)


def drip(heist: Heist) -> None:
    """Take from honest cases for 60 days, below every budget."""
    officer = heist.member("dispute-officer")
    _drip(heist, officer, lambda at, count: heist.honest_case(at, count, officer), OFFICE, 60)


def odd_hours(heist: Heist) -> None:
    """Take through a rented login at night, below every budget."""
    officer = heist.member("dispute-officer")

    def own(at: int, count: int) -> str | None:
        return heist.honest_case(at, count, officer, "rented")

    _drip(heist, officer, own, NIGHT, login="rented", by_day=heist.workforce.thieves.days_by_day)


def colluding(heist: Heist) -> None:
    """Take what a friend at the desk opens, below every budget."""
    officer, friend = heist.member("dispute-officer"), heist.member("service-desk")
    _drip(heist, officer, lambda at, count: heist.open_case(friend, at - MINUTE, known(count, heist.random)), OFFICE)


def scraper(heist: Heist) -> None:
    """Look at the parcels of the site that no courier has yet: a record is one address in full."""
    courier = heist.member("courier")
    budget = heist.policy.rules.roles["courier"].budgets.get("full_views")
    a_day, pause = pace(budget)
    per_call = min(CHUNK * 2, min((window.limit for window in budget.windows), default=1) if budget else CHUNK)
    own = int(heist.workforce.parcels.median)
    by_site = heist.practices is None or heist.practices.couriers_have_sites
    for begin in heist.days():
        at, left = begin + 4 * HOUR, max(a_day - own, 0)
        while left > 0 and at < begin + 12 * HOUR and not heist.noticed():
            numbers = known(min(per_call, left), heist.random)
            done = heist.service.view(courier, at, numbers, numbers if by_site else [])
            heist.taken.append((at, done.released))
            left -= done.released
            at = max(done.retry_at, at + math.ceil(pause * per_call / CHUNK))


def guessing(heist: Heist) -> None:
    """Guess whole records with a printer's credential, below the budget of conflicts."""
    printer = heist.member("label-printer")
    windows = heist.policy.rules.conflicts.windows
    each = max(min(min(window.limit for window in windows) // 3, 30), 1)
    pause = math.ceil(max(window.seconds * SLIDE / max(window.limit // each, 1) for window in windows))
    at = heist.begin
    for begin in heist.days():
        while at < begin + DAY:
            hits = _successes(each, 1 / heist.workforce.thieves.guess_hits_one_in, heist.random)
            done = heist.service.tokenize(printer, at, known(each, heist.random), each - hits)
            if done.outcome != QUOTA and hits:
                heist.taken.append((at, hits))
            at += pause


def splitting(heist: Heist) -> None:
    """Split the numbers of a large list over small cases, and those over rented logins in turn."""
    desk = heist.member("service-desk")
    officers = [heist.member("dispute-officer", number) for number in range(10)]
    size = _small(heist.policy)
    a_day = min(window.limit * DAY / (window.seconds * SLIDE) for window in heist.policy.rules.case_waybills.windows)
    cases = max(math.floor(a_day / size), 1)
    for day, begin in enumerate(heist.days()):
        for rank in range(cases):
            officer = officers[(2 * day + 2 * rank // cases) % len(officers)]
            at = begin + rank * DAY // cases
            case = heist.open_case(desk, at, known(size, heist.random))
            if case is not None:
                heist.take(officer, at + MINUTE, case, "rented")


def rubber_stamp(heist: Heist) -> None:
    """Open large cases that a supervisor in the ring approves in seconds."""
    officer, desk = heist.member("dispute-officer"), heist.member("service-desk")
    heist.approver = heist.member("supervisor")
    a_day, pause = pace(_fields(heist.policy))
    size = min(max(a_day, 1), heist.policy.rules.cases.at_most)

    for begin in heist.days():
        at, left = begin + 10 * HOUR + heist.random.randrange(HOUR), size
        while left > 0:
            case = heist.open_case(desk, at - MINUTE, known(left, heist.random))
            if case is None:
                break
            numbers = list(heist.service.cases[case].opening.waybills)
            left -= len(numbers)
            for first in range(0, len(numbers), CHUNK):
                part = numbers[first : first + CHUNK]
                heist.taken.append((at, heist.service.detokenize(officer, at, case, part, part).released))
                at += pause


def buyers_list(heist: Heist) -> None:
    """Go through a buyer's list of numbers; some are not known here, and some may be decoys."""
    officer, desk = heist.member("dispute-officer"), heist.member("service-desk")

    def listed(at: int, count: int) -> str | None:
        count = 1 if heist.service.tickets else count
        decoys = _successes(count, heist.practices.decoys_in_lists, heist.random) if heist.practices else 0
        stale = _successes(count - decoys, heist.workforce.thieves.stale_numbers, heist.random)
        numbers = known(count - decoys - stale, heist.random) + unknown(stale, heist.random)
        return heist.open_case(desk, at - MINUTE, numbers + phantoms(decoys, heist.random))

    _drip(heist, officer, listed, OFFICE)


def forged(heist: Heist) -> None:
    """Act by day with forged sign-ins as five officers and five couriers.

    Each waybill that a courier has in custody shows an address, where no proof of the courier's device is asked for.
    """
    officers = [heist.member("dispute-officer", number) for number in range(FORGED)]
    couriers = [heist.member("courier", number) for number in range(FORGED)]
    devices = heist.policy.rules.devices
    proven = devices is not None and devices.needs("waybill-view", "courier")
    an_hour = int(heist.workforce.parcels.median) // (OFFICE[1] - OFFICE[0])
    for begin in heist.days():
        for at in range(begin + OFFICE[0] * HOUR, begin + OFFICE[1] * HOUR, HOUR):
            for rank, officer in enumerate(officers):
                case = heist.honest_case(at + rank * MINUTE, CHUNK, officer, "forged")
                if case is not None:
                    heist.take(officer, at + rank * MINUTE, case, "forged")
            for rank, courier in enumerate([] if proven else couriers):
                numbers, later = known(an_hour, heist.random), at + (FORGED + rank) * MINUTE
                heist.taken.append((later, heist.service.view(courier, later, numbers, numbers).released))


STRATEGIES: Final[dict[str, Callable[[Heist], None]]] = {
    "burst": burst,
    "drip": drip,
    "odd_hours": odd_hours,
    "colluding": colluding,
    "scraper": scraper,
    "guessing": guessing,
    "splitting": splitting,
    "rubber_stamp": rubber_stamp,
    "buyers_list": buyers_list,
    "forged": forged,
}


def run(
    name: str, service: Service, workforce: Workforce, seed: int, rate: int = 0, honest: Columns | None = None
) -> Heist:
    """Let a thief work from a day in the first month until the end.

    Args:
        rate: tickets per million parcels, from which an officer's own cases follow.
        honest: what honest people did in the same days, for the lookout.
    """
    random = Random(f"{name} {seed}")
    begin = BEGIN + random.randrange(min(30, workforce.days)) * DAY
    queue = workforce.cases_an_officer(rate)
    heist = Heist(name, seed, service, workforce, random, begin, BEGIN + workforce.days * DAY, queue, honest)
    STRATEGIES[name](heist)
    return heist
