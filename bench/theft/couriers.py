"""The honest days of couriers."""

import math
from collections.abc import Iterator, Sequence
from random import Random

import numpy as np

from bench.theft.model import Service
from bench.theft.steps import DAY, Step, is_known, person
from bench.theft.work import BEGIN, HOUR, MINUTE, QUOTA, Days, Marks, Numbers, Sampled, Tally, known, unknown
from bench.theft.workforce import Workforce
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import Window


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


class Couriers:
    """The days of couriers.

    A day in which nothing goes wrong is counted and not run call by call: its views hit, and an app that waits as
    long as Retry-After says is never refused often enough to be frozen. Days with a lost bag or late scans, and days
    that are replayed, are run with as many days before them as the longest window reaches back. What the budgets
    refuse at least follows from the sums of a day.
    """

    def __init__(self, policy: Policy, workforce: Workforce, arrays: Numbers, seed: int, sampled: Sampled) -> None:
        self._policy = policy
        self._workforce = workforce
        self._arrays = arrays
        self._random = Random(f"couriers {seed}")
        self._sampled = sampled
        windows = _view_windows(policy)
        self._back = max((math.ceil(window.seconds * 61 / 60 / DAY) for window in windows), default=1)
        self._a_minute = min((window.limit for window in windows if window.seconds <= 60), default=10**6)
        self.steps: list[Step] = []

    def run(self, counts: Days, name: str) -> Tally:
        """Run every courier's days; `name` tells couriers of several companies apart."""
        odd, random = self._workforce.oddities, self._arrays
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
        at = begin + 7 * HOUR + random.randrange(HOUR)
        mine = known(count, random)
        asked = unknown(count, random) if late else [*mine]
        if bag:
            low, high = odd.lost_bag_parcels
            missing = unknown(random.randrange(low, high + 1), random)
            asked += missing * (2 if random.random() < odd.lost_bag_asked_again else 1)
        if late:
            asked += mine
        for first in range(0, len(asked), size):
            numbers = asked[first : first + size]
            yield at, numbers, [*filter(is_known, numbers)]
            at += pause
        again = int(count * self._workforce.parcels.looked_at_again)
        for later in sorted(random.randrange(10 * HOUR, 20 * HOUR) for _ in range(again)):
            number = mine[random.randrange(count)]
            yield max(begin + later, at + MINUTE), [number], [number]

    def _over(self, views: Days) -> int:
        """Return how many views the budgets of person, role and tenant refuse at least."""
        limit = min((window.limit for window in _view_windows(self._policy) if window.seconds == DAY), default=2**40)
        budget = self._policy.rules.roles["courier"].budgets.get("full_views")
        factor = min(self._policy.rules.factors.of(budget)[1:]) if budget else 1
        passed = np.minimum(np.minimum(views, limit).sum(1), limit * factor)
        return int((views.sum(1) - passed).sum())


def _view_windows(policy: Policy) -> Sequence[Window]:
    """Return the windows of a courier's budget of full views."""
    grants = policy.budget_grants(person("courier", "courier"))
    budgets = [grant.budget for grant in grants if grant.budget is not None and grant.budget.counts == "full_views"]
    return [window for budget in budgets for window in budget.windows]


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
