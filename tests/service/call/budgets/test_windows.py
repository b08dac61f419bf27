"""The arithmetic of windows, alone."""

import pytest

from masking_service.service.call import budgets as module
from masking_service.service.people.rules import WINDOWS, Budget, Window
from tests.service.call.budgets.spending import NOW, windows


@pytest.mark.parametrize(("name", "seconds"), [("1m", 1), ("1h", 60), ("1d", 1_440), ("30d", 43_200)])
def test_a_window_has_sixty_parts_of_whole_seconds(name: str, seconds: int) -> None:
    window = Window(name, WINDOWS[name], 1)
    assert (module.part_seconds(window), module.PARTS * seconds) == (seconds, WINDOWS[name])


def test_a_window_is_kept_for_its_length_and_two_parts() -> None:
    assert module.kept_seconds(Window("1h", 3_600, 1)) == 3_720


def test_a_limit_is_multiplied_by_the_factor() -> None:
    assert module.limit_of(Window("1h", 3_600, 60), 50) == 3_000


def test_a_limit_never_passes_what_a_counter_holds() -> None:
    assert module.limit_of(Window("1h", 3_600, 1_000_000), 1_000_000) == 2**32 - 1


def test_a_refusal_names_the_window_that_frees_last() -> None:
    budget = Budget("fields", windows({"1m": 1, "1h": 1, "1d": 1}))
    error = module.refusal(budget, "officer", 1, (NOW + 5, NOW // 60 + 2, 0, 0, 0, 0, 0, 0, 0))
    assert (error.window, error.retry_at, error.role, error.counts) == ("1h", NOW + 120, "officer", "fields")


@pytest.mark.parametrize(("amount", "at_most"), [(20, 0), (21, 20)])
def test_a_refusal_says_what_fits_where_a_call_is_larger_than_the_smallest_limit(amount: int, at_most: int) -> None:
    budget = Budget("fields", windows({"1h": 50, "1d": 20}))
    assert module.refusal(budget, "officer", amount, (0, NOW // 1_440 + 2, 0, 0, 0, 0)).at_most == at_most
