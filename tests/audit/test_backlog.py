"""Tests how far the archive is behind, and when actions are refused."""

from pathlib import Path

import pytest

from masking_audit.format.lines import Checkpoint, CheckpointLine, Head
from masking_service.audit.backlog import FULL, LONG_SECONDS, Backlog, Lag, is_filled_by_log, lag
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.errors import ArchiveUnavailable
from masking_service.store.client import Store
from masking_service.store.condition import Condition, Server
from tests.audit import logs
from tests.every import every
from tests.keys.known import known_keyring
from tests.store.stores import NOW

LIMIT = 1_000_000
NEARLY_FULL = int(FULL * LIMIT)


def checkpoint(epoch: int, at: int, **numbers: int) -> Checkpoint:
    return Checkpoint(epoch, at, "0" * 64, [Head(writer, number, "1" * 64) for writer, number in numbers.items()])


def test_an_archive_with_the_newest_checkpoint_is_not_behind() -> None:
    assert lag(checkpoint(7, NOW, a=9), checkpoint(7, NOW, a=9)) == Lag(0, 0)


def test_an_archive_is_behind_by_the_time_and_entries_between_two_checkpoints() -> None:
    newest, archived = checkpoint(9, NOW + 120, a=9, c=5), checkpoint(7, NOW, a=4, b=8)

    assert lag(newest, archived) == Lag(120, 5 + 5)


def condition(used: int, *, limit: int = LIMIT, holds_log: bool = True) -> Condition:
    return Condition(0.0, frozenset(), (Server(used, limit, 0, holds_log), Server(LIMIT, LIMIT, 0, holds_log=False)))


@every(
    ("stored_seconds", "used", "limit", "holds_log", "filled"),
    [
        (LONG_SECONDS, NEARLY_FULL, LIMIT, True, True),
        (LONG_SECONDS, LIMIT, LIMIT, True, True),
        (LONG_SECONDS - 1, LIMIT, LIMIT, True, False),  # it is trimmed, so something else fills the store
        (100 * LONG_SECONDS, NEARLY_FULL - 1, LIMIT, True, False),  # no witness, and room
        (LONG_SECONDS, LIMIT, LIMIT, False, False),  # another server is full
        (LONG_SECONDS, LIMIT, 0, True, False),  # no limit
    ],
)
def test_the_log_fills_the_store_where_it_is_long_and_its_server_is_nearly_full(
    stored_seconds: int, used: int, limit: int, holds_log: bool, filled: bool
) -> None:
    assert is_filled_by_log(condition(used, limit=limit, holds_log=holds_log), stored_seconds) == filled


class Archived:
    """An archive that has a checkpoint, or does not answer."""

    def __init__(self, newest: CheckpointLine | None) -> None:
        self.newest = newest
        self.answers = True

    def newest_checkpoint(self) -> CheckpointLine | None:
        if not self.answers:
            raise ArchiveUnavailable
        return self.newest


def backlog(store: Store, archive: Archived | None, tmp_path: Path, now: int = NOW) -> Backlog:
    checkpoints = Checkpoints(store, known_keyring().audit_signer, tmp_path, lambda: NOW)
    checkpoints.read_newest()
    return Backlog(store, checkpoints, archive, lambda: now)  # type: ignore[arg-type]  # a fake


def test_the_lag_is_known_while_the_archive_answers(store: Store, tmp_path: Path) -> None:
    archived = logs.checkpoint(store, NOW - 90)
    logs.Process(store, "one").commit(logs.full_entry(1))
    logs.checkpoint(store)
    archive = Archived(archived)
    found = backlog(store, archive, tmp_path)
    before = found.lag
    found.refresh()
    known = found.lag
    archive.answers = False
    with pytest.raises(ArchiveUnavailable):
        found.refresh()

    assert (before, known, found.lag) == (None, Lag(90, 2), None)


def test_an_archive_without_a_checkpoint_is_behind_by_all_that_the_store_has(store: Store, tmp_path: Path) -> None:
    logs.checkpoint(store, NOW - 90)
    logs.checkpoint(store)
    found = backlog(store, Archived(None), tmp_path)
    found.refresh()

    assert found.lag == Lag(90, 0)


def test_actions_are_refused_while_the_log_fills_the_store(store: Store, tmp_path: Path) -> None:
    logs.checkpoint(store, NOW - LONG_SECONDS)
    old, young = backlog(store, None, tmp_path), backlog(store, None, tmp_path, now=NOW - 1)
    said = []
    for found, used in ((old, NEARLY_FULL - 1), (old, NEARLY_FULL), (young, LIMIT), (old, 0)):
        store.condition = condition(used)
        found.refresh()
        found.decide()
        said.append(found.refuses)

    assert said == [False, True, False, False]
