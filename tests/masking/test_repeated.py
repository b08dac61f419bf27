"""No mask takes long, whatever is repeated in what it gets, and between whatever."""

from collections.abc import Callable

import pytest

from masking_service.masking.kinds.address import mask_address
from masking_service.masking.kinds.name import mask_name
from masking_service.masking.kinds.phone import mask_phone, phone_numbers
from masking_service.masking.numbers.numbers_in_text import scrub
from tests.growth import between, grows
from tests.masking.scenarios import masked_party, repeated


@pytest.mark.parametrize(
    "read",
    [
        masked_party,
        lambda value: mask_name(value, "given"),
        lambda value: mask_address(value, "unit"),
        lambda value: mask_address(value, "detail"),
        lambda value: mask_phone(value, 4),
        phone_numbers,
        scrub,
    ],
    ids=["party", "name", "unit", "detail", "phone", "numbers", "text"],
)
def test_twice_as_much_that_is_repeated_takes_at_most_about_twice_as_long(read: Callable[[str], object]) -> None:
    growing = [
        (first, unit, last) for first, unit, last in repeated() if grows(between((first, last), read), unit, 200)
    ]

    assert growing == []
