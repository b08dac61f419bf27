"""Kills the witness at many moments of archiving and trimming: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from keys.signatures import Verifier
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.export import export
from masking_service.audit.archive.follower import Follower
from masking_service.audit.archive.index import Index
from masking_service.audit.archive.segments import archived
from masking_service.audit.lines import EntryLine, read_line
from masking_service.audit.search import search
from masking_service.audit.streams import Streams
from masking_service.audit.verify.verifier import Verification, verify
from masking_service.audit.wanted import Wanted
from masking_service.store.client import Store
from tests.audit import logs
from tests.audit.logs import Process, entry
from tests.keys.known import known_keyring
from tests.store.stores import ask, named

pytestmark = pytest.mark.usefixtures("spread")

ROOT = Path(__file__).parents[3]
SIGNER = known_keyring().audit_signer
VERIFIER = Verifier(SIGNER.public_pem())
MINE = "a" * 32
HOURS = 3
"""What is archived is older than the two hours for which it is kept."""

WITNESS = """
import os, sys, time
from pathlib import Path
from keys.signatures import Verifier
from masking_service.audit.archive import archive as archives, follower as followers
from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.follower import Follower
from masking_service.audit.streams import Streams
from masking_service.store.client import Store

url, folder, steps = sys.argv[1:]
left, read = [int(steps)], Store.read
followers.TRIM_EVERY_SECONDS = 0

def step_by_step(store, commands):
    if not any(command[0] in (b"XTRIM", b"UNLINK") for command in commands):
        return read(store, commands)
    replies = []
    for command in commands:
        if not left[0]:
            os.kill(os.getpid(), 9)
        left[0] -= 1
        replies += read(store, [command])
    return replies

Store.read = step_by_step
store = Store(url)
store.trust()
with Archive(Path(folder), Verifier(sys.stdin.buffer.read()), segment_bytes=3000) as archive:
    follower = Follower(Streams(store), archive, lambda: int(time.time()) + 3 * 3600, 2)
    for _ in range(20 if left[0] >= 0 else 1_000_000):
        follower.archive_new()
"""


class World:
    """A store whose log is written, archived and trimmed."""

    def __init__(self, store: Store, url: str, folder: Path) -> None:
        self.store, self.url, self.folder = store, url, folder
        self.made: list[str] = []
        self.round = 0

    def write(self) -> None:
        """Write entries of writers of which some end, and checkpoints between them."""
        self.round += 1
        writing = [Process(self.store, f"{self.round}/{number}") for number in range(3)]
        for _ in range(3):
            for process in writing:
                self.made += process.commit(*[entry(tenant=MINE, at=int(time.time())) for _ in range(2)])[-2:]
                time.sleep(0.002 if named().slots > 1 else 0)  # so that the times of different slots differ
            logs.checkpoint(self.store, int(time.time()))
        for process in writing[:2]:
            process.log.close()
        logs.checkpoint(self.store, int(time.time()))

    def start(self, steps: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WITNESS, self.url, str(self.folder), str(steps)]
        witness = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        assert witness.stdin
        witness.stdin.write(SIGNER.public_pem())
        witness.stdin.close()
        return witness

    def finish(self) -> None:
        """Archive the rest."""
        with Archive(self.folder, VERIFIER, segment_bytes=3000) as archive:
            follower = Follower(Streams(self.store), archive, lambda: int(time.time()) + HOURS * 3600, 2)
            while follower.archive_new():
                pass

    def require_everything_once(self) -> None:
        """Check the export of archive and store, and the pages of the log."""
        newest = logs.checkpoint(self.store, int(time.time()))
        lines = [*export(Streams(self.store), newest, lambda: archived(self.folder))]
        verification = Verification(VERIFIER)
        verify(lines, verification)
        assert [*verification.findings] == []
        parsed = [read_line(line) for line in lines]
        exported = [f"{line.writer}-{line.number}" for line in parsed if isinstance(line, EntryLine)]
        assert len(exported) == len(set(exported))
        assert set(self.made) <= set(exported)

        index, read, after, found = Index(self.folder, self.folder / "index"), list[str](), None, None
        while found is None or found:
            found, after = search(self.store, MINE, Wanted(), after=after, limit=7, older=index)
            read += [one["id"] for one in found]
        assert read == self.made


@pytest.fixture
def world(store: Store, valkey: str, tmp_path: Path) -> World:
    return World(store, valkey, tmp_path / "archive")


@pytest.mark.timeout(300)
def test_a_witness_killed_between_any_two_steps_of_trimming_loses_and_doubles_nothing(
    world: World, client: redis.Redis
) -> None:
    statuses = []
    for steps in (0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16):
        world.write()
        witness = world.start(steps)
        statuses.append(witness.wait(60))
        if steps % 3 == 0:
            world.require_everything_once()
    world.finish()

    world.require_everything_once()
    assert set(statuses) == {-signal.SIGKILL}
    assert ask(client, "XLEN", named().checkpoints) < 6  # it was trimmed
    kept = {key.decode().partition("}w:")[2] for key in ask(client, "KEYS", "wm:{audit*}w:*")}
    signed = {head.writer for one in Streams(world.store).checkpoints() for head in one.checkpoint.heads}
    assert kept <= signed | logs.writers(client)  # no stream of an ended writer was left behind


@pytest.mark.timeout(300)
def test_a_witness_killed_at_any_time_loses_and_doubles_nothing(world: World, client: redis.Redis) -> None:
    for delay in range(8):
        witness = world.start(-1)
        begun = time.monotonic()
        while time.monotonic() < begun + 0.5 + delay * 0.13:
            world.write()
        witness.kill()
        assert (witness.wait(60), witness.stderr and witness.stderr.read()) == (-signal.SIGKILL, b"")
    world.finish()

    world.require_everything_once()
    assert ask(client, "XLEN", named().checkpoints) < 6
