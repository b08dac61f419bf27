"""The comparison of work finds what is not linear."""

import re
from collections.abc import Callable

import pytest

from tests.growth import grows


def linear(text: str) -> None:
    sum(ord(char) for char in text * 100)


def quadratic(text: str) -> None:
    re.findall(r"a*b", text)


def exponential(text: str) -> None:
    re.match(r"(?:a|aa)*b", text)


def test_linear_work_does_not_grow() -> None:
    assert not grows(linear, "a", 2_000)


@pytest.mark.parametrize(("work", "length"), [(quadratic, 4_000), (exponential, 17)])
def test_other_work_grows(work: Callable[[str], object], length: int) -> None:
    assert grows(work, "a", length)
