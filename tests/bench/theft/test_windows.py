"""The budget arithmetic of the simulation against the Lua script on a real server."""

import random

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.theft.windows import Taken, Windows, part_at
from masking_service.service.call.budgets import Budgets, Reservation, refusal
from masking_service.service.call.errors import QuotaExceeded
from masking_service.service.people.policy import Grant
from masking_service.service.people.principals import Principal
from masking_service.service.people.rules import WINDOWS, Budget, Counted, Factors, Window
from masking_service.store.client import Store
from tests.every import every
from tests.keys.known import known_keyring

NOW = 1_800_000_000
FACTORS = Factors(role=2, tenant=3)
BUDGET = Budget("fields", (Window("1m", WINDOWS["1m"], 20), Window("1h", WINDOWS["1h"], 60)))
PEOPLE = [Principal(f"staff/{name}", "default", ("officer",), frozenset(), "jwt") for name in ("a", "b", "c")]
GRANTS = [Grant(role, "token:detokenize", budget=BUDGET) for role in ("officer", "privacy")]

calls = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(GRANTS),
    st.integers(0, 25),  # the amount: also more than a minute ever holds
    st.one_of(st.integers(-3, 30), st.integers(-70, 600), st.just(5_000)),  # seconds since the call before
    st.integers(0, 25),  # how much of it is given back
)


class Uncounted:
    def spent(self, role: str, counts: Counted, amount: int) -> None:
        pass

    def given_back(self, role: str, counts: Counted, amount: int) -> None:
        pass


def without_zeros(value: bytes | None) -> bytes:
    """A stored window without the empty parts at its end."""
    end = len(value or b"")
    while value and end > 8 and value[end - 4 : end] == bytes(4):
        end -= 4
    return (value or b"")[:end]


@given(sequence=st.lists(calls, max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sequence_of_calls_has_the_same_outcomes_and_leaves_the_same_windows(
    store: Store, client: redis.Redis, sequence: list[tuple[Principal, Grant, int, int, int]]
) -> None:
    client.flushall()
    real = Budgets(store, known_keyring(), FACTORS, random.randbytes, Uncounted())
    model = Windows(FACTORS)
    now = NOW
    for person, grant, amount, later, back in sequence:
        now += later
        taken = model.reserve(person, grant, amount, now)
        try:
            reserved: Reservation | QuotaExceeded = real.reserve(person, grant, amount, now)
        except QuotaExceeded as error:
            reserved = error
        if isinstance(reserved, Reservation):
            assert isinstance(taken, Taken)
            unused = min(back, reserved.amount)
            reserved.give_back(unused)
            taken.give_back(unused)
        else:
            assert isinstance(taken, list)
            expected = refusal(BUDGET, grant.role, amount, taken)
            assert (reserved.window, reserved.retry_at) == (expected.window, expected.retry_at)

    for person in PEOPLE:
        for grant in GRANTS:
            stored = [client.get(key) for key in real.window_keys(person, grant.role, BUDGET)]
            mine = [spent.pack() for spent, _, _ in model.of(person, grant)]
            assert [without_zeros(value) for value in mine] == [without_zeros(value) for value in stored]  # type: ignore[arg-type]  # none is missing


@every(("now", "part"), [(0, 0), (59.999, 0), (60, 1), (NOW, NOW // 60), (NOW + 59.9, NOW // 60)])
def test_a_part_holds_its_first_second_and_not_the_next_ones(now: float, part: int) -> None:
    assert part_at(Window("1h", 3_600, 1), now) == part
