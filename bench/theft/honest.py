"""Honest work: what desk, officers, supervisors and couriers do in a company, with what goes wrong in it."""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Final, cast

import numpy as np

from bench.theft.couriers import Couriers, parcels
from bench.theft.defences import NONE, Defences
from bench.theft.lookout import Lookout
from bench.theft.model import Service
from bench.theft.steps import DAY, Done, Step, is_known, person
from bench.theft.work import BEGIN, HOUR, MINUTE, QUOTA, Numbers, Sampled, Tally, known, unknown
from bench.theft.workforce import PRESENT, Practices, Workforce
from masking_audit.lookout.history import Row
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal

MAX_ITEMS: Final = 20
"""Fields in one call of an officer's screen."""
UNCONFIRMED: Final = ("unknown-case-number", "ticket-mismatch")
UNAVAILABLE: Final = "case-check-unavailable"


class Staff:
    """The days of desk, officers and supervisors.

    Of the desk and the officers only one in so many is simulated, with as many fewer tickets, and counts as so many.
    """

    def __init__(self, service: Service, workforce: Workforce, arrays: Numbers, rate: int, seed: int) -> None:
        self._service = service
        self._workforce = workforce
        self._arrays = arrays
        self._random = random = Random(f"staff {seed}")
        self._rate = rate
        self._seed = seed
        self._due: list[tuple[int, int, Callable[[int], object]]] = []
        self._order = 0
        people, odd = workforce.people, workforce.oddities
        self._one_in = workforce.staff_one_in
        desk, officers = (math.ceil(count / self._one_in) for count in (people.desk, people.officers))
        self._desk = [person(f"desk-{at}", "service-desk") for at in range(desk)]
        self._officers = [person(f"officer-{at}", "dispute-officer") for at in range(officers)]
        self._supervisors = [person(f"supervisor-{at}", "supervisor") for at in range(people.supervisors)]
        self._night = {one.id for one in self._officers if random.random() < odd.night_shift}
        self._new = {one.id for one in self._officers if random.random() < odd.new_officer}
        self._habits = Random(f"habits {seed}")
        self._devices: Counter[str] = Counter()
        self._covered: set[tuple[str, int]] = set()
        self._practices = service.defences.practices
        self.lookout = Lookout(service) if self._practices else None
        self.tally = Tally()

    def run(self, parcels_a_day: Sequence[int]) -> Tally:
        """Work every day, and count what happened."""
        for day, count in enumerate(parcels_a_day):
            begin = BEGIN + day * DAY
            self.tally.company_days += 1
            self._plan(begin, day, count // self._one_in)
            while self._due and self._due[0][0] < begin + DAY:
                at, _, work = heapq.heappop(self._due)
                work(at)
            if self.lookout:
                self.lookout.run(begin + DAY)
            self.tally.freezes += len(self._service.frozen)
            self._service.unfreeze_all()
        self.tally.reviews += len(self._service.reviews)
        self.tally.approvals += sum(review.why == "case-pending" for review in self._service.reviews)
        return self.tally.of_sample(self._one_in)

    def _at(self, at: int, work: Callable[[int], object]) -> None:
        self._order += 1
        heapq.heappush(self._due, (at, self._order, work))

    def _plan(self, begin: int, day: int, parcels_today: int) -> None:
        """Plan the tickets of a day."""
        random, said = self._random, self._workforce.desk
        desk = self._present(self._desk)
        officers = self._present(self._officers)
        supervisors = self._present(self._supervisors)
        self.tally.person_days += self._one_in * (len(desk) + len(officers)) + len(supervisors)
        odd, habits = self._workforce.oddities, self._habits
        self._devices.update(one.id for one in desk + officers + supervisors if habits.random() < odd.new_device)
        self._covered.update((one.id, day) for one in officers if habits.random() < odd.covered_night)
        contacts = sum(random.randint(*said.contacts) for _ in desk)
        tickets = min(int(self._arrays.poisson(parcels_today * self._rate / 1e6)), contacts)
        for at in range(tickets):
            name = f"D{self._seed}-{day}-{at}"
            numbers = right = known(self._size(), random)
            if random.random() < self._workforce.oddities.mistyped_number:
                numbers = [unknown(1, random)[0], *right[1:]]
            opener = desk[random.randrange(len(desk))]
            officer = officers[random.randrange(len(officers))]
            when = begin + 8 * HOUR + random.randrange(12 * HOUR)
            self._at(when, self._asked(name, numbers, right, opener, officer))
            if random.random() < self._workforce.oddities.returned_case:
                later = random.randrange(3, 11) * DAY
                self._at(when + later, self._asked(f"{name}-r", numbers, right, opener, officer))

    def _present(self, people: list[Principal]) -> list[Principal]:
        chosen = [one for one in people if self._random.random() < PRESENT]
        return chosen or people[:1]

    def _acting(self, who: Principal) -> Principal:
        """Return a person with the device that the person uses now."""
        return replace(who, device=f"{self._devices[who.id]}")

    def _size(self) -> int:
        said, drawn = self._workforce.desk, self._random.random()
        if drawn < said.case_of_many:
            return self._random.randrange(11, 51)
        if drawn < said.case_of_many + said.case_of_several:
            return self._random.randrange(3, 11)
        return 2 if drawn < said.case_of_many + said.case_of_several + said.case_of_two else 1

    def _asked(
        self, name: str, numbers: list[str], right: list[str], opener: Principal, officer: Principal
    ) -> Callable[[int], object]:
        """Look the parcels of a ticket up and open its case; where the ticket does not confirm it, once more."""
        tickets, practices = self._service.tickets, self._practices
        if tickets is None or practices is None:
            return self._opened(name, numbers, opener, officer)

        def work(at: int) -> None:
            self._count(self._service.view(opener, at, right, right))
            if self._random.random() >= practices.ticket_slips:
                tickets.file(name, right, officer.id)
            if self._opened(name, numbers, opener, officer)(at + 30) in UNCONFIRMED:
                tickets.file(name, right, officer.id)
                self._at(at + 10 * MINUTE, self._opened(name, right, opener, officer))

        return work

    def _opened(self, name: str, numbers: list[str], opener: Principal, officer: Principal) -> Callable[[int], str]:
        """Open a case; then have it approved where that is needed, and worked on. Returns the outcome."""

        def work(at: int) -> str:
            done = self._count(self._service.open_case(self._acting(opener), at, name, numbers))
            begin = at + self._random.randrange(5 * MINUTE, 4 * HOUR)
            if done.outcome == "pending":
                begin = max(at, _next_morning(at)) + self._random.randrange(MINUTE, HOUR)
                self._at(begin, self._approved(name))
            elif done.outcome != "open":
                return done.outcome
            if officer.id in self._night or (officer.id, (begin - BEGIN) // DAY) in self._covered:
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
            if self._service.tickets and self._random.random() < cast(Practices, self._practices).tickets_closed:
                self._at(begin + self._random.randrange(2, 6) * DAY, lambda at: self._service.close(at, name))
            return done.outcome

        return work

    def _approved(self, name: str) -> Callable[[int], None]:
        supervisor = self._supervisors[self._random.randrange(len(self._supervisors))]

        def work(at: int) -> None:
            self._count(self._service.decide(self._acting(supervisor), at, name, "approve"))

        return work

    def _opening(
        self, officer: Principal, case: str, items: list[str], *, again: bool = False
    ) -> Callable[[int], None]:
        """Open fields; where the budget refuses, once more when it says that there is room."""

        def work(at: int) -> None:
            opened = [*filter(is_known, items)]
            done = self._count(self._service.detokenize(self._acting(officer), at, case, items, opened))
            if not again:
                return
            if done.outcome == QUOTA and done.retry_at < at + DAY:
                self._at(self._on_shift(done.retry_at, officer), self._opening(officer, case, items))
            elif done.outcome == UNAVAILABLE:
                self._at(at + 20 * MINUTE, self._opening(officer, case, items))
            elif done.released and self._random.random() < self._workforce.oddities.repeated_call:
                self._at(at + 3, self._opening(officer, case, items))

        return work

    def _on_shift(self, at: int, officer: Principal) -> int:
        """Return when an officer is at work from a time on: at once, or from eight in the morning until eight."""
        hour = at % DAY // HOUR
        if officer.id in self._night or 8 <= hour < 20:
            return at
        return (at // DAY + (hour >= 20)) * DAY + 8 * HOUR + self._random.randrange(HOUR)

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
) -> tuple[Tally, list[Step], list[Row]]:
    """Run a company for all its days.

    Returns what honest work came to, the calls to replay, and what the lookout read.
    """
    arrays = np.random.default_rng([seed, rate])
    counts = parcels(workforce, arrays)
    service = Service(policy, defences, keep=defences.practices is not None, sampled=sampled)
    staff = Staff(service, workforce, arrays, rate, seed)
    tally = staff.run(counts.sum(1).tolist())
    couriers = Couriers(policy, workforce, arrays, seed, sampled)
    tally.add(couriers.run(counts, f"courier-{seed}"))
    return tally, service.steps + couriers.steps, staff.lookout.rows if staff.lookout else []
