"""Which day key an intake host uses, of those that the opening tier has published."""

from typing import Any

import pytest

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.tiers.published import DayKeyEntry, Published
from masking_service.store.errors import StoreUnavailable


@pytest.mark.parametrize(
    ("days", "today", "used"),
    [((3, 4), 3, 3), ((3, 4), 4, 4), ((5, 6), 4, 5), ((3, 5), 4, None), ((3, 4), 5, None), ((), 3, None)],
    ids=["today", "the last day", "before the first", "a gap", "after the last", "none"],
)
def test_a_day_has_its_own_key_or_the_first_where_all_are_of_later_days(
    days: tuple[int, ...], today: int, used: int | None
) -> None:
    published: Any = object.__new__(Published)
    published._day_keys = {"express": [DayKeyEntry(day, 0, b"", b"") for day in days]}

    for now in (today * SECONDS_A_DAY, (today + 1) * SECONDS_A_DAY - 1):
        if used is None:
            with pytest.raises(StoreUnavailable, match="no-day-key"):
                published.day_key("express", now)
        else:
            assert published.day_key("express", now).day == used
