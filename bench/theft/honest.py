"""Honest work: what desk, officers, supervisors and couriers do in a company, with what goes wrong in it."""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bench.theft.defences import NONE, Defences
from bench.theft.model import DAY, Done, Service, Step, person
from bench.theft.workforce import Workforce
from masking_service.access.policy import Policy
from masking_service.access.principals import Principal
from masking_service.access.rules import Window

BEGIN: Final = 23_000 * DAY
"""The first second of day 0. It lies in the future, so that a real store keeps what is written then."""
POOL: Final = 4_000
"""Waybills that exist. Budgets and watch do not depend on which waybill is named, so the same ones serve again."""
HOUR, MINUTE = 3_600, 60
MAX_ITEMS: Final = 20
"""Fields in one call of an officer's screen."""
QUOTA: Final = "quota-exceeded"

Numbers = np.random.Generator
Days = np.ndarray[Any, np.dtype[np.int64]]
Marks = np.ndarray[Any, np.dtype[np.bool_]]
Sampled = Callable[[str, int], bool]


@dataclass
class Tally:
    """What honest work came to."""

    company_days: int = 0
    person_days: int = 0
    freezes: int = 0
    reviews: int = 0
    calls: int = 0
    refused: int = 0
    courier_views: int = 0
    courier_views_over: int = 0

    def add(self, other: "Tally") -> None:
        """Add another one to it."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def known(count: int, random: Numbers) -> list[str]:
    """Return so many numbers of waybills that exist."""
    first = int(random.integers(POOL))
    return [f"SF{(first + at) % POOL:010d}" for at in range(count)]


def unknown(count: int, random: Numbers) -> list[str]:
    """Return so many numbers of waybills that do not exist."""
    first = int(random.integers(10**9))
    return [f"SX{first + at:010d}" for at in range(count)]


def parcels(workforce: Workforce, random: Numbers) -> Days:
    """Return the parcels of each courier on each day; 0 on a day off."""
    said = workforce.parcels
    shape = (workforce.days, workforce.people.couriers)
    counts = random.lognormal(math.log(said.median), said.sigma, shape)
    large = random.random(shape) < said.above_600
    counts[large] = 600 * (1 + random.exponential(0.25, int(large.sum())))
    weeks = np.arange(workforce.days) // 7
    counts[np.isin(weeks, said.peak_weeks)] *= said.peak_factor
    counts[random.random(shape) < 1 / 7] = 0
    return counts.astype(np.int64)


class Staff:
    """The days of desk, officers and supervisors."""

    def __init__(self, service: Service, workforce: Workforce, random: Numbers, rate: int, seed: int) -> None:
        self._service = service
        self._workforce = workforce
        self._random = random
        self._rate = rate
        self._seed = seed
        self._due: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = 0
        people, odd = workforce.people, workforce.oddities
        self._desk = [person(f"desk-{at}", "service-desk") for at in range(people.desk)]
        self._officers = [person(f"officer-{at}", "dispute-officer") for at in range(people.officers)]
        self._supervisors = [person(f"supervisor-{at}", "supervisor") for at in range(people.supervisors)]
        self._night = {one.id for one in self._officers if random.random() < odd.night_shift}
        self._new = {one.id for one in self._officers if random.random() < odd.new_officer}
        self.tally = Tally()

    def run(self, parcels_a_day: Sequence[int]) -> Tally:
        """Work every day, and count what happened."""
        for day, count in enumerate(parcels_a_day):
            begin = BEGIN + day * DAY
            self.tally.company_days += 1
            self._plan(begin, day, count)
            while self._due and self._due[0][0] < begin + DAY:
                at, _, work = heapq.heappop(self._due)
                work(at)
            self.tally.reviews += len(self._service.defences.reviewed(self._service.written))
            self.tally.freezes += len(self._service.frozen)
            self._service.unfreeze_all()
        self.tally.reviews += len(self._service.reviews)
        return self.tally

    def _at(self, at: int, work: Callable[[int], None]) -> None:
        self._order += 1
        heapq.heappush(self._due, (at, self._order, work))

    def _plan(self, begin: int, day: int, parcels_today: int) -> None:
        """Plan the tickets of a day."""
        random, said = self._random, self._workforce.desk
        desk = self._present(self._desk)
        officers = self._present(self._officers)
        self.tally.person_days += len(desk) + len(officers) + len(self._present(self._supervisors))
        contacts = int(random.integers(said.contacts[0], said.contacts[1] + 1, len(desk)).sum())
        tickets = min(int(random.poisson(parcels_today * self._rate / 1e6)), contacts)
        for at in range(tickets):
            name = f"D{self._seed}-{day}-{at}"
            numbers = known(self._size(), random)
            if random.random() < self._workforce.oddities.mistyped_number:
                numbers[0] = unknown(1, random)[0]
            opener = desk[int(random.integers(len(desk)))]
            officer = officers[int(random.integers(len(officers)))]
            when = begin + 8 * HOUR + int(random.integers(12 * HOUR))
            self._at(when, self._opened(name, numbers, opener, officer))
            if random.random() < self._workforce.oddities.returned_case:
                later = int(random.integers(3, 11)) * DAY
                self._at(when + later, self._opened(f"{name}-r", numbers, opener, officer))

    def _present(self, people: list[Principal]) -> list[Principal]:
        chosen = [one for one, here in zip(people, self._random.random(len(people)) < 5 / 7, strict=True) if here]
        return chosen or people[:1]

    def _size(self) -> int:
        said, drawn = self._workforce.desk, self._random.random()
        if drawn < said.case_of_many:
            return int(self._random.integers(11, 51))
        if drawn < said.case_of_many + said.case_of_several:
            return int(self._random.integers(3, 11))
        return 2 if drawn < said.case_of_many + said.case_of_several + said.case_of_two else 1

    def _opened(self, name: str, numbers: list[str], opener: Principal, officer: Principal) -> Callable[[int], None]:
        """Open a case; then have it approved where that is needed, and worked on."""

        def work(at: int) -> None:
            done = self._count(self._service.open_case(opener, at, name, numbers))
            begin = at + int(self._random.integers(5 * MINUTE, 4 * HOUR))
            if done.outcome == "pending":
                begin = max(at, _next_morning(at)) + int(self._random.integers(MINUTE, HOUR))
                self._at(begin, self._approved(name))
            elif done.outcome != "open":
                return
            if officer.id in self._night:
                begin = (begin // DAY) * DAY + 22 * HOUR + int(self._random.integers(8 * HOUR))
            fields = int(self._random.choice(len(self._workforce.desk.fields), p=self._workforce.desk.fields)) + 1
            items = [number for number in numbers for _ in range(fields)]
            if self._random.random() < self._workforce.oddities.mistyped_case:
                self._at(begin, self._opening(officer, f"{name}x", items[:1]))
            for rank, first in enumerate(range(0, len(items), MAX_ITEMS)):
                part = items[first : first + MAX_ITEMS]
                self._at(begin + 90 * rank + 30, self._opening(officer, name, part, again=True))
                if officer.id in self._new:
                    self._at(begin + 90 * rank + HOUR, self._opening(officer, name, part))

        return work

    def _approved(self, name: str) -> Callable[[int], None]:
        supervisor = self._supervisors[int(self._random.integers(len(self._supervisors)))]

        def work(at: int) -> None:
            self._count(self._service.decide(supervisor, at, name, "approve"))

        return work

    def _opening(
        self, officer: Principal, case: str, items: list[str], *, again: bool = False
    ) -> Callable[[int], None]:
        """Open fields; where the budget refuses, once more when it says that there is room."""

        def work(at: int) -> None:
            done = self._count(self._service.detokenize(officer, at, case, items, [n for n in items if n[1] == "F"]))
            if not again:
                return
            if done.outcome == QUOTA and done.retry_at < at + DAY:
                self._at(done.retry_at, self._opening(officer, case, items))
            elif done.released and self._random.random() < self._workforce.oddities.repeated_call:
                self._at(at + 3, self._opening(officer, case, items))

        return work

    def _count(self, done: Done) -> Done:
        self.tally.calls += 1
        self.tally.refused += done.outcome == QUOTA
        return done


class Couriers:
    """The days of couriers.

    A day in which nothing goes wrong is counted and not run call by call: its views hit, and an app that waits as
    long as Retry-After says is never refused often enough to be frozen. Days with a lost bag or late scans, and days
    that are replayed, are run with as many days before them as the longest window reaches back. What the budgets
    refuse at least follows from the sums of a day.
    """

    def __init__(self, policy: Policy, workforce: Workforce, random: Numbers, sampled: Sampled) -> None:
        self._policy = policy
        self._workforce = workforce
        self._random = random
        self._sampled = sampled
        windows = _view_windows(policy)
        self._back = max((math.ceil(window.seconds * 61 / 60 / DAY) for window in windows), default=1)
        self._a_minute = min((window.limit for window in windows if window.seconds <= 60), default=10**6)
        self.steps: list[Step] = []

    def run(self, counts: Days, name: str) -> Tally:
        """Run every courier's days; `name` tells couriers of several companies apart."""
        odd, random = self._workforce.oddities, self._random
        works = counts > 0
        bag = works & (random.random(counts.shape) < odd.lost_bag)
        sites = math.ceil(counts.shape[1] / self._workforce.couriers_a_site)
        late = (random.random((counts.shape[0], sites)) < odd.late_custody).repeat(self._workforce.couriers_a_site, 1)
        late = works & late[:, : counts.shape[1]]
        views = np.ceil(counts * (1 + self._workforce.parcels.looked_at_again)).astype(np.int64)
        tally = Tally(
            person_days=int(works.sum()), courier_views=int(views.sum()), courier_views_over=self._over(views)
        )
        for courier in range(counts.shape[1]):
            who = person(f"{name}-{courier}", "courier")
            chosen = {
                day for day in np.flatnonzero(works[:, courier]).tolist() if self._sampled(who.id, BEGIN // DAY + day)
            }
            eventful = chosen | set(np.flatnonzero((bag | late)[:, courier]).tolist())
            for run in _runs(sorted(eventful), self._back):
                tally.add(self._days(who, run, counts[:, courier], bag[:, courier], late[:, courier]))
        return tally

    def _days(
        self,
        who: Principal,
        run: range,
        counts: Days,
        bag: Marks,
        late: Marks,
    ) -> Tally:
        """Run some days of a courier call by call."""
        service = Service(self._policy, sampled=self._sampled)
        tally = Tally()
        for day in run:
            waited = 0
            for planned, numbers, held in self._calls(
                BEGIN + day * DAY, int(counts[day]), bool(bag[day]), bool(late[day])
            ):
                at = planned + waited
                done = service.view(who, at, numbers, held)
                for _ in range(3):  # the app waits as long as Retry-After says, and goes on later by as much
                    if done.outcome != QUOTA or done.retry_at > at + HOUR:
                        break
                    waited += done.retry_at - at
                    at = done.retry_at
                    done = service.view(who, at, numbers, held)
            tally.freezes += len(service.frozen)
            service.unfreeze_all()
        tally.reviews = len(service.reviews)
        self.steps += service.steps
        return tally

    def _calls(self, begin: int, count: int, bag: bool, late: bool) -> Iterator[tuple[int, list[str], list[str]]]:
        """Yield the calls of a day: when, which numbers, and which of them the courier holds."""
        random, odd = self._random, self._workforce.oddities
        size = min(self._workforce.parcels.calls_of, self._a_minute)
        pause = math.ceil(61 / max(self._a_minute // size, 1))
        at = begin + 7 * HOUR + int(random.integers(HOUR))
        mine = known(count, random)
        asked = unknown(count, random) if late else [*mine]
        if bag:
            low, high = odd.lost_bag_parcels
            missing = unknown(int(random.integers(low, high + 1)), random)
            asked += missing * (2 if random.random() < odd.lost_bag_asked_again else 1)
        if late:
            asked += mine
        for first in range(0, len(asked), size):
            numbers = asked[first : first + size]
            yield at, numbers, [number for number in numbers if number[1] == "F"]
            at += pause
        again = int(count * self._workforce.parcels.looked_at_again)
        for later in sorted(random.integers(10 * HOUR, 20 * HOUR, again).tolist()):
            number = mine[int(random.integers(count))]
            yield max(begin + later, at + MINUTE), [number], [number]

    def _over(self, views: Days) -> int:
        """Return how many views the budgets of person, role and tenant refuse at least."""
        limit = min((window.limit for window in _view_windows(self._policy) if window.seconds == DAY), default=2**40)
        factor = min(self._policy.rules.factors.role, self._policy.rules.factors.tenant)
        passed = np.minimum(np.minimum(views, limit).sum(1), limit * factor)
        return int((views.sum(1) - passed).sum())


def _view_windows(policy: Policy) -> Sequence[Window]:
    """Return the windows of a courier's budget of full views."""
    grants = policy.budget_grants(person("courier", "courier"))
    return [window for grant in grants if grant.budget for window in grant.budget.windows]


def _runs(days: Sequence[int], back: int) -> Iterator[range]:
    """Yield runs of days that hold each wanted day and those before it."""
    begin = end = -1
    for day in days:
        if day - back <= end:
            end = day + 1
            continue
        if end > 0:
            yield range(begin, end)
        begin, end = max(day - back, 0), day + 1
    if end > 0:
        yield range(begin, end)


def _next_morning(at: int) -> int:
    """Return when a supervisor sees a case: at once in working hours, else at nine."""
    hour = at % DAY // HOUR
    if 9 <= hour < 18:
        return at
    return at // DAY * DAY + 9 * HOUR + (DAY if hour >= 18 else 0)


def run(
    policy: Policy,
    workforce: Workforce,
    seed: int,
    rate: int,
    sampled: Sampled,
    defences: Defences = NONE,
) -> tuple[Tally, list[Step]]:
    """Run a company for all its days; return what honest work came to, and the calls to replay."""
    random = np.random.default_rng([seed, rate])
    counts = parcels(workforce, random)
    service = Service(policy, defences, keep=bool(defences.daily_reviews), sampled=sampled)
    tally = Staff(service, workforce, random, rate, seed).run(counts.sum(1).tolist())
    couriers = Couriers(policy, workforce, random, sampled)
    tally.add(couriers.run(counts, f"courier-{seed}"))
    return tally, service.steps + couriers.steps
