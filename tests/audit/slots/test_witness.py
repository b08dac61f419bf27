"""A witness archives all slots, and names one that was rolled back or forked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from masking_audit.archive.export import export
from masking_audit.archive.segments import ArchiveError
from masking_audit.format.lines import CheckpointLine
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import RolledBackError
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import entry
from tests.audit.slots.spread import KEYS, SLOTS, verified, witness, writers_of_all_slots
from tests.store import stores
from tests.store.stores import NOW, ask


def test_a_witness_learns_from_the_checkpoints_where_the_log_is(store: Store, valkey: str, tmp_path: Path) -> None:
    with stores.spread_over(1):
        strange = stores.admitted(valkey)
    witness(strange, tmp_path / "archive")
    writers_of_all_slots(store)
    logs.checkpoint(store)
    witness(strange, tmp_path / "archive")

    archived = b"".join(path.read_bytes() for path in (tmp_path / "archive").glob("audit-*"))
    assert sorted(archived.splitlines(keepends=True)) == sorted(logs.lines(store))


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
