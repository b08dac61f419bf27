"""Old archived entries are deleted from the store, and nothing else."""

import os
from pathlib import Path

import pytest
import redis

from masking_audit.archive.archive import Archive
from masking_audit.archive.export import export
from masking_audit.archive.follower import Follower
from masking_audit.archive.segments import archived
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.archive.follower.followed import DAY
from tests.audit.archives import archive_all, follow
from tests.audit.logs import TENANT, VERIFIER, Process, findings, full_entry
from tests.store.stores import NOW, ask, named

pytestmark = pytest.mark.usefixtures("spread")


def numbers(store: Store) -> dict[str, list[int]]:
    """The numbers in the streams of listed writers."""
    streams = Streams(store)
    writers = {head.writer for one in streams.checkpoints() for head in one.checkpoint.heads}
    return {writer: [said.number for said in streams.entries(writer, 1)] for writer in writers}


def test_old_archived_entries_are_deleted_from_the_store(month_later: Store, folder: Path) -> None:
    follow(month_later, folder, now=NOW + 31 * DAY)

    assert sorted(numbers(month_later).values()) == [[1, 2], [7], [7], [7]]
    assert [one.checkpoint.epoch for one in Streams(month_later).checkpoints()] == [3, 4]


def test_recent_entries_stay_in_the_store(month_later: Store, folder: Path) -> None:
    follow(month_later, folder, now=NOW + 29 * DAY)

    assert sorted(numbers(month_later).values()) == [[1, 2], [*range(1, 8)], [*range(1, 8)], [*range(1, 8)]]


def test_entries_stay_in_the_store_until_they_are_on_disk(
    month_later: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def full(file: int) -> None:
        if Path(f"/proc/self/fd/{file}").readlink().suffix == ".ndjson":
            raise OSError(28, "No space left on device")
        fsync(file)

    monkeypatch.setattr("masking_audit.archive.segments.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        follow(month_later, folder, now=NOW + 31 * DAY)

    assert min(map(min, numbers(month_later).values())) == 1
    assert len([*Streams(month_later).checkpoints()]) == 4


def test_the_store_is_trimmed_again_after_a_while(logged: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [NOW]
    trimmed: list[int] = []
    with Archive(folder, VERIFIER) as archive:
        follower = Follower(Streams(logged), archive, lambda: clock[0], keep_hours=30 * 24)
        monkeypatch.setattr(follower, "trim", lambda: trimmed.append(clock[0] - NOW))
        for passed in (0, 59, 60, 61):
            clock[0] = NOW + passed
            archive_all(follower)

    assert trimmed == [0, 60]


def test_only_what_is_cosigned_is_deleted_from_the_store(month_later: Store, folder: Path) -> None:
    cosigned, oldest = [0], []
    with Archive(folder, VERIFIER) as archive:
        follower = Follower(Streams(month_later), archive, lambda: NOW + 31 * DAY, 2, lambda: cosigned[0])
        for size in (0, archive.log.size - 1, archive.log.size, 10_000):
            cosigned[0] = size
            follower.archive_new()
            while follower.trim():
                pass
            oldest.append(next(Streams(month_later).checkpoints()).checkpoint.epoch)

    assert oldest == [1, 1, 1, 3]


def test_a_store_with_many_checkpoints_is_trimmed_in_parts(
    logged: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("masking_audit.archive.follower.MAX_CHECKPOINTS_PER_TRIM", 3)
    writing = Process(logged, "another")
    for _ in range(9):
        writing.commit(full_entry(1))
        logs.checkpoint(logged)
    follow(logged, folder, now=NOW + 31 * DAY)

    assert [one.checkpoint.epoch for one in Streams(logged).checkpoints()] == [11, 12]


def test_a_witness_archives_and_trims_100_checkpoints_at_once(logged: Store, folder: Path) -> None:
    for _ in range(98):
        logs.checkpoint(logged)
    archived_to, stored_from = [], []
    with Archive(folder, VERIFIER) as archive:
        follower = Follower(Streams(logged), archive, lambda: NOW + 31 * DAY, 30 * 24)
        more = True
        while more:
            more = follower.archive_new()
            archived_to.append(archive.verification.checkpoint_chain.epoch)
            stored_from.append(next(Streams(logged).checkpoints()).checkpoint.epoch)

    assert (archived_to, stored_from) == ([100, 101, 101], [1, 100, 100])


def test_a_trimmed_log_is_still_archived(month_later: Store, folder: Path) -> None:
    follow(month_later, folder, now=NOW + 31 * DAY)
    logs.checkpoint(month_later, NOW + 32 * DAY)
    follow(month_later, folder, now=NOW + 32 * DAY)

    assert findings([*archived(folder)]) == []


def test_the_order_of_a_tenant_is_trimmed_with_its_entries(
    month_later: Store, folder: Path, client: redis.Redis
) -> None:
    orders = [named().order(TENANT, slot) for slot in range(named().slots)]
    filled = {order: found for order in orders if (found := ask(client, "XRANGE", order, "-", "+"))}
    for order, found in filled.items():
        ask(client, "DEL", order)
        for number, (_, fields) in enumerate(found, 1):
            when = NOW - 2 * 3600 if number < len(found) else NOW + 31 * DAY
            ask(client, "XADD", order, f"{when * 1000}-{number}", *[part for pair in fields.items() for part in pair])
    follow(month_later, folder, now=NOW + 31 * DAY)

    assert {order: ask(client, "XLEN", order) for order in filled} == dict.fromkeys(filled, 1)


def test_archive_and_trimmed_store_make_one_sound_export(month_later: Store, folder: Path) -> None:
    follow(month_later, folder, now=NOW + 31 * DAY)
    Process(month_later, "yet another").commit(full_entry(2))
    newest = logs.checkpoint(month_later, NOW + 31 * DAY)

    lines = [*export(Streams(month_later), newest, lambda: archived(folder))]
    assert (len(lines), findings(lines)) == (21 + 4 + 5, [])


def test_an_export_without_its_archive_says_where_the_log_begins(month_later: Store, folder: Path) -> None:
    follow(month_later, folder, now=NOW + 31 * DAY)
    newest = logs.checkpoint(month_later, NOW + 31 * DAY)

    texts = [str(fault) for fault in findings([*export(Streams(month_later), newest)])]
    assert any("checkpoints 1 to 2 are missing" in text and "--since" in text for text in texts)


def test_the_stream_of_an_ended_writer_is_deleted(logged: Store, folder: Path, client: redis.Redis) -> None:
    (ended, *_) = sorted(Streams(logged).writers())
    ask(client, "SREM", named().writers(named().slot_of(ended)), ended)
    logs.checkpoint(logged)
    logs.checkpoint(logged, NOW + 31 * DAY)
    follow(logged, folder, now=NOW + 31 * DAY)

    assert (ask(client, "EXISTS", named().stream(ended)), ask(client, "EXISTS", named().checkpoints)) == (0, 1)
