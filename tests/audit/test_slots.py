"""An audit log that is spread over slots."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.crc import key_slot

from keys.signatures import Verifier
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.follower import Follower
from masking_service.audit.archive.segments import ArchiveError
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.audit.lines import Checkpoint, CheckpointLine, EntryLine, read_line, write_line
from masking_service.audit.search import search
from masking_service.audit.streams import Streams
from masking_service.audit.verify.verifier import StartingPoint, Verification, verify
from masking_service.audit.wanted import Wanted
from masking_service.store.client import Command, Reply, Store
from masking_service.store.errors import StoreUnavailable
from masking_service.store.layout import AuditKeys
from tests import servers
from tests.audit import logs
from tests.audit.logs import entry, log_on, number_of, writer_of
from tests.clusters import Cluster
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, ask, counted

SLOTS = 4
KEYS = AuditKeys(SLOTS)
SIGNER = known_keyring().audit_signer
VERIFIER = Verifier(SIGNER.public_pem())


@pytest.fixture(autouse=True)
def _spread() -> Iterator[None]:
    with stores.spread_over(SLOTS):
        yield


@pytest.fixture
def process(store: Store, tmp_path: Path) -> Callable[[str], Checkpoints]:
    """Makes processes with their own state directories."""

    def make(name: str, through: Store = store) -> Checkpoints:
        (tmp_path / name).mkdir(exist_ok=True)
        return Checkpoints(through, SIGNER, tmp_path / name, lambda: NOW)

    return make


def writers_of_all_slots(store: Store) -> list[str]:
    """Write a commit in each slot; the writers, by slot."""
    return [writer_of(log_on(store, str(number)).append(entry(at=NOW))) for number in range(SLOTS)]


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


def verified(lines: Sequence[bytes], start: StartingPoint | None = None, **how: Any) -> list[str]:
    """What is wrong with a log."""
    verification = Verification(VERIFIER, start, **how)
    verify(lines, verification)
    return [str(finding) for finding in verification.findings]


@pytest.fixture
def spread_lines(store: Store) -> list[bytes]:
    logs.real_log(store, writers=SLOTS)
    return logs.lines(store)


def of_slot(lines: Sequence[bytes], slot: int) -> list[int]:
    """The positions of the entries of a slot."""
    parsed = [read_line(line) for line in lines]
    return [at for at, one in enumerate(parsed) if isinstance(one, EntryLine) and KEYS.slot_of(one.writer) == slot]


def test_an_export_of_all_slots_can_be_verified(spread_lines: list[bytes]) -> None:
    assert (verified(spread_lines), [len(of_slot(spread_lines, slot)) for slot in range(SLOTS)]) == ([], [7] * SLOTS)


@pytest.mark.parametrize("slot", range(SLOTS))
def test_tampering_in_any_slot_is_found_and_named_with_it(spread_lines: list[bytes], slot: int) -> None:
    mine = of_slot(spread_lines, slot)
    edited, dropped, cut, gone = ([*spread_lines] for _ in range(4))
    edited[mine[3]] = edited[mine[3]].replace(b'"purpose":"dispute"', b'"purpose":"support"')
    del dropped[mine[3]]
    del cut[mine[-1]]
    gone = [line for at, line in enumerate(gone) if at not in mine]
    found = [verified(lines) for lines in (edited, dropped, cut, gone)]

    for (said, *_), word in zip(found, ("edited", "dropped", "cut off", "writer missing"), strict=True):
        assert f"in slot {slot}): {word}: " in said


@pytest.mark.parametrize("slot", range(SLOTS))
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


def witness(store: Store, folder: Path) -> None:
    """Archive everything new, as a witness without a keyset does."""
    with stores.spread_over(1), Archive(folder, VERIFIER) as archive:
        follower = Follower(Streams(store), archive, lambda: NOW, 30)
        while follower.archive_new():
            pass


def test_a_witness_learns_from_the_checkpoints_where_the_log_is(store: Store, valkey: str, tmp_path: Path) -> None:
    with stores.spread_over(1):
        strange = stores.admitted(valkey)
    witness(strange, tmp_path / "archive")
    writers_of_all_slots(store)
    logs.checkpoint(store)
    witness(strange, tmp_path / "archive")

    archived = b"".join(path.read_bytes() for path in (tmp_path / "archive").glob("audit-*"))
    assert sorted(archived.splitlines(keepends=True)) == sorted(logs.lines(store))


@pytest.mark.parametrize("slot", range(SLOTS))
def test_a_witness_names_the_slot_that_was_rolled_back(
    store: Store, valkey: str, client: redis.Redis, tmp_path: Path, slot: int
) -> None:
    writer = writers_of_all_slots(store)[slot]
    logs.checkpoint(store)
    witness(store, tmp_path / "archive")
    ask(client, "XDEL", KEYS.stream(writer), "2-0")
    with stores.spread_over(1):
        strange = stores.admitted(valkey)

    with pytest.raises(ArchiveError, match=f"{writer}-2 in slot {slot} is archived, and the store lacks it"):
        witness(strange, tmp_path / "archive")


def test_a_witness_does_not_follow_a_log_elsewhere_in_its_store(
    store: Store, valkey: str, client: redis.Redis, tmp_path: Path
) -> None:
    """Someone empties the log, and begins another one in one slot."""
    writers_of_all_slots(store)
    logs.checkpoint(store)
    witness(store, tmp_path / "archive")
    client.flushall()
    with stores.spread_over(1):
        strange = stores.admitted(valkey)
        logs.real_log(strange)

    with pytest.raises(ArchiveError, match="the store no longer has it: it was rolled back"):
        witness(strange, tmp_path / "archive")


def test_a_cluster_keeps_one_log_in_four_slots(make_cluster: Callable[..., servers.Group], tmp_path: Path) -> None:
    group = make_cluster(3, 1)
    store = stores.admitted(group.url, replicas=1)
    checkpoints = Checkpoints(store, SIGNER, tmp_path, lambda: NOW)
    made = [log_on(store, str(number)) for number in range(SLOTS)]
    for log in made:
        log.append(entry(at=NOW))
    first = checkpoints.make()
    names = [log.append(entry(at=NOW)) for log in made]
    with counted(store) as making:
        second = checkpoints.make()
    for log in made:
        log.close()
    last = checkpoints.make()

    found, cursor = search(store, logs.TENANT, Wanted(), after=None, limit=SLOTS)
    rest, _ = search(store, logs.TENANT, Wanted(), after=cursor, limit=100)
    assert {head.number for head in first.checkpoint.heads} == {2}
    assert ({head.number for head in second.checkpoint.heads}, making) == ({3}, [5])
    assert ({head.number for head in last.checkpoint.heads}, checkpoints.make().checkpoint.heads) == ({4}, [])
    assert (len(found), {one["id"] for one in rest}) == (SLOTS, set(names))
    assert verified(logs.lines(store)) == []


def test_no_checkpoint_names_what_the_replicas_of_another_slot_lack(
    make_cluster: Callable[..., servers.Group], tmp_path: Path
) -> None:
    group = make_cluster(3, 1)
    store, hasty = stores.admitted(group.url, replicas=1), stores.admitted(group.url)
    checkpoints = Checkpoints(store, SIGNER, tmp_path, lambda: NOW)
    made = [log_on(hasty, str(number)) for number in range(SLOTS)]
    for log in made:
        log.append(entry(at=NOW))
    checkpoints.make()
    cluster = Cluster(group)
    owners = [cluster.primary(key_slot(KEYS.writers(slot))) for slot in range(SLOTS)]
    slot = next(slot for slot in range(SLOTS) if owners[slot] is not owners[0])
    (replica,) = cluster.replicas_of(owners[slot])
    replica.pause()
    try:
        made[slot].append(entry(at=NOW))  # acknowledged to one that needs no replica
        with pytest.raises(StoreUnavailable, match="replicas"):
            checkpoints.make()
    finally:
        replica.resume()

    assert [line.checkpoint.epoch for line in Streams(hasty).checkpoints()] == [1]
