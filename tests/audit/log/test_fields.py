"""Fields that are written in the commit of their entry."""

import threading

import redis

from masking_service.audit.log import AuditLog
from masking_service.service.state.sealed import HashField
from masking_service.store.client import Store
from tests.audit.log.gates import Gate
from tests.audit.log.written import asked
from tests.audit.logs import entry, log_on, number_of, writer_of
from tests.store.stores import LATER, LossyWire, counted


def test_fields_are_written_in_the_round_trip_of_their_entry(store: Store, log: AuditLog, client: redis.Redis) -> None:
    log.append(entry(at=1))
    with counted(store) as trips:
        log.append(entry(at=2), [HashField(b"wm:h", b"f", b"v", LATER), HashField(b"wm:h", b"g", b"w", LATER + 9)])

    assert (trips, client.hgetall("wm:h"), client.expiretime("wm:h")) == ([1], {b"f": b"v", b"g": b"w"}, LATER + 9)


def test_a_field_never_shortens_the_life_of_its_hash(log: AuditLog, client: redis.Redis) -> None:
    for until in (LATER + 9, LATER):
        log.append(entry(), [HashField(b"wm:h", b"f%d" % until, b"v", until)])

    assert client.expiretime("wm:h") == LATER + 9


def test_fields_whose_first_reply_was_lost_are_there_with_their_entry(
    wire: LossyWire, over_the_wire: Store, client: redis.Redis
) -> None:
    log = log_on(over_the_wire)
    log.append(entry(at=1))
    wire.lose(1)

    second = log.append(entry(at=2), [HashField(b"wm:h", b"f", b"v", LATER)])

    assert (wire.lost, client.hgetall("wm:h")) == (1, {b"f": b"v"})
    assert [number for number, _ in asked(client, writer_of(second))][-1] == number_of(second)


def test_fields_of_entries_that_are_committed_together_are_all_written(valkey: str, client: redis.Redis) -> None:
    gate = Gate(valkey)
    log = log_on(gate)
    threads = [
        threading.Thread(
            target=log.append, args=(entry(at=at), [HashField(b"wm:h", b"%d" % at, b"v", LATER)] * (at % 3))
        )
        for at in range(8)
    ]
    for thread in threads:
        thread.start()
    gate.opened.set()
    for thread in threads:
        thread.join(10)

    assert set(client.hkeys("wm:h")) == {b"%d" % at for at in range(8) if at % 3}
