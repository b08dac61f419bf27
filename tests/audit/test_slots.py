"""An audit log that is spread over slots."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import redis
from redis.crc import key_slot

from keys.signatures import Verifier
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.export import export
from masking_service.audit.archive.follower import Follower
from masking_service.audit.archive.segments import ArchiveError
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.entries import commit_message
from masking_service.audit.errors import RolledBackError
from masking_service.audit.lines import Checkpoint, CheckpointLine, EntryLine, read_line, write_line
from masking_service.audit.search import search
from masking_service.audit.streams import Streams
from masking_service.audit.verify.verifier import StartingPoint, Verification, verify
from masking_service.audit.wanted import Wanted
from masking_service.dev.embedded import EmbeddedServer
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


@pytest.fixture(scope="module")
def spread_lines(embedded: EmbeddedServer) -> list[bytes]:
    """The lines of a valid log with a writer in each slot."""
    embedded.start()
    with redis.Redis.from_url(embedded.url) as client:
        client.flushall()
    with stores.spread_over(SLOTS), closing(stores.admitted(embedded.url)) as store:
        logs.real_log(store, writers=SLOTS)
        return logs.lines(store)


def of_slot(lines: Sequence[bytes], slot: int) -> list[int]:
    """The positions of the entries of a slot."""
    parsed = [read_line(line) for line in lines]
    return [at for at, one in enumerate(parsed) if isinstance(one, EntryLine) and KEYS.slot_of(one.writer) == slot]


def test_an_export_of_all_slots_can_be_verified(spread_lines: list[bytes]) -> None:
    assert (verified(spread_lines), [len(of_slot(spread_lines, slot)) for slot in range(SLOTS)]) == ([], [7] * SLOTS)


def changed(lines: Sequence[bytes], at: int, old: bytes, new: bytes) -> list[bytes]:
    assert old in lines[at]
    return [*lines[:at], lines[at].replace(old, new, 1), *lines[at + 1 :]]


def resigned(lines: Sequence[bytes], at: int) -> list[bytes]:
    """Sign a commit with another key."""
    said = read_line(lines[at])
    assert isinstance(said, EntryLine)
    forged = known_keyring("others").audit_signer.sign(commit_message(said.writer, said.number, said.link))
    line = write_line(EntryLine(said.writer, said.number, said.entry, said.link, forged))
    return [*lines[:at], line, *lines[at + 1 :]]


TAMPERED: dict[str, Callable[[list[bytes], list[int]], list[bytes]]] = {
    "edited: the entry does not": lambda lines, mine: changed(lines, mine[3], b'"dispute"', b'"support"'),
    "edited: its link": lambda lines, mine: changed(lines, mine[3], *other_link(lines[mine[3]])),
    "signature": lambda lines, mine: resigned(lines, mine[-1]),
    "dropped": lambda lines, mine: [line for at, line in enumerate(lines) if at != mine[3]],
    "duplicate": lambda lines, mine: [*lines[: mine[3] + 1], *lines[mine[3] :]],
    "out of order": lambda lines, mine: [*lines[: mine[3]], lines[mine[4]], lines[mine[3]], *lines[mine[5] :]],
    "cut off": lambda lines, mine: [line for at, line in enumerate(lines) if at != mine[-1]],
    "writer missing": lambda lines, mine: [line for at, line in enumerate(lines) if at not in mine],
}


def other_link(line: bytes) -> tuple[bytes, bytes]:
    said = read_line(line)
    assert isinstance(said, EntryLine)
    return said.link.hex().encode(), b"f" * 64


@pytest.mark.parametrize("slot", range(SLOTS))
@pytest.mark.parametrize("finding", TAMPERED)
def test_tampering_in_any_slot_is_found_and_named_with_it(spread_lines: list[bytes], finding: str, slot: int) -> None:
    mine = of_slot(spread_lines, slot)
    said, *_ = verified(TAMPERED[finding](spread_lines, mine))

    assert f"in slot {slot}): {finding}" in said


@pytest.mark.parametrize("slot", range(SLOTS))
def test_a_checkpoint_that_was_changed_for_any_slot_is_named(spread_lines: list[bytes], slot: int) -> None:
    (writer,) = {writer_of(json.loads(spread_lines[at])["id"]) for at in of_slot(spread_lines, slot)}
    newest = len(spread_lines) - 1
    number, less = b'"number":7,"writer":"%b"' % writer.encode(), b'"number":4,"writer":"%b"' % writer.encode()

    assert any(": signature: " in said for said in verified(changed(spread_lines, newest, number, less)))


def test_a_checkpoint_that_was_changed_to_another_number_of_slots_is_named(spread_lines: list[bytes]) -> None:
    newest = len(spread_lines) - 1

    assert any(": signature: " in said for said in verified(changed(spread_lines, newest, b'"slots":4', b'"slots":2')))


@pytest.mark.parametrize("slots", [b"0", b"17", b"-1", b"4.5"])
def test_a_checkpoint_with_an_impossible_number_of_slots_cannot_be_read(
    spread_lines: list[bytes], slots: bytes
) -> None:
    newest = len(spread_lines) - 1
    found = verified(changed(spread_lines, newest, b'"slots":4', b'"slots":%b' % slots))

    assert any(": unreadable: " in said for said in found)


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


@dataclass(frozen=True)
class Fork:
    """A slot that was rolled back and went on with other entries.

    Attributes:
        writer: whose entry the slot has lost, and has another one of.
        before: the checkpoint that names the lost entry.
    """

    writer: str
    before: CheckpointLine


@pytest.fixture(params=range(SLOTS))
def slot(request: pytest.FixtureRequest) -> int:
    found: int = request.param
    return found


@pytest.fixture
def fork(store: Store, client: redis.Redis, tmp_path: Path, slot: int) -> Fork:
    """All keys of one slot go back, but for the checkpoints; its process writes again, and signs."""
    processes = [logs.Process(store, str(number)) for number in range(SLOTS)]
    for process in processes:
        process.commit(entry(at=NOW))
    log = processes[slot].log
    state = log._number, log._head
    keys = [key for key in client.scan_iter(f"wm:{{audit:{slot}}}*") if key != KEYS.checkpoints]
    copied = {key: ask(client, "DUMP", key) for key in keys}
    processes[slot].commit(entry(at=NOW, principal="staff/u-2"))
    before = logs.checkpoint(store)
    witness(store, tmp_path / "archive")
    for key, content in copied.items():
        ask(client, "RESTORE", key, 0, content, "REPLACE")
    log._number, log._head = state
    processes[slot].commit(entry(at=NOW, principal="staff/u-3"))
    return Fork(log._writer, before)


def test_a_witness_names_the_slot_that_was_forked(store: Store, tmp_path: Path, fork: Fork, slot: int) -> None:
    expected = f"{fork.writer}-3 in slot {slot} is archived, and the store has a different one"
    with pytest.raises(ArchiveError, match=expected):
        witness(store, tmp_path / "archive")


def test_no_checkpoint_is_made_of_a_forked_slot(fork: Fork, slot: int, process: Callable[[str], Checkpoints]) -> None:
    with pytest.raises(RolledBackError, match=f"writer {fork.writer} in slot {slot}"):
        process("new").make()


def test_an_export_of_a_forked_slot_is_found_to_be_rewritten(store: Store, fork: Fork, slot: int) -> None:
    found = verified([*export(Streams(store), fork.before)])

    assert any(f"{fork.writer}-3 in slot {slot}): rewritten: " in said for said in found)


def test_an_older_export_lacks_entries_of_the_slot_that_went_on(store: Store, slot: int) -> None:
    processes = [logs.Process(store, str(number)) for number in range(SLOTS)]
    for one in processes:
        one.commit(entry(at=NOW))
    logs.checkpoint(store)
    older = logs.lines(store)
    processes[slot].commit(entry(at=NOW))
    found = verified(older, against=logs.checkpoint(store))

    assert any("ends at checkpoint 1, before the given one" in said for said in found)
    assert any(
        f"{processes[slot].log._writer}-2 in slot {slot}): cut off: the given checkpoint" in said for said in found
    )


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
