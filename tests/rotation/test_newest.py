"""Which data key is a tenant's newest one of the day that seals now."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.rotation.rotate import newest_numbers
from masking_service.service.vault.wrapped_keys import WrappedKey

TODAY = 20_000
KEYS = [
    WrappedKey(tenant, day, number, b"root", b"label", None)
    for tenant, day, number in (
        *(("default", TODAY, number) for number in (1, 3, 2)),
        ("other", TODAY, 0),
        ("default", TODAY - 1, 9),
        ("default", TODAY + 2, 5),
    )
]


@pytest.mark.parametrize(
    ("shredded_before", "day", "newest"),
    [
        (TODAY - 9, TODAY, {"default": 3, "other": 0}),
        (TODAY, TODAY, {"default": 3, "other": 0}),
        (TODAY + 2, TODAY + 2, {"default": 5}),
    ],
)
def test_the_day_is_today_or_the_first_that_is_not_shredded(
    shredded_before: int, day: int, newest: dict[str, int]
) -> None:
    """The clock of the command may be behind that of the one who shredded."""
    keyring = SimpleNamespace(keyset=SimpleNamespace(shredded_before=shredded_before))
    coordinator = SimpleNamespace(keyring=keyring, data_keys=lambda: iter(KEYS))

    assert newest_numbers(cast(Any, coordinator), TODAY * SECONDS_A_DAY + 5) == (day, newest)
