"""Masking a record takes at most about twice as long for a value of twice the length, whatever is repeated in it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from masking_service.masking.errors import InvalidRecord
from masking_service.masking.records.record import Masker
from tests.growth import between, grows
from tests.masking.scenarios import UNITS
from tests.masking.standard import COURIER, LABEL, STANDARD

READ, BEYOND = 1_000, 8_000
"""Within what is read of a value, and beyond it: there it is still looked for in the rest of the record."""
SIGNS = ("x", "_", "~", "#", "^", "^_^", " ", "\t", "\n", "张 ", "e\u0301")
MASKERS = [Masker(STANDARD, profile) for profile in (LABEL, COURIER)]
AROUND = {"alone": [("", "")], "between": [("张", "张"), ("a", "!")]}


def mask(place: str, value: str) -> None:
    """Mask records with a value at a place, and look for a name and a phone in it."""
    for masker in MASKERS:
        record: dict[str, Any] = {"sender": {"name": "王小明", "phone": "13987654321"}, "recipient": {"name": "李四"}}
        (record if place in ("remark", "unmapped") else record["recipient"])[place] = value
        with suppress(InvalidRecord):  # it is refused before it is read
            masker.mask(record)


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("length", [READ, BEYOND], ids=["read", "beyond"])
@pytest.mark.parametrize("place", ["name", "phone", "address", "remark", "unmapped"])
def test_twice_the_value_takes_at_most_about_twice_as_long(
    place: str, length: int, around: list[tuple[str, str]]
) -> None:
    growing = [
        (first, unit, last)
        for unit in (*UNITS, *SIGNS)
        for first, last in around
        if grows(between((first, last), partial(mask, place)), unit, length)
    ]

    assert growing == []
