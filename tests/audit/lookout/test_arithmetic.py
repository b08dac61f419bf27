"""The statistics behind the signals, compared with published or summed values."""

import math

import pytest

from masking_audit.lookout.peers import (
    centre_of,
    cusum,
    normal_tail,
    poisson_tail,
    run_length,
    score,
)
from tests.every import every


@every(("observed", "expected"), [(1, 0.5), (3, 3.0), (9, 1.4), (2, 20.0), (40, 20.0)])
def test_the_poisson_tail_is_one_minus_the_sum_below(observed: int, expected: float) -> None:
    below = sum(math.exp(-expected) * expected**count / math.factorial(count) for count in range(observed))

    assert poisson_tail(observed, expected) == pytest.approx(1 - below, rel=1e-6)


def test_no_event_is_certain_and_any_event_is_impossible_where_none_is_expected() -> None:
    assert (poisson_tail(0, 0.0), poisson_tail(1, 0.0)) == (1.0, 0.0)


def test_a_tail_far_below_what_one_minus_a_sum_can_show_is_exact() -> None:
    assert poisson_tail(60, 1.0) == pytest.approx(math.exp(-1) / math.factorial(60) * (1 + 1 / 61), rel=1e-3)


@pytest.mark.parametrize(("z", "tail"), [(0.0, 0.5), (1.959964, 0.025), (3.090232, 0.001)])
def test_the_normal_tail(z: float, tail: float) -> None:
    assert normal_tail(z) == pytest.approx(tail, rel=1e-5)


def test_a_score_counts_tenths_and_is_finite() -> None:
    assert [score(1.0), score(0.001), score(0.0)] == pytest.approx([0.0, 3.0, 300.0])


def test_one_outlier_moves_neither_the_centre_nor_the_deviation() -> None:
    assert [*centre_of([1.0, 2.0, 3.0, 4.0, 1_000.0])] == pytest.approx([3.0, 1.4826])


def test_the_cumulative_sum_takes_the_slack_off_and_never_falls_below_zero() -> None:
    assert cusum([1.0, 2.0, -5.0, 1.5]) == 1.0


def test_the_run_length_is_that_of_the_published_table() -> None:
    # Hawkins and Olwell (1998): a one-sided sum with k = 0.5 and h = 5 alarms after 930 to 940 days.
    assert run_length(5.0) == pytest.approx(938, abs=1)
