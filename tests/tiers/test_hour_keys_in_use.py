"""How long an intake host seals with one hour key."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from masking_service.service.tiers.sealing import OVERLAP_SECONDS, HourKeyMaker, Lifetime, _HourKey
from masking_service.store.errors import StoreUnavailable
from tests.store.stores import NOW

HOUR = 3_600
EXPIRES = NOW + 100 * HOUR


class Making(HourKeyMaker):
    """Names the keys that it makes by their number."""

    made = 0

    def _made(self, tenant: str, hour: int, day: Any, expires_at: int, roster: Any) -> _HourKey:
        self.made += 1
        key: Any = self.made
        return _HourKey(hour, day.key_id, expires_at, key)


def test_a_key_is_used_within_its_hour_and_day_key_and_while_its_wrap_outlives_what_it_seals() -> None:
    store: Any = SimpleNamespace(identity=SimpleNamespace(roster="servers"))
    published: Any = SimpleNamespace(day_key=lambda tenant, now: SimpleNamespace(key_id=published.key_id))
    nothing: Any = None
    lifetime: Any = SimpleNamespace(check=lambda now: None)
    published.key_id = b"first"
    keys: Any = Making(store, nothing, published, lifetime, bytes)
    hour = NOW // HOUR * HOUR

    used = [
        keys.for_now("default", hour, EXPIRES),
        keys.for_now("default", hour + HOUR - 1, EXPIRES + 24 * HOUR),
        keys.for_now("other", hour, EXPIRES),
        keys.for_now("default", hour, EXPIRES + 24 * HOUR + 1),
        keys.for_now("default", hour + HOUR, EXPIRES),
    ]
    published.key_id = b"second"
    used.append(keys.for_now("default", hour + HOUR, EXPIRES))
    store.identity.roster = "other servers"
    used.append(keys.for_now("default", hour + HOUR, EXPIRES))

    assert used == [1, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("into", [0, 0.5, HOUR - 0.5], ids=["at its begin", "in it", "at its end"])
def test_a_process_seals_until_shortly_after_the_hour_in_which_it_started(into: float) -> None:
    hour = NOW // HOUR * HOUR
    lifetime = Lifetime(hour + into)
    end = hour + HOUR + OVERLAP_SECONDS

    lifetime.check(end - 0.5)
    with pytest.raises(StoreUnavailable, match="hour-ended"):
        lifetime.check(end)
