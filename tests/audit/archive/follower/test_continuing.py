"""A witness continues from the files that it finds."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from masking_audit.archive.archive import SEGMENT_BYTES, Archive
from masking_audit.archive.segments import STATE, ArchiveError, archived, segment_path
from masking_audit.format.lines import CheckpointLine, read_line, write_line
from masking_audit.verify.verifier import StartingPoint
from masking_service.audit.streams import Streams
from masking_service.shipped import ROOT
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.archive.follower.followed import DAY, content, everything
from tests.audit.archives import follow
from tests.audit.logs import TENANT, VERIFIER, Process, findings, full_entry
from tests.store.stores import NOW

pytestmark = pytest.mark.usefixtures("spread")


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


@pytest.mark.parametrize("of_older_release", [False, True])
def test_a_restarted_archive_knows_its_tenants(logged: Store, folder: Path, of_older_release: bool) -> None:
    follow(logged, folder)
    if of_older_release:
        state = json.loads((folder / STATE).read_bytes())
        (folder / STATE).write_text(json.dumps({**state, "tenants": None}))

    with Archive(folder, VERIFIER) as archive:
        assert archive.tenants == {TENANT}


def test_full_segments_end_after_a_checkpoint_and_can_be_verified(logged: Store, folder: Path) -> None:
    follow(logged, folder, segment_bytes=3000)
    first, second = sorted(folder.glob("audit-*"))[:2]

    last = read_line(first.read_bytes().splitlines()[-1])
    assert isinstance(last, CheckpointLine)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (first, second)] == [0o400, 0o400]
    assert findings([*second.read_bytes().splitlines(keepends=True)], StartingPoint.after(last, VERIFIER)) == []
    assert findings([*archived(folder)]) == []


@pytest.mark.parametrize(("spare", "segments"), [(0, 2), (1, 1)])
def test_a_segment_ends_with_the_checkpoint_that_fills_it(
    logged: Store, folder: Path, tmp_path: Path, spare: int, segments: int
) -> None:
    follow(logged, tmp_path / "whole")
    size = segment_path(tmp_path / "whole", 1).stat().st_size
    follow(logged, folder, segment_bytes=size + spare)
    logs.checkpoint(logged)
    follow(logged, folder, segment_bytes=size + spare)

    assert len([*folder.glob("audit-*.ndjson")]) == segments


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
    follow(logged, tmp_path / "other", start=StartingPoint.after(since, VERIFIER))


def test_the_documentation_states_the_segment_size() -> None:
    assert f"At {SEGMENT_BYTES / 2**20:g} MiB" in (ROOT / "docs" / "audit.md").read_text("utf-8")
