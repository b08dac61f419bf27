"""Against everyone at once, and against a model."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from masking_service.service.call.budgets import Budgets, Reservation
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.people.policy import Grant
from tests.service.call.budgets.spending import NOW, grant, person, refused
from tests.together import in_threads


def test_sixteen_callers_at_once_get_exactly_the_limit(budgets: Budgets) -> None:
    passed: list[int] = []

    def spend(_: int) -> None:
        for _ in range(12):
            with contextlib.suppress(QuotaExceeded):
                passed.append(budgets.reserve(person(), grant({"1h": 100}), 1, NOW).amount)

    in_threads(16, spend)
    assert sum(passed) == 100


def test_sixteen_people_at_once_get_exactly_the_limit_of_their_role(make: Callable[..., Budgets]) -> None:
    budgets = make(role=3, tenant=50)
    passed: list[int] = []

    def spend(number: int) -> None:
        for amount in (3, 4, 2, 1) * 3:
            try:
                reservation = budgets.reserve(person(f"u-{number}"), grant({"1m": 10, "1h": 10}), amount, NOW)
            except QuotaExceeded:
                continue
            reservation.give_back(1)
            passed.append(amount - 1)

    in_threads(16, spend)
    for left in range(30 - sum(passed)):  # what was given back late, after the last call
        budgets.reserve(person(f"late-{left}"), grant({"1m": 10, "1h": 10}), 1, NOW)
    refused(budgets, person("last"), grant({"1m": 10, "1h": 10}), 1, NOW)


@dataclass
class Model:
    """The same rules in the plainest words: a list of everything that was ever spent, and sums over it."""

    factors: tuple[int, int]
    spent: dict[tuple[str, str], list[list[int]]] = field(default_factory=dict)  # [part, amount] each

    def reserve(
        self, subjects: tuple[str, ...], what: Grant, amount: int, now: int
    ) -> list[list[int]] | tuple[str, int]:
        """What was entered, or the window and time of the refusal."""
        assert what.budget is not None
        entries, frees = [], []
        for subject, factor in zip(subjects, (1, *self.factors), strict=True):
            for window in what.budget.windows:
                seconds, limit = window.seconds // 60, window.limit * factor
                past = self.spent.setdefault((subject, window.name), [])
                part = max([now // seconds, *(entry[0] for entry in past)])
                fits = [p for p in range(part, part + 62) if amount + self.total(past, p) <= limit]
                if not fits:
                    frees.append((seconds * (part + 61), window.name))
                elif fits[0] > part:
                    frees.append((seconds * fits[0], window.name))
                entries.append((past, [part, amount]))
        if frees:
            retry_at = max(at for at, _ in frees)
            return next(name for at, name in frees if at == retry_at), retry_at
        for past, entry in entries:
            past.append(entry)
        return [entry for _, entry in entries]

    @staticmethod
    def total(past: list[list[int]], part: int) -> int:
        return sum(amount for at, amount in past if at >= part - 60)


steps = st.lists(
    st.tuples(
        st.sampled_from(["u-1", "u-2", "u-3"]),
        st.sampled_from(["a", "b"]),
        st.integers(1, 9),  # amount
        st.one_of(st.integers(-200, 200), st.integers(0, 5_000)),  # how far the clock goes on
        st.integers(0, 9),  # unused
    ),
    max_size=30,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, minute=st.integers(1, 12), hour=st.integers(1, 20))
def test_the_script_and_the_plain_model_agree(
    make: Callable[..., Budgets],
    client: redis.Redis,
    steps: list[tuple[str, str, int, int, int]],
    minute: int,
    hour: int,
) -> None:
    client.flushdb()
    budgets, model, now = make(role=2, tenant=3), Model((2, 3)), NOW
    for name, role, amount, later, unused in steps:
        now += later
        what = grant({"1m": minute, "1h": hour}, role)
        expected = model.reserve((name, role, "everyone"), what, amount, now)
        try:
            reservation: Reservation = budgets.reserve(person(name), what, amount, now)
        except QuotaExceeded as error:
            assert (error.window, error.retry_at) == expected  # noqa: PT017 - either outcome is to be compared
            continue
        assert isinstance(expected, list)
        back = min(unused, amount)
        reservation.give_back(back)
        for entry in expected:
            entry[1] -= back
