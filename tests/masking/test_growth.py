"""Texts made to be costly: twice the text takes at most about twice the work to read."""

import time
from collections.abc import Callable

import pytest

from masking_service.masking.foreign_addresses import hide_foreign_units, hide_japanese_units, unit_not_recognised
from masking_service.masking.han_addresses import hide_han_units, hide_units_in_text
from tests.masking.scenarios import UNITS

UNIT_SIGNS = (
    *(
        "一1",
        "12-",
        "1号",
        "栋",
        "楼",
        "阳光花园",
        "1/",
        "A-",
        "º",
        "3º ",
        "no ",
        "no. ",
        ", ",
        "tr upp ",
        "F",
        "1F",
        "东户",
    ),
    *(
        "单",
        "之",
        "の",
        "丁目",
        "1.1",
        "1 - ",
        "#",
        "##",
        "№",
        "1st ",
        "et ",
        "VI/",
        "- ",
        "Apt ",
        "links ",
        "e e floor ",
    ),
)
ALLOWED = 2.5
NOISE = 0.002
"""Seconds: what takes less tells nothing."""


def seconds(read: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        read(text)
        best = min(best, time.process_time() - begin)
    return best


def grows(read: Callable[[str], object], unit: str) -> bool:
    once, twice = ((unit * length)[:length] for length in (2_000, 4_000))
    return (took := seconds(read, twice)) > NOISE and took > ALLOWED * seconds(read, once)


@pytest.mark.parametrize(
    "read", [hide_han_units, hide_units_in_text, hide_foreign_units, hide_japanese_units, unit_not_recognised]
)
def test_twice_the_text_is_no_more_than_twice_the_work(read: Callable[[str], object]) -> None:
    growing = [unit for unit in (*UNITS, *UNIT_SIGNS) if all(grows(read, unit) for _ in range(3))]

    assert growing == []
