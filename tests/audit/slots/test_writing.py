"""Which slot an entry is written to."""

from collections import Counter

import pytest
import redis

from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit.logs import entry, log_on, writer_of
from tests.audit.slots.spread import KEYS, SLOTS, writers_of_all_slots
from tests.store.stores import ask, counted


def test_writers_spread_evenly(store: Store) -> None:
    made = [writer_of(log_on(store, str(number)).append(entry())) for number in range(3 * SLOTS)]

    assert Counter(map(KEYS.slot_of, made)) == dict.fromkeys(range(SLOTS), 3)


def test_a_process_takes_its_turn_with_its_first_entry_and_stays_in_its_slot(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_on(store, "other").append(entry())
    log = log_on(store, "mine")
    with counted(store) as first:
        before = log.append(entry())
    with counted(store) as later:
        log.append(entry())
    with monkeypatch.context() as broken:
        broken.setattr(Store, "script", lambda *_: (_ for _ in ()).throw(StoreUnavailable("timeout")))
        with pytest.raises(StoreUnavailable):
            log.append(entry())
    after = log.append(entry())

    assert (first, later) == ([2], [1])
    assert writer_of(before) != writer_of(after)
    assert KEYS.slot_of(writer_of(before)) == KEYS.slot_of(writer_of(after)) == 1


@pytest.mark.parametrize("count", ["four", str(2**63 - 1)])
def test_a_count_of_turns_that_cannot_be_raised_is_an_outage(store: Store, client: redis.Redis, count: str) -> None:
    client.set(KEYS.turns, count)

    with pytest.raises(StoreUnavailable):
        log_on(store).append(entry())


def test_an_entry_its_place_in_the_order_and_its_writer_are_in_one_slot(store: Store, client: redis.Redis) -> None:
    writers = writers_of_all_slots(store)

    tags = [
        {key.decode().partition("}")[0] for key in client.scan_iter(f"wm:{{audit:{slot}}}[wo]*")}
        for slot in range(SLOTS)
    ]
    kinds = [len([*client.scan_iter(f"wm:{{audit:{slot}}}[wo]*")]) for slot in range(SLOTS)]
    listed = [[one.decode() for one in ask(client, "SMEMBERS", KEYS.writers(slot))] for slot in range(SLOTS)]

    assert (kinds, listed) == ([3] * SLOTS, [[writer] for writer in writers])
    assert tags == [{f"wm:{{audit:{slot}"} for slot in range(SLOTS)]
    assert not [*client.scan_iter("wm:{audit}*")]
