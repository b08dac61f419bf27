"""Round trips, and replies that are lost."""

from collections.abc import Callable, Sequence

import pytest

from masking_service.service.call.budgets import Budgets
from masking_service.service.people.policy import Grant
from masking_service.store.client import Reply, Store
from masking_service.store.pipeline import Script
from tests.service.call.budgets.spending import FREE, NOW, grant, person, refused


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

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.trust()

    def script(self, script: Script, keys: Sequence[bytes], args: Sequence[bytes | int]) -> Reply:
        super().script(script, keys, args)
        return super().script(script, keys, args)


def test_a_reservation_whose_reply_was_lost_counts_once(make: Callable[..., Budgets], valkey: str) -> None:
    budgets = make(at=Twice(valkey))
    for _ in range(4):
        budgets.reserve(person(), grant({"1m": 20}), 5, NOW)
    refused(budgets, person(), grant({"1m": 20}), 1, NOW)


def test_a_return_whose_reply_was_lost_counts_once(make: Callable[..., Budgets], valkey: str) -> None:
    budgets = make(at=Twice(valkey))
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW)
    budgets.reserve(person(), grant({"1m": 20}), 10, NOW).give_back(3)
    assert budgets.reserve(person(), grant({"1m": 20}), 3, NOW).amount == 3
    refused(budgets, person(), grant({"1m": 20}), 1, NOW)
