"""Nine thieves. Each one knows the policy and tunes the pace to it.

A thief works in a company of which nothing else is simulated, so that honest work uses up nothing of the role's and
tenant's budgets: a figure is what the policy allows at most. Every opened phone counts as a record: a thief who
needs name and address too takes fewer.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.theft.model import DAY, Done, Service, person
from bench.theft.work import BEGIN, HOUR, MINUTE, QUOTA, known, unknown
from bench.theft.workforce import Workforce
from masking_service.access.policy import Policy
from masking_service.access.principals import Principal
from masking_service.access.rules import Budget

CHUNK: Final = 10
"""Waybills a call: as many as the default policy lets a case name without approval."""
SLIDE: Final = 61 / 60
"""A window counts its oldest part wholly, so it is this much longer than it says."""
OFFICE, NIGHT = (9, 18), (1, 5)


@dataclass
class Heist:
    """A thief at work, with what is taken and who takes part.

    Attributes:
        ring: everyone who is in it. A review that names one of them ends it.
        own_approver: whether the ring's own supervisor decides its cases, so that a pending case is no detection.
        taken: when, and how many records.
        login_days: days on which each rented login was used.
    """

    name: str
    seed: int
    service: Service
    workforce: Workforce
    random: Random
    begin: int
    end: int
    ring: list[Principal] = field(default_factory=list)
    own_approver: bool = False
    taken: list[tuple[int, int]] = field(default_factory=list)
    login_days: set[tuple[str, int]] = field(default_factory=set)
    detected_at: int | None = None
    _cases: int = 0

    @property
    def policy(self) -> Policy:
        """The policy that the thief knows."""
        return self.service.policy

    def member(self, role: str, number: int = 0) -> Principal:
        """Return a member of the ring."""
        who = person(f"thief-{self.name}-{role}-{number}", role)
        self.ring.append(who)
        return who

    def days(self, count: int = 10**6) -> Iterator[int]:
        """Yield the first second of each day until the end, or until the theft is noticed; reviews come after each."""
        for begin in range(self.begin, min(self.end, self.begin + count * DAY), DAY):
            if self.noticed():
                return
            yield begin
            self._review(begin + DAY)
        self.noticed()

    def noticed(self) -> bool:
        """Return whether a freeze or a review has named the ring, and keep when that was."""
        ids = {who.id for who in self.ring}
        found = [freeze.since for freeze in self.service.frozen.values() if freeze.id in ids]
        found += [
            review.at
            for review in self.service.reviews
            if review.who in ids and not (review.why == "case-pending" and self.own_approver)
        ]
        if found and self.detected_at is None:
            self.detected_at = min(found)
        return self.detected_at is not None

    def _review(self, at: int) -> None:
        ids = {who.id for who in self.ring}
        if self.detected_at is None and ids.intersection(self.service.defences.reviewed(self.service.written)):
            self.detected_at = at

    def open_case(self, opener: Principal, at: int, numbers: list[str]) -> str | None:
        """Open a case; return its name, None where it is refused."""
        self._cases += 1
        name = f"T-{self.name}-{self.seed}-{self._cases}"
        return name if self.service.open_case(opener, at, name, numbers).outcome in ("open", "pending") else None

    def honest_case(self, at: int, count: int) -> str | None:
        """Return a case that people of the desk opened for others and that names so many waybills."""
        opener = person(f"desk-{self.random.randrange(self.workforce.people.desk)}", "service-desk")
        return self.open_case(opener, at - HOUR, known(count, self.random))

    def take(self, officer: Principal, at: int, case: str, *, rented: bool = False) -> Done:
        """Open the phone of each waybill of a case."""
        numbers = list(self.service.cases[case].opening.waybills)
        done = self.service.detokenize(officer, at, case, numbers, [number for number in numbers if number[1] == "F"])
        if done.released:
            self.taken.append((at, done.released))
            if rented:
                self.login_days.add((officer.id, at // DAY))
        return done

    def records(self) -> int:
        """Return what was taken before the theft was noticed."""
        return sum(count for at, count in self.taken if self.detected_at is None or at <= self.detected_at)


def pace(budget: Budget | None) -> tuple[int, int]:
    """Return how much a day, and seconds between calls of ten, stay below every window."""
    windows = budget.windows if budget else ()
    long = [window.limit * DAY / (window.seconds * SLIDE) for window in windows if window.seconds >= DAY]
    short = [window.seconds * SLIDE / max(window.limit // CHUNK, 1) for window in windows if window.seconds < DAY]
    return math.floor(min(long, default=10**4)), math.ceil(max(short, default=1))


def _successes(tries: int, chance: float, random: Random) -> int:
    return sum(random.random() < chance for _ in range(tries))


def _fields(policy: Policy) -> Budget | None:
    return policy.rules.roles["dispute-officer"].fields


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
    rented: bool = False,
) -> None:
    """Take as much each day as stays below every budget, in these hours."""
    a_day, pause = pace(_fields(heist.policy))
    size = _small(heist.policy)
    for begin in heist.days(days):
        at, left = begin + hours[0] * HOUR + heist.random.randrange(HOUR), a_day
        while left > 0 and at < begin + hours[1] * HOUR:
            case = source(at, min(size, left))
            if case is None:
                break
            left -= heist.take(officer, at, case, rented=rented).released
            at += pause + heist.random.randrange(MINUTE)


def burst(heist: Heist) -> None:
    """Take all that the budgets give, as fast as they give it, for a week."""
    officer = heist.member("dispute-officer")
    for begin in heist.days(7):
        at = begin
        while at < begin + DAY and not heist.noticed():
            case = heist.honest_case(at, _small(heist.policy))
            if case is None:
                break
            at = max(heist.take(officer, at, case, rented=True).retry_at, at + MINUTE // 2 + 1)


def drip(heist: Heist) -> None:
    """Take from honest cases for 60 days, below every budget."""
    _drip(heist, heist.member("dispute-officer"), heist.honest_case, OFFICE, 60)


def odd_hours(heist: Heist) -> None:
    """Take through a rented login at night, below every budget."""
    _drip(heist, heist.member("dispute-officer"), heist.honest_case, NIGHT, rented=True)


def colluding(heist: Heist) -> None:
    """Take what a friend at the desk opens, below every budget."""
    officer, friend = heist.member("dispute-officer"), heist.member("service-desk")
    _drip(heist, officer, lambda at, count: heist.open_case(friend, at - MINUTE, known(count, heist.random)), OFFICE)


def scraper(heist: Heist) -> None:
    """Look at the parcels of the site that no courier has yet: a record is one address in full."""
    courier = heist.member("courier")
    budget = heist.policy.rules.roles["courier"].full_views
    a_day, pause = pace(budget)
    per_call = min(CHUNK * 2, min((window.limit for window in budget.windows), default=1) if budget else CHUNK)
    own = int(heist.workforce.parcels.median)
    for begin in heist.days():
        at, left = begin + 4 * HOUR, max(a_day - own, 0)
        while left > 0 and at < begin + 12 * HOUR:
            numbers = known(min(per_call, left), heist.random)
            done = heist.service.view(courier, at, numbers, numbers)
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
                heist.take(officer, at + MINUTE, case, rented=True)


def rubber_stamp(heist: Heist) -> None:
    """Open large cases that a supervisor in the ring approves in seconds."""
    heist.own_approver = True
    officer, desk = heist.member("dispute-officer"), heist.member("service-desk")
    supervisor = heist.member("supervisor")
    a_day, pause = pace(_fields(heist.policy))
    size = min(max(a_day, 1), heist.policy.rules.cases.at_most)

    def large(at: int) -> str | None:
        case = heist.open_case(desk, at - MINUTE, known(size, heist.random))
        if case is not None:
            heist.service.decide(supervisor, at - MINUTE // 2, case, "approve")
        return case

    for begin in heist.days():
        at = begin + 10 * HOUR + heist.random.randrange(HOUR)
        case = large(at)
        if case is None:
            continue
        numbers = list(heist.service.cases[case].opening.waybills)
        for first in range(0, len(numbers), CHUNK):
            part = numbers[first : first + CHUNK]
            heist.taken.append((at, heist.service.detokenize(officer, at, case, part, part).released))
            at += pause


def buyers_list(heist: Heist) -> None:
    """Work off a buyer's list of numbers, of which some are not known here."""
    officer, desk = heist.member("dispute-officer"), heist.member("service-desk")

    def listed(at: int, count: int) -> str | None:
        stale = _successes(count, heist.workforce.thieves.stale_numbers, heist.random)
        return heist.open_case(desk, at - MINUTE, known(count - stale, heist.random) + unknown(stale, heist.random))

    _drip(heist, officer, listed, OFFICE)


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
}


def run(name: str, service: Service, workforce: Workforce, seed: int) -> Heist:
    """Let a thief work from a day in the first month until the end."""
    random = Random(f"{name} {seed}")
    begin = BEGIN + random.randrange(min(30, workforce.days)) * DAY
    heist = Heist(name, seed, service, workforce, random, begin, BEGIN + workforce.days * DAY)
    STRATEGIES[name](heist)
    return heist
