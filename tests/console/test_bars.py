"""A person's use of each limit, as the screen of people shows it."""

from typing import Any

from masking_console.screens.people import _bars


def bar(window: str, used: int, limit: int | None) -> dict[str, Any]:
    return {"window": window, "used": used, "limit": limit}


def test_each_count_that_was_used_has_a_bar_for_every_window() -> None:
    """Also where the service does not tell of a count, of a limit, or of any."""
    person = {
        "fields": {"1m": 0, "1h": 3, "1d": 40, "30d": 90},
        "full_views": {"1m": 0, "1h": 0, "1d": 0},
        "cases": {"1d": 1},
        "limits": {"fields": {"1m": 20, "1h": 60, "30d": 1_000}},
    }

    bars = {
        "fields": [bar("1m", 0, 20), bar("1h", 3, 60), bar("1d", 40, None)],
        "cases": [bar("1m", 0, None), bar("1h", 0, None), bar("1d", 1, None)],
    }
    assert _bars(person) == bars
    assert _bars(person | {"limits": None, "fields": None}) == {"cases": bars["cases"]}
