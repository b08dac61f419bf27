"""Kills the witness at many moments of archiving and trimming: nothing is lost, and nothing comes twice."""

import signal
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
import redis

from masking_audit.archive.export import export
from masking_audit.archive.segments import archived
from masking_audit.format.lines import EntryLine, read_line
from masking_service.audit.streams import Streams
from masking_service.store.client import Store
from tests import forked
from tests.audit import logs
from tests.audit.archive.killed import ALWAYS, HOURS, SEGMENT_BYTES, archive_until_killed
from tests.audit.archive.worlds import MINE, World
from tests.audit.logs import Process, entry, findings
from tests.store.stores import ask, named, next_millisecond

pytestmark = pytest.mark.usefixtures("spread")


@pytest.fixture
def world(store: Store, client: redis.Redis, tmp_path: Path) -> World:
    return World(store, client, tmp_path / "archive", [], segment_bytes=SEGMENT_BYTES)


def write(world: World) -> None:
    """Write entries of new writers of which some end, and checkpoints between them."""
    writing = [Process(world.store, f"{len(world.made)}/{number}") for number in range(3)]
    for _ in range(3):
        for process in writing:
            world.made += process.commit(*[entry(tenant=MINE, at=int(time.time())) for _ in range(2)])[-2:]
            next_millisecond(world.client)  # so that the times of entries in different slots differ
        world.checkpoint()
    for process in writing[:2]:
        process.log.close()
    world.checkpoint()


def start(world: World, url: str, steps: int) -> ForkServerProcess:
    """Start a witness, and return when it works."""
    begun = forked.FORKED.Event()
    witness = forked.start(archive_until_killed, url, world.folder, steps, begun)
    assert begun.wait(60)
    return witness


def require_everything_once(world: World) -> None:
    """Check the export of archive and store, and the pages of the log."""
    newest = logs.checkpoint(world.store, int(time.time()))
    lines = [*export(Streams(world.store), newest, lambda: archived(world.folder))]
    assert findings(lines) == []
    parsed = [read_line(line) for line in lines]
    exported = [f"{line.writer}-{line.number}" for line in parsed if isinstance(line, EntryLine)]
    assert len(exported) == len(set(exported))
    assert set(world.made) <= set(exported)
    assert world.read(world.index, 7) == world.made


def test_a_witness_killed_between_any_two_steps_of_trimming_loses_and_doubles_nothing(
    world: World, valkey: str, client: redis.Redis
) -> None:
    statuses = []
    for steps in (0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16):
        write(world)
        statuses.append(forked.status_of(start(world, valkey, steps)))
        if steps % 3 == 0:
            require_everything_once(world)
    world.follow(HOURS)

    require_everything_once(world)
    assert set(statuses) == {-signal.SIGKILL}
    assert ask(client, "XLEN", named().checkpoints) < 6  # it was trimmed
    kept = {key.decode().partition("}w:")[2] for key in ask(client, "KEYS", "wm:{audit*}w:*")}
    signed = {head.writer for one in Streams(world.store).checkpoints() for head in one.checkpoint.heads}
    assert kept <= signed | logs.writers(client)  # no stream of an ended writer was left behind


def test_a_witness_killed_at_any_time_loses_and_doubles_nothing(world: World, valkey: str, client: redis.Redis) -> None:
    for rounds in (1, 1, 2, 2, 3, 3, 4, 4):
        witness = start(world, valkey, ALWAYS)
        for _ in range(rounds):
            write(world)
        witness.kill()
        assert forked.status_of(witness) == -signal.SIGKILL
    world.follow(HOURS)

    require_everything_once(world)
    assert ask(client, "XLEN", named().checkpoints) < 6
