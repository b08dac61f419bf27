"""Honest work: what desk, officers, supervisors and couriers do in a company, with what goes wrong in it."""

import heapq
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import numpy as np

from bench.theft.couriers import Couriers, parcels
from bench.theft.defences import NONE, Defences
from bench.theft.model import DAY, Done, Service, Step, person
from bench.theft.work import BEGIN, HOUR, MINUTE, QUOTA, Numbers, Sampled, Tally, known, unknown
from bench.theft.workforce import Workforce
from masking_service.access.policy import Policy
from masking_service.access.principals import Principal

MAX_ITEMS: Final = 20
"""Fields in one call of an officer's screen."""


class Staff:
    """The days of desk, officers and supervisors."""

    def __init__(self, service: Service, workforce: Workforce, arrays: Numbers, rate: int, seed: int) -> None:
        self._service = service
        self._workforce = workforce
        self._arrays = arrays
        self._random = random = Random(f"staff {seed}")
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
        contacts = sum(random.randint(*said.contacts) for _ in desk)
        tickets = min(int(self._arrays.poisson(parcels_today * self._rate / 1e6)), contacts)
        for at in range(tickets):
            name = f"D{self._seed}-{day}-{at}"
            numbers = known(self._size(), random)
            if random.random() < self._workforce.oddities.mistyped_number:
                numbers[0] = unknown(1, random)[0]
            opener = desk[random.randrange(len(desk))]
            officer = officers[random.randrange(len(officers))]
            when = begin + 8 * HOUR + random.randrange(12 * HOUR)
            self._at(when, self._opened(name, numbers, opener, officer))
            if random.random() < self._workforce.oddities.returned_case:
                later = random.randrange(3, 11) * DAY
                self._at(when + later, self._opened(f"{name}-r", numbers, opener, officer))

    def _present(self, people: list[Principal]) -> list[Principal]:
        chosen = [one for one in people if self._random.random() < 5 / 7]
        return chosen or people[:1]

    def _size(self) -> int:
        said, drawn = self._workforce.desk, self._random.random()
        if drawn < said.case_of_many:
            return self._random.randrange(11, 51)
        if drawn < said.case_of_many + said.case_of_several:
            return self._random.randrange(3, 11)
        return 2 if drawn < said.case_of_many + said.case_of_several + said.case_of_two else 1

    def _opened(self, name: str, numbers: list[str], opener: Principal, officer: Principal) -> Callable[[int], None]:
        """Open a case; then have it approved where that is needed, and worked on."""

        def work(at: int) -> None:
            done = self._count(self._service.open_case(opener, at, name, numbers))
            begin = at + self._random.randrange(5 * MINUTE, 4 * HOUR)
            if done.outcome == "pending":
                begin = max(at, _next_morning(at)) + self._random.randrange(MINUTE, HOUR)
                self._at(begin, self._approved(name))
            elif done.outcome != "open":
                return
            if officer.id in self._night:
                begin = (begin // DAY) * DAY + 22 * HOUR + self._random.randrange(8 * HOUR)
            shares = self._workforce.desk.fields
            fields = self._random.choices(range(1, len(shares) + 1), shares)[0]
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
        supervisor = self._supervisors[self._random.randrange(len(self._supervisors))]

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
    arrays = np.random.default_rng([seed, rate])
    counts = parcels(workforce, arrays)
    service = Service(policy, defences, keep=bool(defences.daily_reviews), sampled=sampled)
    tally = Staff(service, workforce, arrays, rate, seed).run(counts.sum(1).tolist())
    couriers = Couriers(policy, workforce, arrays, seed, sampled)
    tally.add(couriers.run(counts, f"courier-{seed}"))
    return tally, service.steps + couriers.steps
