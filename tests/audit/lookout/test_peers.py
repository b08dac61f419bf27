"""When a count or a figure is far enough above what is usual to be reported."""

from __future__ import annotations

import pytest

from masking_audit.lookout.peers import Value, excessive_values, is_excessive


@pytest.mark.parametrize(
    ("observed", "expected", "reported"), [(3, 0.5, True), (2, 0.5, False), (8, 4.0, True), (8, 4.01, False)]
)
def test_a_count_is_reported_from_three_and_from_twice_the_expected_one(
    observed: float, expected: float, reported: bool
) -> None:
    assert is_excessive(observed, expected) is reported


def test_a_value_far_above_those_of_peers_is_reported_without_a_total() -> None:
    values = {f"staff/u-{number}": Value("courier", 1.0) for number in range(9)}
    (found,) = excessive_values(values | {"staff/u-9": Value("courier", 2.0)})

    assert (found.person, found.observed, found.total, found.expected) == ("staff/u-9", 2.0, 0, 1.0)
