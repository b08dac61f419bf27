"""The chart of the log: a bar for each hour, a day at least and four days at most."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from masking_console.screens.audit import BARS, MAX_BARS, chart_of

LAST = datetime(2026, 11, 30, 9, tzinfo=UTC)


def summed(hours_before: int, fields: int = 0, views: int = 0, refusals: int = 0) -> dict[str, Any]:
    at = (LAST - timedelta(hours=hours_before)).isoformat()
    return {"at": at, "action": "view", "fields": fields, "full_views": views, "refusals": refusals}


def bar(hours_before: int, released: int = 0, views: int = 0, refused: int = 0) -> dict[str, Any]:
    at = (LAST - timedelta(hours=hours_before)).isoformat()
    return {"at": at, "released": released, "views": views, "refused": refused}


def test_without_entries_there_are_no_bars() -> None:
    assert chart_of({"sums": []}) == {"bars": [], "top": 1, "most": 0, "more": None}


def test_what_was_done_in_an_hour_is_one_bar() -> None:
    chart = chart_of({"sums": [summed(0, 3), summed(0, 4, 2, 1), summed(2, 0, 1, 5), summed(0, 0, 0, 2)], "next": "x"})

    between = [bar(hour) for hour in range(BARS - 1, 2, -1)]
    assert chart == {"bars": [*between, bar(2, 0, 1, 5), bar(1), bar(0, 7, 2, 3)], "top": 7, "most": 7, "more": "x"}


@pytest.mark.parametrize(
    ("first", "bars"),
    [(0, 24), (22, 24), (23, 24), (24, 25), (94, 95), (95, 96), (96, 96), (500, 96)],
)
def test_a_day_is_shown_at_least_and_four_days_at_most(first: int, bars: int) -> None:
    chart = chart_of({"sums": [summed(first, 0, 1), summed(0, 0, 1)]})

    assert [one["at"] for one in chart["bars"]] == [bar(hour)["at"] for hour in range(bars - 1, -1, -1)]
    assert (chart["top"], chart["most"], BARS, MAX_BARS) == (1, 0, 24, 96)


def test_a_bar_that_is_not_shown_does_not_count_for_the_tallest() -> None:
    assert chart_of({"sums": [summed(MAX_BARS, 90), summed(MAX_BARS - 1, 5), summed(0, 4)]})["most"] == 5
