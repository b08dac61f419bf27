"""What a witness archives, in which order."""

from pathlib import Path

import msgspec
import pytest
import redis

from masking_audit.archive.archive import BEGINNING, Archive
from masking_audit.archive.follower import Follower
from masking_audit.archive.segments import STATE, WITNESS, ArchiveError, archived
from masking_audit.format.lines import CheckpointLine, EntryLine, read_line
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit import logs
from tests.audit.archive.follower.followed import everything
from tests.audit.archives import follow
from tests.audit.logs import VERIFIER, Process, findings, full_entry
from tests.store import stores
from tests.store.stores import NOW, ask, named

pytestmark = pytest.mark.usefixtures("spread")


def test_everything_is_archived_and_can_be_verified(logged: Store, folder: Path) -> None:
    follow(logged, folder)

    lines = [*archived(folder)]
    assert (sorted(lines), findings(lines)) == (everything(logged), [])


def test_entries_without_a_checkpoint_are_archived(logged: Store, folder: Path) -> None:
    (name,) = Process(logged, "another").commit(full_entry(1))
    follow(logged, folder)

    assert name in [*archived(folder)][-1].decode()


def test_only_new_lines_are_added(logged: Store, folder: Path) -> None:
    writing = Process(logged, "another")
    for number in range(3):
        writing.commit(full_entry(number), full_entry(number))
        follow(logged, folder)
        logs.checkpoint(logged)
        follow(logged, folder)

    lines = [*archived(folder)]
    assert (sorted(lines), findings(lines)) == (everything(logged), [])


def test_a_late_checkpoint_is_archived_after_newer_entries(logged: Store, folder: Path) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))

    def meanwhile() -> None:
        writing.commit(full_entry(2))
        follow(logged, folder)

    late = logs.late_checkpoint(logged, meanwhile)
    assert f'"number":2,"writer":"{writing.log._writer}"' in late.content.decode()
    follow(logged, folder)
    logs.checkpoint(logged)
    follow(logged, folder)

    assert findings([*archived(folder)]) == []


def test_the_newest_checkpoint_is_kept_as_a_witness(logged: Store, folder: Path) -> None:
    follow(logged, folder)

    assert (folder / WITNESS).read_bytes() == logs.lines(logged)[-1]


def test_the_witness_waits_for_a_store_that_does_not_answer(logged: Store, folder: Path) -> None:
    gone = stores.admitted("unix:///nowhere/valkey.sock")
    with Archive(folder, VERIFIER) as archive, pytest.raises(StoreUnavailable):
        Follower(Streams(gone), archive, lambda: NOW, 720).archive_new()
    follow(logged, folder)

    assert sorted(archived(folder)) == everything(logged)


def test_two_cannot_archive_in_one_folder(logged: Store, folder: Path) -> None:
    with Archive(folder, VERIFIER), pytest.raises(ArchiveError, match="another process"):
        Archive(folder, VERIFIER)
    follow(logged, folder)


def test_ended_writers_are_forgotten(logged: Store, folder: Path, client: redis.Redis) -> None:
    follow(logged, folder)
    (ended, *_) = sorted(Streams(logged).writers())
    ask(client, "SREM", named().writers(named().slot_of(ended)), ended)
    logs.checkpoint(logged)
    follow(logged, folder)
    known = msgspec.json.decode((folder / STATE).read_bytes())["start"]["writers"]

    assert (len(known), ended in {one["writer"] for one in known}) == (2, False)


def test_an_empty_archive_has_no_lines() -> None:
    assert (BEGINNING.epoch, [*BEGINNING.writers]) == (0, [])


def test_a_line_of_an_archive_is_an_entry_or_a_checkpoint(logged: Store, folder: Path) -> None:
    follow(logged, folder)

    kinds = {type(read_line(line)) for line in archived(folder)}
    assert kinds == {EntryLine, CheckpointLine}
