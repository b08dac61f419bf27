"""The audit log of a process: durable when `append` returns, in order, and no number for two entries."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import redis

from masking_service.audit.entries import FIRST_LINK, Entry, encode, link
from masking_service.audit.log import AuditLog
from masking_service.vault.connection import Command, Reply, Store
from masking_service.vault.errors import StoreUnavailable
from masking_service.vault.layout import AUDIT_WRITERS, audit_key
from tests.audit.test_entries import entry
from tests.vault import stores
from tests.vault.stores import LossyWire, ask, counted


@pytest.fixture
def log(store: Store) -> AuditLog:
    return AuditLog(store, stores.foreseen())


def writers(client: redis.Redis) -> set[str]:
    return {writer.decode() for writer in ask(client, "SMEMBERS", AUDIT_WRITERS)}


def stream(client: redis.Redis, writer: str) -> list[tuple[str, bytes, bytes]]:
    """(id, entry, link) of a writer's stream, in order."""
    found = []
    for name, flat in ask(client, "XRANGE", audit_key(writer), "-", "+"):
        fields = dict(zip(flat[0::2], flat[1::2], strict=True)) if isinstance(flat, list) else flat
        found.append((name.decode(), fields[b"entry"], fields[b"link"]))
    return found


def in_threads(count: int, work: Callable[[int], object]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Gate(Store):
    """A store whose first write waits until it is opened, and which can refuse writes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.admit()
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.fault: BaseException | None = None

    def write(self, commands: Sequence[Command]) -> list[Reply]:
        self.reached.set()
        assert self.opened.wait(10)
        if self.fault is not None:
            raise self.fault
        return super().write(commands)


def test_an_entry_is_stored_when_append_returns(log: AuditLog, client: redis.Redis) -> None:
    writer, _, number = log.append(entry()).rpartition("-")

    assert [(name, stored) for name, stored, _ in stream(client, writer)] == [(f"{number}-0", encode(entry()))]


def test_an_entry_is_one_round_trip(store: Store, log: AuditLog) -> None:
    with counted(store) as first:
        log.append(entry())
    with counted(store) as second:
        log.append(entry())

    assert (first, second) == ([1], [1])


def test_ids_rise_by_one_from_one(log: AuditLog) -> None:
    ids = [log.append(entry(at=at)) for at in range(5)]

    writer = ids[0].rpartition("-")[0]
    assert ids == [f"{writer}-{number}" for number in range(1, 6)]


def test_a_writer_is_listed_with_its_first_entry(log: AuditLog, client: redis.Redis) -> None:
    before = writers(client)
    writer = log.append(entry()).rpartition("-")[0]

    assert (before, writers(client)) == (set(), {writer})


def test_each_process_writes_its_own_stream(store: Store, client: redis.Redis) -> None:
    logs = [AuditLog(store, stores.foreseen(str(number))) for number in range(3)]

    ids = {log.append(entry()).rpartition("-")[0] for log in logs}

    assert (len(ids), writers(client)) == (3, ids)


def test_every_entry_is_linked_to_the_one_before_it(log: AuditLog, client: redis.Redis) -> None:
    in_threads(20, lambda number: log.append(entry(at=number)))

    (writer,) = writers(client)
    head = FIRST_LINK
    for number, (name, stored, linked) in enumerate(stream(client, writer), 1):
        head = link(head, writer, number, stored)
        assert (name, linked) == (f"{number}-0", head)


def test_concurrent_entries_are_committed_together(valkey: str, client: redis.Redis) -> None:
    gate = Gate(valkey)
    log = AuditLog(gate, stores.foreseen())
    ids: list[str] = []
    threads = [threading.Thread(target=lambda at=at: ids.append(log.append(entry(at=at)))) for at in range(20)]
    threads[0].start()
    gate.reached.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(log._queue) < 19:
        time.sleep(0.001)
    gate.opened.set()
    for thread in threads:
        thread.join()

    (writer,) = writers(client)
    assert (sorted(ids, key=number_of), gate.round_trips) == ([f"{writer}-{n}" for n in range(1, 21)], 2)


def number_of(name: str) -> int:
    return int(name.rpartition("-")[2])


def test_each_appender_gets_the_id_of_its_own_entry(log: AuditLog, client: redis.Redis) -> None:
    ids: dict[int, str] = {}
    in_threads(30, lambda number: ids.update({number: log.append(entry(at=number))}))

    (writer,) = writers(client)
    stored = {f"{writer}-{name.removesuffix('-0')}": content for name, content, _ in stream(client, writer)}
    assert {number: stored[name] for number, name in ids.items()} == {n: encode(entry(at=n)) for n in range(30)}


def test_a_failed_commit_is_told_to_everyone_who_waited_for_it(valkey: str) -> None:
    gate = Gate(valkey)
    gate.fault = StoreUnavailable("timeout")
    gate.opened.set()
    log = AuditLog(gate, stores.foreseen())
    reasons: list[str] = []

    def append(number: int) -> None:
        with pytest.raises(StoreUnavailable) as fault:
            log.append(entry(at=number))
        reasons.append(fault.value.reason)

    in_threads(5, append)

    assert reasons == ["timeout"] * 5


@pytest.mark.parametrize("fault", [StoreUnavailable("timeout"), KeyboardInterrupt()])
def test_after_a_failed_commit_a_new_writer_begins(valkey: str, client: redis.Redis, fault: BaseException) -> None:
    gate = Gate(valkey)
    gate.opened.set()
    log = AuditLog(gate, stores.foreseen())
    before = log.append(entry())
    gate.fault = fault
    with pytest.raises(type(fault)):
        log.append(entry())
    gate.fault = None

    after = log.append(entry())

    assert (number_of(after), after.rpartition("-")[0] == before.rpartition("-")[0]) == (1, False)
    assert writers(client) == {before.rpartition("-")[0], after.rpartition("-")[0]}


def test_an_entry_whose_reply_was_lost_keeps_its_number_for_ever(valkey: str, client: redis.Redis) -> None:
    wire = LossyWire(valkey)
    log = AuditLog(stores.admitted(wire.url), stores.foreseen())
    first = log.append(entry(at=1))
    wire.lose(2)
    with pytest.raises(StoreUnavailable):
        log.append(entry(at=2))
    wire.lose(0)

    third = log.append(entry(at=3))
    wire.close()

    numbers: dict[str, list[Any]] = {
        writer: [(name, stored) for name, stored, _ in stream(client, writer)] for writer in writers(client)
    }
    one, other = first.rpartition("-")[0], third.rpartition("-")[0]
    assert numbers == {
        one: [("1-0", encode(entry(at=1))), ("2-0", encode(entry(at=2)))],
        other: [("1-0", encode(entry(at=3)))],
    }


def test_an_entry_that_is_stored_although_its_reply_was_lost_is_acknowledged(valkey: str, client: redis.Redis) -> None:
    wire = LossyWire(valkey)
    log = AuditLog(stores.admitted(wire.url), stores.foreseen())
    first = log.append(entry(at=1))
    wire.lose(1)

    second = log.append(entry(at=2))
    wire.close()

    writer = first.rpartition("-")[0]
    assert second == f"{writer}-2"
    assert [(name, stored) for name, stored, _ in stream(client, writer)] == [
        ("1-0", encode(entry(at=1))),
        ("2-0", encode(entry(at=2))),
    ]


def test_nothing_is_appended_while_the_store_is_shut(valkey: str) -> None:
    log = AuditLog(Store(valkey), stores.foreseen())

    with pytest.raises(StoreUnavailable, match="not-admitted"):
        log.append(entry())


def test_an_entry_is_not_one_entry_that_two_appends_share(log: AuditLog, client: redis.Redis) -> None:
    same: Entry = entry()
    ids = {log.append(same), log.append(same)}

    (writer,) = writers(client)
    assert (len(ids), len(stream(client, writer))) == (2, 2)
