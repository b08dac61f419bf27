"""One checkpoint for the writers of all slots."""

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import redis

from masking_audit.format.lines import Checkpoint, CheckpointLine, read_line, write_line
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.audit.streams import Streams
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from tests.audit import logs
from tests.audit.logs import entry, log_on, number_of, writer_of
from tests.audit.slots.spread import KEYS, SLOTS, verified, writers_of_all_slots
from tests.store import stores
from tests.store.stores import NOW, ask, counted


def test_one_checkpoint_names_the_writers_of_all_slots(store: Store) -> None:
    writers = writers_of_all_slots(store)

    made = logs.checkpoint(store).checkpoint
    assert ([head.writer for head in made.heads], made.slots) == (sorted(writers), SLOTS)


def test_a_checkpoint_of_a_log_in_one_slot_does_not_mention_slots() -> None:
    line = b'{"checkpoint":{"at":1,"epoch":1,"heads":[],"previous":"%b"},"signature":""}\n' % (b"0" * 64)
    read = read_line(line)

    assert isinstance(read, CheckpointLine)
    assert (read.checkpoint, write_line(read)) == (Checkpoint(1, 1, "0" * 64, [], 1), line)


def test_writers_that_ended_leave_the_lists_of_their_slots_in_one_round_trip_more(
    store: Store, client: redis.Redis, process: Callable[[str], Checkpoints]
) -> None:
    checkpoints = process("mine")
    trips: list[list[int]] = []
    for turn in range(2):
        for number in range(SLOTS):
            log = log_on(store, f"{turn} {number}")
            log.append(entry(at=NOW))
            log.close()
        with counted(store) as made:
            named = checkpoints.make()
        trips.append(made)

    assert (trips[1], len(named.checkpoint.heads), checkpoints.make().checkpoint.heads) == ([5], SLOTS, [])
    assert not any(ask(client, "SCARD", KEYS.writers(slot)) for slot in range(SLOTS))


class AnyOrder(Store):
    """Several servers of which that of slot 0 replies last; before its first reply, something happens."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        self.__dict__.update(store.__dict__)
        self._meanwhile = [meanwhile]

    def read(self, commands: Sequence[Command]) -> list[Reply]:
        late = [at for at, command in enumerate(commands) if b"{audit:0}" in bytes(command[1])]
        early = [at for at in range(len(commands)) if at not in late]
        replies = dict(zip(early, super().read([commands[at] for at in early]), strict=True))
        while self._meanwhile:
            self._meanwhile.pop()()
        replies |= dict(zip(late, super().read([commands[at] for at in late]), strict=True))
        return [replies[at] for at in range(len(commands))]


def test_a_checkpoint_names_no_less_than_the_one_before_though_servers_reply_in_any_order(
    store: Store, process: Callable[..., Checkpoints]
) -> None:
    """A writer appears in another slot, and a checkpoint that names it, before the checkpoints are read."""
    process("first").make()
    log_on(store, "in slot 0").append(entry(at=NOW))

    def meanwhile() -> None:
        log_on(store, "in slot 1").append(entry(at=NOW))
        process("other").make()

    made = process("mine", AnyOrder(store, meanwhile)).make()

    assert (made.checkpoint.epoch, {KEYS.slot_of(head.writer) for head in made.checkpoint.heads}) == (3, {0, 1})


def test_no_checkpoint_names_less_than_an_earlier_one_while_writers_come_and_go(
    store: Store, valkey: str, process: Callable[..., Checkpoints]
) -> None:
    stop = threading.Event()
    acknowledged: list[str] = []

    def write(at: int) -> None:
        for turn in range(12):
            log = log_on(stores.admitted(valkey), f"{at} {turn}")
            acknowledged.extend(log.append(entry(at=NOW)) for _ in range(3))
            log.close()

    def make(at: int) -> None:
        mine = process(str(at), stores.admitted(valkey))
        while not stop.is_set():
            mine.make()

    making = [threading.Thread(target=make, args=[at]) for at in range(2)]
    writing = [threading.Thread(target=write, args=[at]) for at in range(3)]
    for thread in (*making, *writing):
        thread.start()
    for thread in writing:
        thread.join()
    stop.set()
    for thread in making:
        thread.join()
    logs.checkpoint(store)

    made = [line.checkpoint for line in Streams(store).checkpoints()]
    for before, after in pairwise(made):
        numbers = {head.writer: head.number for head in after.heads}
        assert all(numbers.get(head.writer, head.number) >= head.number for head in before.heads)
    named = {writer: number for one in made for writer, number in ((head.writer, head.number) for head in one.heads)}
    assert all(number_of(name) <= named[writer_of(name)] for name in acknowledged)
    assert not verified(logs.lines(store))


def test_a_slot_that_lost_entries_is_refused_by_name(
    store: Store, client: redis.Redis, process: Callable[[str], Checkpoints], slot: int
) -> None:
    writer = writers_of_all_slots(store)[slot]
    checkpoints = process("mine")
    checkpoints.make()
    ask(client, "XDEL", KEYS.stream(writer), "2-0")

    for act in (checkpoints.make, checkpoints.unread_slots):
        with pytest.raises(RolledBackError, match=f"writer {writer} in slot {slot} has 1 of 2"):
            act()


def test_a_slot_that_goes_on_is_no_slot_that_lost_entries(store: Store, process: Callable[[str], Checkpoints]) -> None:
    made = [log_on(store, str(number)) for number in range(SLOTS)]
    for log in made:
        log.append(entry(at=NOW))
    checkpoints = process("mine")
    checkpoints.make()
    for log in made:
        log.append(entry(at=NOW))

    assert checkpoints.unread_slots() == set()
    assert process("new").unread_slots() == set()


def test_a_slot_that_cannot_be_read_is_named(
    store: Store, process: Callable[[str], Checkpoints], monkeypatch: pytest.MonkeyPatch
) -> None:
    writers_of_all_slots(store)
    checkpoints = process("mine")
    checkpoints.make()
    poll = Store.poll

    def partly(self: Store, commands: Sequence[Command]) -> list[Reply]:
        replies = poll(self, commands)
        return [
            StoreUnavailable("timeout") if b"{audit:2}" in bytes(command[1]) else reply
            for command, reply in zip(commands, replies, strict=True)
        ]

    monkeypatch.setattr(Store, "poll", partly)
    assert checkpoints.unread_slots() == {2}
