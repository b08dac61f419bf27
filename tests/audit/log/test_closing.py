"""Chains that end."""

import threading

import pytest
import redis

from masking_service.audit.log import AuditLog
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit.log.gates import Held
from tests.audit.logs import entry, log_on, number_of, stream, writer_of, writers
from tests.store.stores import NOW


def test_a_chain_that_is_closed_ends_with_an_entry_that_says_so(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    last = log.close()

    kept = stream(client, writer)
    assert (last, [one.action for one in kept]) == (f"{writer}-3", ["start", "view", "close"])
    assert kept[-1].signature


def test_a_closed_log_accepts_no_entries(log: AuditLog, client: redis.Redis) -> None:
    writer = writer_of(log.append(entry()))
    log.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        log.append(entry())
    assert (log.close(), writers(client), len(stream(client, writer))) == ("", {writer}, 3)


def test_waiting_entries_are_written_before_the_log_is_closed(valkey: str, client: redis.Redis) -> None:
    held = Held(valkey, 2)
    closing = threading.Thread(target=held.log.close)
    held.start_others()
    closing.start()
    held.let_go()
    closing.join()

    (writer,) = writers(client)
    assert [one.action for one in stream(client, writer)] == ["start", "view", "view", "close"]


def test_an_idle_chain_is_not_continued_after_half_a_day(store: Store, client: redis.Redis) -> None:
    half_a_day = 12 * 3600
    times = iter([NOW, NOW, NOW + half_a_day, *[NOW + 2 * half_a_day + 1] * 2])
    log = log_on(store, clock=lambda: next(times))

    ids = [log.append(entry(at=at)) for at in range(3)]

    assert [number_of(name) for name in ids] == [2, 3, 2]
    assert writers(client) == {writer_of(ids[0]), writer_of(ids[2])}
