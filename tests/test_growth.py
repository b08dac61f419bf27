"""The comparison of work finds what is not linear."""

import re
from collections.abc import Callable

import pytest

from tests import growth
from tests.growth import grows

LENGTH = 4_000


def linear(text: str) -> None:
    sum(ord(char) for char in text * 100)


def quadratic(text: str) -> None:
    re.findall(r"a*b", text)


def exponential(text: str) -> None:
    re.match(r"(?:a|aa)*b", text)


def test_linear_work_does_not_grow() -> None:
    assert not grows(linear, "a", 2_000)


@pytest.mark.parametrize(("power", "found"), [(1, False), (2, True)])
def test_a_machine_that_is_faster_for_a_moment_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, power: int, found: bool
) -> None:
    def seconds(_work: object, text: str) -> float:
        return float(len(text)) ** power / (2 if len(text) == LENGTH else 1)  # the shorter text of the first round

    monkeypatch.setattr(growth, "_seconds", seconds)

    assert grows(linear, "a", LENGTH) is found


@pytest.mark.parametrize(("work", "length"), [(quadratic, 6_000), (exponential, 18)])
def test_other_work_grows(work: Callable[[str], object], length: int) -> None:
    assert grows(work, "a", length)
