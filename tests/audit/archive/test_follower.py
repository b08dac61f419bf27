"""Tests the witness through kills and restarts."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from keys.signatures import Verifier
from masking_service.audit.archive.archive import BEGINNING, Archive
from masking_service.audit.archive.export import export
from masking_service.audit.archive.follower import TRIM_EVERY_SECONDS, Follower
from masking_service.audit.archive.segments import STATE, WITNESS, ArchiveError, archived, segment_path
from masking_service.audit.entries import commit_message, link
from masking_service.audit.lines import CheckpointLine, EntryLine, read_line, write_line
from masking_service.audit.streams import Streams
from masking_service.audit.tiles.leaf import leaf_of
from masking_service.audit.tiles.log import CHECKPOINT, read_checkpoint
from masking_service.audit.tiles.log_key import PUBLIC, read_public_key
from masking_service.audit.tiles.reader import TileReader
from masking_service.audit.tiles.tree_head import head_of
from masking_service.audit.verify.findings import Finding
from masking_service.audit.verify.verifier import StartingPoint, Verification, verify
from masking_service.store.client import Store
from masking_service.store.errors import StoreUnavailable
from tests.audit import logs
from tests.audit.logs import TENANT, Process, full_entry
from tests.keys.known import known_keyring
from tests.store import stores
from tests.store.stores import NOW, ask, named

pytestmark = pytest.mark.usefixtures("spread")

ROOT = Path(__file__).parents[3]
SIGNER = known_keyring().audit_signer
VERIFIER = Verifier(SIGNER.public_pem())
DAY = 86_400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def logged(store: Store) -> Store:
    """A store with three writers and three checkpoints."""
    logs.real_log(store)
    return store


def follow(store: Store, folder: Path, *, now: int = NOW, **how: Any) -> None:
    """Archive everything new with a fresh witness."""
    with Archive(folder, VERIFIER, **how) as archive:
        follower = Follower(Streams(store), archive, lambda: now, keep_hours=30 * 24)
        while follower.archive_new():
            pass


def findings(lines: list[bytes], start: StartingPoint | None = None) -> list[Finding]:
    verification = Verification(VERIFIER, start)
    verify(lines, verification)
    return [*verification.findings]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("audit-*")}


def everything(store: Store) -> list[bytes]:
    return sorted(logs.lines(store))


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


KILLED = """
import os, sys
from pathlib import Path
from keys.signatures import Verifier
from masking_service.audit.archive import segments
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.follower import Follower
from masking_service.audit.streams import Streams
from masking_service.audit.tiles import log
from masking_service.store.client import Store

url, folder, where = sys.argv[1:]
write = os.write

def half(file, data):
    if not data.startswith(b"{"):
        return write(file, data)
    write(file, data[: len(data) // 2])
    os.kill(os.getpid(), 9)

def die(*_, **__):
    os.kill(os.getpid(), 9)

if where == "within a line":
    os.write = half
elif where == "before it is on the disk":
    segments.Segments.sync = lambda self: (self._flush(), die())
elif where == "before it is written down":
    segments.Segments.save_state = die
elif where == "before it is published":
    log.write_files = die
elif where == "before the tree is signed":
    log.TiledLog._write_note = die
else:
    log.write_secret_file = die
store = Store(url)
store.trust()
archive = Archive(Path(folder), Verifier(sys.stdin.buffer.read()))
Follower(Streams(store), archive, lambda: 0, 720).archive_new()
"""


@pytest.mark.parametrize(
    "where",
    [
        "within a line",
        "before it is on the disk",
        "before it is written down",
        "before it is published",
        "before the tree is signed",
        "after the tree is signed",
    ],
)
@pytest.mark.parametrize("before", ["nothing", "something"])
def test_a_killed_witness_continues_where_it_was(
    store: Store, valkey: str, folder: Path, where: str, before: str
) -> None:
    if before == "something":
        logs.real_log(store, writers=2, commits=(2,))
        follow(store, folder)
    logs.real_log(store, seed="later")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, valkey, str(folder), where],
        cwd=ROOT,
        input=SIGNER.public_pem(),
        capture_output=True,
        check=False,
    )
    content_left = b"".join(content(folder).values())
    follow(store, folder)

    lines = [*archived(folder)]
    assert (killed.returncode, content_left.endswith(b"\n")) == (-signal.SIGKILL, where != "within a line")
    assert (sorted(lines), findings(lines)) == (everything(store), [])
    assert published(folder) == entries_of(lines)


def published(folder: Path) -> list[bytes]:
    """Return the leaves of the published log, each verified."""
    key = read_public_key(folder / PUBLIC)
    note = read_checkpoint(folder / "log" / CHECKPOINT, key)
    assert note
    reader = TileReader(folder / "log", head_of(note))
    return [leaf for bundle in range(-(-reader.head.size // 256)) for leaf in reader.leaves(bundle)]


def entries_of(lines: list[bytes]) -> list[bytes]:
    """Return the leaves of a log."""
    parsed = [read_line(line) for line in lines]
    return [leaf_of(line.writer, line.number, line.link) for line in parsed if isinstance(line, EntryLine)]


def test_an_archive_of_an_older_release_is_published_whole(logged: Store, folder: Path) -> None:
    follow(logged, folder)
    for path in (folder / "log-state.json", folder / "log.vkey", folder / "log-key.pem"):
        path.unlink()
    shutil.rmtree(folder / "log")
    follow(logged, folder)

    assert published(folder) == entries_of([*archived(folder)])


def test_an_archive_whose_first_segments_were_deleted_is_published_from_there(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=1)
    for path in (folder / "log-state.json", folder / "log.vkey", folder / "log-key.pem", segment_path(folder, 1)):
        path.unlink()
    shutil.rmtree(folder / "log")
    follow(logged, folder)

    assert published(folder) == entries_of([*archived(folder)]) != []


def test_an_entry_that_was_edited_in_an_older_segment_is_not_published(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=1)
    (folder / "log-state.json").unlink()
    path = segment_path(folder, 1)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"purpose":"dispute"', b'"purpose":"support"', 1))

    with pytest.raises(ArchiveError, match=r"audit-000001\.ndjson: .*-2: the entry does not match its link"):
        follow(logged, folder)


def test_a_segment_that_lost_entries_does_not_lead_to_the_checkpoint(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=1)
    (folder / "log-state.json").unlink()
    path = segment_path(folder, 1)
    path.chmod(0o600)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[2:]))

    with pytest.raises(ArchiveError, match="checkpoint: "):
        follow(logged, folder)


def test_an_incomplete_commit_is_removed(logged: Store, folder: Path) -> None:
    follow(logged, folder)
    writing = Process(logged, "another")
    writing.commit(full_entry(1), full_entry(2))
    streams = Streams(logged)
    first = next(streams.entries(writing.log._writer, 1))
    with segment_path(folder, 1).open("ab") as file:
        file.write(b'{"id":"%b-1","entry":' % first.writer.encode() + first.entry)
        file.write(b',"link":"%b"}\n' % first.link.hex().encode())
    with Archive(folder, VERIFIER) as archive:
        assert archive.truncated_bytes > 0
    follow(logged, folder)

    assert findings([*archived(folder), write_line(logs.checkpoint(logged))]) == []


@pytest.mark.parametrize("content_left", [b"", b'{"id":"0123'], ids=["empty", "truncated"])
def test_an_archive_with_an_incomplete_first_file_continues(logged: Store, folder: Path, content_left: bytes) -> None:
    folder.mkdir(mode=0o700)
    segment_path(folder, 1).write_bytes(content_left)

    follow(logged, folder)

    assert sorted(archived(folder)) == everything(logged)


@pytest.mark.parametrize("content_left", [b"", b'{"id":"0123'], ids=["empty", "truncated"])
@pytest.mark.parametrize("remembered", [True, False], ids=["by its state", "without its state"])
def test_an_archive_with_an_incomplete_newest_file_continues(
    logged: Store, folder: Path, content_left: bytes, remembered: bool
) -> None:
    follow(logged, folder, segment_bytes=1)
    newest = len([*folder.glob("audit-*")]) + 1
    segment_path(folder, newest).write_bytes(content_left)
    if not remembered:
        (folder / STATE).unlink()
    Process(logged, "another").commit(full_entry(1))
    logs.checkpoint(logged)

    follow(logged, folder, segment_bytes=1)

    assert sorted(archived(folder)) == everything(logged)


def test_the_state_file_is_recreated_from_the_first_segment(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=3000)
    (folder / STATE).unlink()
    logs.checkpoint(logged)
    follow(logged, folder)

    assert (sorted(archived(folder)), findings([*archived(folder)])) == (everything(logged), [])


class Copy:
    """A copy of the log, for restoring it."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._values = {key: ask(client, "DUMP", key) for key in ask(client, "KEYS", "*")}

    def restore(self) -> None:
        ask(self._client, "FLUSHALL")
        for key, value in self._values.items():
            ask(self._client, "RESTORE", key, 0, value)


@pytest.fixture
def older(logged: Store, folder: Path, client: redis.Redis) -> Copy:
    """A copy of the store before the last archiving."""
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    follow(logged, folder)
    copy = Copy(client)
    writing.commit(full_entry(2))
    logs.checkpoint(logged)
    follow(logged, folder)
    return copy


@pytest.mark.parametrize("how", ["emptied", "older", "older, and gone on with", "older, and ahead again"])
def test_a_rolled_back_store_is_refused_and_the_archive_stays(
    logged: Store, folder: Path, client: redis.Redis, older: Copy, how: str
) -> None:
    before = content(folder)
    if how == "emptied":
        ask(client, "FLUSHALL")
    else:
        older.restore()
    for _ in range(
        ("older", "older, and gone on with", "older, and ahead again").index(how) if how != "emptied" else 0
    ):
        Process(logged, "yet another").commit(full_entry(3))
        logs.checkpoint(logged, NOW + 100)

    with pytest.raises(ArchiveError, match="it was rolled back"):
        follow(logged, folder)
    assert content(folder) == before


def test_a_store_that_lost_entries_between_two_checkpoints_is_refused(
    logged: Store, folder: Path, client: redis.Redis
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    follow(logged, folder)
    ask(client, "XDEL", named().stream(writing.log._writer), "2-0")

    with pytest.raises(ArchiveError, match=r"-2( in slot .)? is archived, and the store lacks it"):
        follow(logged, folder)


def rewrite(client: redis.Redis, writer: str, number: int, **fields: bytes) -> None:
    """Put another entry in the place of one."""
    key = named().stream(writer)
    stream = ask(client, "XRANGE", key, "-", "+")
    ask(client, "DEL", key)
    for name, found in stream:
        said = {name.decode(): value for name, value in found.items()} if isinstance(found, dict) else {}
        if name == b"%d-0" % number:
            said |= fields
        ask(client, "XADD", key, name, *[part for pair in said.items() for part in pair])


@pytest.mark.parametrize("number", [2, 3])
def test_an_entry_that_was_changed_before_it_was_archived_is_not_archived(
    logged: Store, folder: Path, client: redis.Redis, number: int
) -> None:
    follow(logged, folder)
    before = content(folder)
    writing = Process(logged, "another")
    writing.commit(full_entry(1), full_entry(2), full_entry(3))
    rewrite(client, writing.log._writer, number, entry=b'{"at":1}')

    with pytest.raises(ArchiveError, match="edited"):
        follow(logged, folder)
    assert content(folder) == before


@pytest.mark.parametrize("signer", ["no one", "another key"])
def test_an_unsigned_entry_is_not_archived(logged: Store, folder: Path, client: redis.Redis, signer: str) -> None:
    follow(logged, folder)
    before = content(folder)
    writer, entry = "ab" * 8, b'{"action":"thaw","at":1}'
    linked = link(bytes(32), writer, 1, entry)
    signature = known_keyring(signer).audit_signer.sign(commit_message(writer, 1, linked))
    signed = () if signer == "no one" else ("signature", signature)
    ask(client, "XADD", named().stream(writer), "1-0", "entry", entry, "link", linked, *signed)
    ask(client, "SADD", named().writers(), writer)

    with pytest.raises(ArchiveError, match="signature"):
        follow(logged, folder)
    assert content(folder) == before


@pytest.mark.parametrize("fields", [{"entry": b"no JSON"}, {"link": b"short"}])
def test_garbage_in_a_stream_is_refused(
    logged: Store, folder: Path, client: redis.Redis, fields: dict[str, bytes]
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    rewrite(client, writing.log._writer, 1, **fields)

    with pytest.raises(ArchiveError):
        follow(logged, folder)


def test_a_writer_that_a_checkpoint_names_and_the_store_lost_is_missed(
    logged: Store, folder: Path, client: redis.Redis
) -> None:
    writing = Process(logged, "another")
    writing.commit(full_entry(1))
    logs.checkpoint(logged)
    ask(client, "DEL", named().stream(writing.log._writer))

    with pytest.raises(ArchiveError, match=f"names {writing.log._writer}-2, which is missing"):
        follow(logged, folder)


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


def test_full_segments_end_after_a_checkpoint_and_can_be_verified(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=3000)
    first, second = sorted(folder.glob("audit-*"))[:2]

    last = read_line(first.read_bytes().splitlines()[-1])
    assert isinstance(last, CheckpointLine)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (first, second)] == [0o400, 0o400]
    assert findings([*second.read_bytes().splitlines(keepends=True)], StartingPoint.after(last)) == []
    assert findings([*archived(folder)]) == []


def test_an_archive_without_its_oldest_segments_continues(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=3000)
    segment_path(folder, 1).unlink()
    logs.checkpoint(logged)
    follow(logged, folder)

    assert read_line([*archived(folder)][-1]) == logs.newest(logged)


def test_without_state_file_and_first_segment_nothing_is_archived(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=3000)
    segment_path(folder, 1).unlink()
    (folder / STATE).unlink()

    with pytest.raises(ArchiveError, match="is missing"):
        follow(logged, folder)


def shortened(folder: Path) -> None:
    path = segment_path(folder, 1)
    path.write_bytes(path.read_bytes()[:-1])


def edited(folder: Path) -> None:
    path = segment_path(folder, 1)
    head, _, tail = path.read_bytes().rpartition(b"staff/u-")
    path.write_bytes(head + b"staff/v-" + tail)


def added_to(folder: Path) -> None:
    with segment_path(folder, 1).open("ab") as file:
        file.write(b"{}\n")


@pytest.mark.parametrize("tamper", [shortened, edited, added_to])
def test_a_changed_archive_is_refused(logged: Store, folder: Path, tamper: Any) -> None:
    Process(logged, "another").commit(full_entry(1))
    follow(logged, folder)
    tamper(folder)
    before = content(folder)

    for _ in range(2):  # the first refusal released the folder
        with pytest.raises(ArchiveError, match=r"audit-\d+"):
            follow(logged, folder)
    assert content(folder) == before


def test_a_new_archive_of_a_trimmed_log_needs_its_first_checkpoint(logged: Store, folder: Path, tmp_path: Path) -> None:
    follow(logged, folder, now=NOW + 31 * DAY)
    logs.checkpoint(logged, NOW + 31 * DAY)
    follow(logged, folder, now=NOW + 31 * DAY)
    since = next(Streams(logged).checkpoints())

    with pytest.raises(ArchiveError):
        follow(logged, tmp_path / "new")
    follow(logged, tmp_path / "other", start=StartingPoint.after(since))


@pytest.fixture
def month_later(logged: Store, folder: Path) -> Store:
    """Everything is archived, and a month has passed."""
    follow(logged, folder)
    Process(logged, "another").commit(full_entry(1))
    logs.checkpoint(logged, NOW + 31 * DAY)
    return logged


def numbers(store: Store) -> dict[str, list[int]]:
    """The numbers in the streams of listed writers."""
    streams = Streams(store)
    writers = {head.writer for one in streams.checkpoints() for head in one.checkpoint.heads}
    return {writer: [said.number for said in streams.entries(writer, 1)] for writer in writers}


def test_old_archived_entries_are_deleted_from_the_store(month_later: Store, folder: Path, client: redis.Redis) -> None:
    follow(month_later, folder, now=NOW + 31 * DAY)

    assert sorted(numbers(month_later).values()) == [[1, 2], [7], [7], [7]]
    assert [one.checkpoint.epoch for one in Streams(month_later).checkpoints()] == [3, 4]


def test_recent_entries_stay_in_the_store(month_later: Store, folder: Path, client: redis.Redis) -> None:
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

    monkeypatch.setattr("masking_service.audit.archive.segments.os.fsync", full)
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
        for passed in (0, TRIM_EVERY_SECONDS - 1, TRIM_EVERY_SECONDS, TRIM_EVERY_SECONDS + 1):
            clock[0] = NOW + passed
            while follower.archive_new():
                pass

    assert trimmed == [0, TRIM_EVERY_SECONDS]


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
    monkeypatch.setattr("masking_service.audit.archive.follower.MAX_CHECKPOINTS_PER_TRIM", 3)
    writing = Process(logged, "another")
    for _ in range(9):
        writing.commit(full_entry(1))
        logs.checkpoint(logged)
    follow(logged, folder, now=NOW + 31 * DAY)

    assert [one.checkpoint.epoch for one in Streams(logged).checkpoints()] == [11, 12]


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


def test_ended_writers_are_forgotten(logged: Store, folder: Path, client: redis.Redis) -> None:
    follow(logged, folder)
    (ended, *_) = sorted(Streams(logged).writers())
    ask(client, "SREM", named().writers(named().slot_of(ended)), ended)
    logs.checkpoint(logged)
    follow(logged, folder)
    known = msgspec.json.decode((folder / STATE).read_bytes())["start"]["writers"]

    assert (len(known), ended in {one["writer"] for one in known}) == (2, False)


def test_the_stream_of_an_ended_writer_is_deleted(logged: Store, folder: Path, client: redis.Redis) -> None:
    (ended, *_) = sorted(Streams(logged).writers())
    ask(client, "SREM", named().writers(named().slot_of(ended)), ended)
    logs.checkpoint(logged)
    logs.checkpoint(logged, NOW + 31 * DAY)
    follow(logged, folder, now=NOW + 31 * DAY)

    assert (ask(client, "EXISTS", named().stream(ended)), ask(client, "EXISTS", named().checkpoints)) == (0, 1)


def test_an_empty_archive_has_no_lines() -> None:
    assert (BEGINNING.epoch, [*BEGINNING.writers]) == (0, [])


def test_a_line_of_an_archive_is_an_entry_or_a_checkpoint(logged: Store, folder: Path) -> None:
    follow(logged, folder)

    kinds = {type(read_line(line)) for line in archived(folder)}
    assert kinds == {EntryLine, CheckpointLine}


def replies(store: Store, monkeypatch: pytest.MonkeyPatch, writing: Process) -> list[int]:
    """Read a writer's entries; return how many were in each reply."""
    sizes: list[int] = []
    read = Store.read

    def weighed(asked: Store, commands: Any) -> Any:
        replies = read(asked, commands)
        sizes.extend(len(reply) for reply in replies)
        return replies

    monkeypatch.setattr(Store, "read", weighed)
    assert sum(1 for _ in Streams(store).entries(writing.log._writer, 1)) == sum(sizes)
    return sizes


def test_no_reply_of_the_store_holds_more_than_some_entries(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Process(store, "one")
    writing.commit(*[full_entry(number) for number in range(600)])

    assert replies(store, monkeypatch, writing) == [32, 256, 256, 57, 0]


def test_replies_with_large_entries_hold_few_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    writing = Process(store, "one")
    for _ in range(10):
        writing.commit(*[logs.entry(subject="x" * 20_000) for _ in range(10)])

    assert replies(store, monkeypatch, writing) == [32, 32, 32, 5, 0]
