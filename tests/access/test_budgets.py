"""Budgets: what fits passes, what does not costs nothing, and nothing is freed early."""

import contextlib
import random
import re
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keys import keyset
from keys.keyring import Keyring
from masking_service.access import budgets as module
from masking_service.access.budgets import Budgets, Reservation
from masking_service.access.errors import QuotaExceeded
from masking_service.access.policy import Grant
from masking_service.access.principals import Principal
from masking_service.access.rules import WINDOWS, Budget, Counted, Factors, Window
from masking_service.dev.embedded import EmbeddedServer
from masking_service.store.client import Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.scripts import Script
from tests.store.stores import counted

NOW = 1_800_000_000  # the first second of a part in every window but the longest
FREE = Grant("officer", "token:detokenize")


def windows(limits: dict[str, int]) -> tuple[Window, ...]:
    return tuple(Window(name, WINDOWS[name], limit) for name, limit in limits.items())


def grant(limits: dict[str, int], role: str = "officer", counts: Counted = "fields") -> Grant:
    return Grant(role, "token:detokenize", budget=Budget(counts, windows(limits)))


def person(name: str = "u-1", tenant: str = "default") -> Principal:
    return Principal(f"staff/{name}", tenant, ("officer",), frozenset(), "jwt")


def admitted(store: Store) -> Store:
    """A store that may be used: the tests know whose it is."""
    store.trust()
    return store


@pytest.fixture(scope="module")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    path = tmp_path_factory.mktemp("keys") / "keyset.json"
    keyset.create(path, made_for="development", today="2026-01-01")
    return Keyring(keyset.load(path))


@pytest.fixture
def store(valkey: str) -> Store:
    return admitted(Store(valkey))


@pytest.fixture
def client(valkey: str) -> redis.Redis:
    return redis.Redis.from_url(valkey)


class Spent:
    """What was told of spending, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def spent(self, role: str, counts: Counted, amount: int) -> None:
        self.told.append((role, counts, amount))

    def given_back(self, role: str, counts: Counted, amount: int) -> None:
        self.told.append((role, counts, -amount))


@pytest.fixture
def spending() -> Spent:
    return Spent()


@pytest.fixture
def make(store: Store, keyring: Keyring, spending: Spent) -> Callable[..., Budgets]:
    """`make(role=10, tenant=50)`: budgets with these factors."""

    def build(role: int = 10, tenant: int = 50, at: Store = store) -> Budgets:
        return Budgets(at, keyring, Factors(role, tenant), random.randbytes, spending)

    return build


@pytest.fixture
def budgets(make: Callable[..., Budgets]) -> Budgets:
    return make()


def refused(budgets: Budgets, who: Principal, what: Grant, amount: int, now: float) -> QuotaExceeded:
    with pytest.raises(QuotaExceeded) as caught:
        budgets.reserve(who, what, amount, now)
    return caught.value


def test_a_check_refuses_as_a_reservation_would_and_takes_nothing(budgets: Budgets, client: redis.Redis) -> None:
    what = grant({"1m": 20, "1h": 60})
    budgets.reserve(person(), what, 19, NOW)
    before = stored(client)

    budgets.check(person(), what, 1, NOW)
    with pytest.raises(QuotaExceeded) as caught:
        budgets.check(person(), what, 2, NOW)

    expected = refused(budgets, person(), what, 2, NOW)
    assert (caught.value.window, caught.value.retry_at) == (expected.window, expected.retry_at)
    assert stored(client) == before


def test_a_check_counts_no_spending(budgets: Budgets, spending: Spent) -> None:
    budgets.check(person(), grant({"1m": 20}), 1, NOW)

    assert spending.told == []


def test_a_check_of_what_is_free_asks_nothing(budgets: Budgets, store: Store) -> None:
    with counted(store) as trips:
        budgets.check(person(), FREE, 1, NOW)

    assert trips == [0]


def stored(client: redis.Redis) -> dict[bytes, bytes]:
    """Every key and what it holds."""
    return {key: cast(bytes, client.get(key)) for key in cast(list[bytes], client.keys())}


# The arithmetic, alone.


@pytest.mark.parametrize(("name", "seconds"), [("1m", 1), ("1h", 60), ("1d", 1_440), ("30d", 43_200)])
def test_a_window_has_sixty_parts_of_whole_seconds(name: str, seconds: int) -> None:
    window = Window(name, WINDOWS[name], 1)
    assert (module.part_seconds(window), module.PARTS * seconds) == (seconds, WINDOWS[name])


@pytest.mark.parametrize(("now", "part"), [(0, 0), (59.999, 0), (60, 1), (NOW, NOW // 60), (NOW + 59.9, NOW // 60)])
def test_a_part_holds_its_first_second_and_not_the_next_ones(now: float, part: int) -> None:
    assert module.part_at(Window("1h", 3_600, 1), now) == part


def test_a_window_is_kept_for_its_length_and_two_parts() -> None:
    assert module.kept_seconds(Window("1h", 3_600, 1)) == 3_720


def test_a_limit_is_multiplied_by_the_factor() -> None:
    assert module.limit_of(Window("1h", 3_600, 60), 50) == 3_000


def test_a_limit_never_passes_what_a_counter_holds() -> None:
    assert module.limit_of(Window("1h", 3_600, 1_000_000), 1_000_000) == 2**32 - 1


def test_a_refusal_names_the_window_that_frees_last() -> None:
    budget = Budget("fields", windows({"1m": 1, "1h": 1, "1d": 1}))
    error = module.refusal(budget, "officer", (NOW + 5, NOW // 60 + 2, 0, 0, 0, 0, 0, 0, 0))
    assert (error.window, error.retry_at, error.role, error.counts) == ("1h", NOW + 120, "officer", "fields")


# The script, against a real server.


def test_what_is_spent_and_given_back_is_told_and_what_is_refused_is_not(budgets: Budgets, spending: Spent) -> None:
    free = budgets.reserve(person(), FREE, 7, NOW)
    assert free.amount == 0
    budgets.reserve(person(), grant({"1h": 60}), 20, NOW).give_back(15)
    with pytest.raises(QuotaExceeded):
        budgets.reserve(person(), grant({"1h": 60}), 60, NOW)

    assert spending.told == [("officer", "fields", 20), ("officer", "fields", -15)]


def test_an_amount_up_to_the_limit_passes(budgets: Budgets) -> None:
    assert budgets.reserve(person(), grant({"1h": 60}), 60, NOW).amount == 60


def test_one_more_than_the_limit_is_refused_and_names_window_and_time(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1m": 30, "1h": 60}), 30, NOW)
    budgets.reserve(person(), grant({"1m": 30, "1h": 60}), 30, NOW + 100)
    error = refused(budgets, person(), grant({"1m": 30, "1h": 60}), 1, NOW + 200)
    assert (error.code, error.window, error.retry_at) == ("quota-exceeded", "1h", NOW + 3_660)


def test_the_same_call_passes_at_retry_at_and_not_a_moment_before(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 60, NOW + 59)
    retry_at = refused(budgets, person(), grant({"1h": 60}), 60, NOW + 600).retry_at
    refused(budgets, person(), grant({"1h": 60}), 60, retry_at - 0.001)
    assert budgets.reserve(person(), grant({"1h": 60}), 60, retry_at).amount == 60


def test_the_oldest_part_counts_wholly(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 60, NOW)
    assert refused(budgets, person(), grant({"1h": 60}), 1, NOW + 3_659).retry_at == NOW + 3_660


def test_a_refusal_costs_nothing(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1m": 20, "1h": 60}), 15, NOW)
    before = stored(client)
    refused(budgets, person(), grant({"1m": 20, "1h": 60}), 6, NOW)
    assert stored(client) == before


def test_a_short_window_that_is_full_spends_nothing_of_a_long_one(budgets: Budgets) -> None:
    for minute in range(3):
        budgets.reserve(person(), grant({"1m": 20, "1h": 60}), 20, NOW + 120 * minute)
        error = refused(budgets, person(), grant({"1m": 20, "1h": 60}), 20, NOW + 120 * minute)
    assert error.window == "1h"


@pytest.mark.parametrize("earlier", [0, 10])
def test_an_amount_above_the_limit_is_told_to_come_back_a_whole_window_later(budgets: Budgets, earlier: int) -> None:
    budgets.reserve(person(), grant({"1m": 20}), earlier, NOW)
    error = refused(budgets, person(), grant({"1m": 20}), 21, NOW + 30)
    assert (error.window, error.retry_at) == ("1m", NOW + 91)


def test_all_of_a_role_share_the_limit_times_its_factor(make: Callable[..., Budgets]) -> None:
    budgets = make(role=2, tenant=50)
    budgets.reserve(person("u-1"), grant({"1h": 10}), 10, NOW)
    budgets.reserve(person("u-2"), grant({"1h": 10}), 10, NOW)
    refused(budgets, person("u-3"), grant({"1h": 10}), 1, NOW)
    assert budgets.reserve(person("u-3"), grant({"1h": 10}, "privacy"), 1, NOW).amount == 1


def test_all_of_a_tenant_share_the_limit_times_its_factor(make: Callable[..., Budgets]) -> None:
    budgets = make(role=1, tenant=2)
    budgets.reserve(person("u-1"), grant({"1h": 10}, "a"), 10, NOW)
    budgets.reserve(person("u-2"), grant({"1h": 10}, "b"), 10, NOW)
    refused(budgets, person("u-3"), grant({"1h": 10}, "c"), 1, NOW)
    assert budgets.reserve(person("u-3", "other"), grant({"1h": 10}, "c"), 1, NOW).amount == 1


def test_what_the_role_refuses_costs_the_person_nothing(make: Callable[..., Budgets]) -> None:
    budgets = make(role=1, tenant=50)
    budgets.reserve(person("u-1"), grant({"1h": 10}, "a"), 10, NOW)
    refused(budgets, person("u-2"), grant({"1h": 10}, "a"), 10, NOW)
    assert budgets.reserve(person("u-2"), grant({"1h": 10}, "b"), 10, NOW).amount == 10


def test_a_second_role_is_no_second_budget(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1h": 10}, "a"), 10, NOW)
    refused(budgets, person(), grant({"1h": 10}, "b"), 1, NOW)


def test_fields_and_views_are_counted_apart(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1h": 10}), 10, NOW)
    assert budgets.reserve(person(), grant({"1h": 10}, counts="full_views"), 10, NOW).amount == 10


def test_a_clock_that_goes_back_frees_nothing(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1m": 20}), 20, NOW)
    assert refused(budgets, person(), grant({"1m": 20}), 1, NOW - 86_400).retry_at == NOW + 61


def test_what_is_spent_by_a_late_clock_counts_as_spent_now(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1m": 20}), 1, NOW)
    budgets.reserve(person(), grant({"1m": 20}), 19, NOW - 50)
    assert refused(budgets, person(), grant({"1m": 20}), 19, NOW + 30).retry_at == NOW + 61


def test_five_a_day_for_two_months_end_at_the_limit_of_thirty_days(budgets: Budgets) -> None:
    what = grant({"1d": 150, "30d": 140})
    got = 0
    for day in range(60):
        try:
            got += budgets.reserve(person(), what, 5, NOW + 86_400 * day).amount
        except QuotaExceeded as error:
            assert error.window == "30d"  # noqa: PT017 - which days are refused is not the point, why is
    assert got == 280


def test_what_was_not_released_can_be_spent_again(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1m": 20, "1h": 60}), 20, NOW).give_back(15)
    assert budgets.reserve(person(), grant({"1m": 20, "1h": 60}), 15, NOW).amount == 15
    refused(budgets, person(), grant({"1m": 20, "1h": 60}), 1, NOW)


def test_it_is_given_back_to_the_part_from_which_it_came(budgets: Budgets) -> None:
    first = budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW + 30)
    first.give_back(10)
    assert refused(budgets, person(), grant({"1m": 20}), 11, NOW + 30).retry_at == NOW + 91


def test_what_has_left_the_window_is_not_given_back_from_what_is_in_it(budgets: Budgets) -> None:
    first = budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    budgets.reserve(person(), grant({"1m": 20}), 20, NOW + 61)
    first.give_back(10)
    refused(budgets, person(), grant({"1m": 20}), 1, NOW + 61)


def test_giving_back_twice_counts_once(budgets: Budgets) -> None:
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    second = budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    second.give_back(10)
    second.give_back(10)
    refused(budgets, person(), grant({"1m": 20}), 11, NOW)


def test_a_forgotten_reservation_stays_spent(budgets: Budgets, client: redis.Redis) -> None:
    reservation = budgets.reserve(person(), grant({"1m": 20}), 20, NOW)
    client.delete(*(key for key in stored(client) if b"call:" in key))
    reservation.give_back(20)
    refused(budgets, person(), grant({"1m": 20}), 1, NOW)


@pytest.mark.parametrize("later", [0, -30])
def test_a_count_that_was_lost_and_begun_anew_never_falls_below_zero(
    budgets: Budgets, client: redis.Redis, later: int
) -> None:
    first = budgets.reserve(person(), grant({"1m": 20}), 15, NOW)
    client.delete(*(key for key in stored(client) if b"budget:" in key))
    budgets.reserve(person(), grant({"1m": 20}), 5, NOW + later)
    first.give_back(15)
    counts = [struct.unpack(">3I", value) for key, value in stored(client).items() if b"budget:" in key]
    assert {count[1:] for count in counts} == {(0, 0) if later == 0 else (5, 5)}


@pytest.mark.parametrize("unused", [-1, 21])
def test_only_what_was_reserved_can_be_given_back(budgets: Budgets, unused: int) -> None:
    with pytest.raises(ValueError, match="amount must not be"):
        budgets.reserve(person(), grant({"1m": 20}), 20, NOW).give_back(unused)


def test_a_negative_amount_cannot_be_reserved(budgets: Budgets) -> None:
    with pytest.raises(ValueError, match="amount must not be"):
        budgets.reserve(person(), grant({"1m": 20}), -1, NOW)


# Round trips, and replies that are lost.


def round_trips(store: Store, do: Callable[[], object]) -> int:
    before = store.round_trips
    do()
    return store.round_trips - before


def test_reserving_in_twelve_windows_is_one_round_trip(budgets: Budgets, store: Store) -> None:
    budgets.reserve(person(), grant({"1m": 20, "1h": 60, "1d": 150}), 1, NOW)  # the server learns the script
    assert round_trips(store, lambda: budgets.reserve(person(), grant({"1m": 20, "1h": 60, "1d": 150}), 1, NOW)) == 1


def test_giving_back_is_one_round_trip(budgets: Budgets, store: Store) -> None:
    reservation = budgets.reserve(person(), grant({"1m": 20}), 2, NOW)
    assert round_trips(store, lambda: reservation.give_back(1)) == 1


def test_giving_nothing_back_is_none(budgets: Budgets, store: Store) -> None:
    reservation = budgets.reserve(person(), grant({"1m": 20}), 2, NOW)
    assert round_trips(store, lambda: reservation.give_back(0)) == 0


@pytest.mark.parametrize(("what", "amount"), [(FREE, 5), (grant({"1m": 20}), 0)])
def test_where_nothing_is_spent_nothing_is_asked(budgets: Budgets, store: Store, what: Grant, amount: int) -> None:
    assert round_trips(store, lambda: budgets.reserve(person(), what, amount, NOW).give_back(amount)) == 0


class Twice(Store):
    """A store whose first reply is always lost on the way, so that each exchange is sent again."""

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        super().script(script, keys, args)
        return super().script(script, keys, args)


def test_a_reservation_whose_reply_was_lost_counts_once(make: Callable[..., Budgets], valkey: str) -> None:
    budgets = make(at=admitted(Twice(valkey)))
    for _ in range(4):
        budgets.reserve(person(), grant({"1m": 20}), 5, NOW)
    refused(budgets, person(), grant({"1m": 20}), 1, NOW)


def test_a_return_whose_reply_was_lost_counts_once(make: Callable[..., Budgets], valkey: str) -> None:
    budgets = make(at=admitted(Twice(valkey)))
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW).give_back(3)
    assert budgets.reserve(person(), grant({"1m": 20}), 3, NOW).amount == 3
    refused(budgets, person(), grant({"1m": 20}), 1, NOW)


# What is stored.


def test_no_key_can_be_read_and_all_of_a_tenant_are_in_one_slot(
    budgets: Budgets, client: redis.Redis, keyring: Keyring
) -> None:
    budgets.reserve(person("reader", "blue"), grant({"1m": 20, "1h": 60}, "desk"), 1, NOW)
    tag = keyring.tenant("blue").tag("tenant")
    name = re.compile(rf"wm:\{{t:{tag}\}}(call:[0-9a-f]{{32}}|budget:[\w-]{{16}}:1[mh])")
    assert [key for key in stored(client) if not name.fullmatch(key.decode())] == []


def test_every_count_ends_by_itself_after_the_window_and_two_parts(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 2, NOW).give_back(1)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"budget:" in key]
    assert [life for life in lives if not 3_660 < life <= 3_720] == []


@pytest.mark.parametrize("later", [60, -3_600])
def test_a_count_in_another_part_is_kept_anew(budgets: Budgets, client: redis.Redis, later: int) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    for key in stored(client):
        client.expire(key.decode(), 100)
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW + later)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"budget:" in key]
    assert [life for life in lives if not 3_660 < life <= 3_720] == []


def test_every_call_is_forgotten_after_a_minute(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 2, NOW).give_back(1)
    lives = [client.ttl(key.decode()) for key in stored(client) if b"call:" in key]
    assert [life for life in lives if not 0 < life <= 60] == []


def test_a_full_window_takes_four_bytes_a_part(budgets: Budgets, client: redis.Redis) -> None:
    for second in range(200):
        budgets.reserve(person(), grant({"1m": 100}), 1, NOW + second)
    assert {len(value) for key, value in stored(client).items() if b"budget:" in key} == {8 + 61 * 4}


def test_a_restart_resets_no_budget(make: Callable[..., Budgets], tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path) as server:
        store = admitted(Store(server.url))
        make(at=store).reserve(person(), grant({"1h": 60}), 60, NOW)
        store.close()
        server.stop()
        server.start()
        refused(make(at=admitted(Store(server.url))), person(), grant({"1h": 60}), 1, NOW)


def test_what_cannot_be_counted_is_refused(make: Callable[..., Budgets], tmp_path: Path) -> None:
    absent = admitted(Store(f"unix://{tmp_path}/absent.sock"))
    with pytest.raises(StoreUnavailable, match="connection"):
        make(at=absent).reserve(person(), grant({"1h": 60}), 1, NOW)


def test_a_count_that_was_damaged_is_refused(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    for key in stored(client):
        client.set(key, b"1")
    with pytest.raises(StoreUnavailable):
        budgets.reserve(person(), grant({"1h": 60}), 1, NOW)


def test_a_full_store_refuses_and_counts_nothing(budgets: Budgets, client: redis.Redis) -> None:
    budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
    before = stored(client)
    client.config_set("maxmemory", "1")
    try:
        with pytest.raises(StoreUnavailable):
            budgets.reserve(person(), grant({"1h": 60}), 1, NOW)
        after = stored(client)
    finally:
        client.config_set("maxmemory", "0")
    assert after == before


# Against everyone at once, and against a model.


def together(spend: Callable[[str], None]) -> None:
    """Run it for sixteen people at once."""
    start = threading.Barrier(16)

    def run(name: str) -> None:
        start.wait()
        spend(name)

    threads = [threading.Thread(target=run, args=(f"u-{number}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_sixteen_callers_at_once_get_exactly_the_limit(budgets: Budgets) -> None:
    passed: list[int] = []

    def spend(name: str) -> None:
        for _ in range(12):
            with contextlib.suppress(QuotaExceeded):
                passed.append(budgets.reserve(person(), grant({"1h": 100}), 1, NOW).amount)

    together(spend)
    assert sum(passed) == 100


def test_sixteen_people_at_once_get_exactly_the_limit_of_their_role(make: Callable[..., Budgets]) -> None:
    budgets = make(role=3, tenant=50)
    passed: list[int] = []

    def spend(name: str) -> None:
        for amount in (3, 4, 2, 1) * 3:
            try:
                reservation = budgets.reserve(person(name), grant({"1m": 10, "1h": 10}), amount, NOW)
            except QuotaExceeded:
                continue
            reservation.give_back(1)
            passed.append(amount - 1)

    together(spend)
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
