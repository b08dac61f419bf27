"""The log that a witness publishes, through kills and upgrades."""

import shutil
import signal
from pathlib import Path

import pytest

from masking_audit.archive.segments import ArchiveError, archived, segment_path
from masking_audit.tiles.log import TiledLog
from masking_service.audit.questions import Position
from masking_service.store.client import Store
from tests import forked
from tests.audit import logs
from tests.audit.archive.follower.followed import content, entries_of, everything, published
from tests.audit.archive.follower.killed import PLACES, archive_and_die
from tests.audit.archives import follow
from tests.audit.logs import findings

pytestmark = pytest.mark.usefixtures("spread")
AT_ONCE = 3
"""As many entries are published at once in these tests."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("before", ["nothing", "something"])
def test_a_killed_witness_continues_where_it_was(
    store: Store, valkey: str, folder: Path, place: str, before: str
) -> None:
    if before == "something":
        logs.real_log(store, writers=2, commits=(2,))
        follow(store, folder)
    logs.real_log(store, seed="later")
    status = forked.status_of(forked.start(archive_and_die, valkey, folder, place))
    content_left = b"".join(content(folder).values())
    follow(store, folder)

    lines = [*archived(folder)]
    assert (status, content_left.endswith(b"\n")) == (-signal.SIGKILL, place != "within a line")
    assert (sorted(lines), findings(lines)) == (everything(store), [])
    assert published(folder) == entries_of(lines)


@pytest.mark.parametrize("deleted", [False, True], ids=["whole", "without its first segment"])
def test_an_archive_of_an_older_release_is_published_from_its_first_segment_on_in_parts(
    logged: Store, folder: Path, deleted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(logged, folder, segment_bytes=1)
    monkeypatch.setattr("masking_audit.archive.archive.LEAVES_PER_PUBLICATION", AT_ONCE)
    sizes, publish = list[int](), TiledLog.publish

    def noted(log: TiledLog, end: Position) -> None:
        sizes.append(log.size)
        publish(log, end)

    monkeypatch.setattr(TiledLog, "publish", noted)
    for path in (folder / "log-state.json", folder / "log.vkey", folder / "log-key.pem"):
        path.unlink()
    shutil.rmtree(folder / "log")
    if deleted:
        segment_path(folder, 1).unlink()
    follow(logged, folder)

    entries = entries_of([*archived(folder)])
    assert published(folder) == entries != []
    assert sizes[: len(entries) // AT_ONCE + 1] == [*range(AT_ONCE, len(entries) + 1, AT_ONCE), len(entries)]


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
