"""A witness that is killed while it archives and trims."""

import os
import signal
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path

from masking_audit.archive import follower as followers
from masking_audit.archive.archive import Archive
from masking_audit.archive.follower import Follower
from masking_service.audit.streams import Streams
from masking_service.store.client import Command, Reply, Store
from tests.audit.archive.worlds import HOUR
from tests.audit.logs import VERIFIER

SEGMENT_BYTES = 3000
HOURS = 3
"""What is archived is older than the two hours for which it is kept."""
ALWAYS = 1_000_000
PASSES = 20


def archive_until_killed(url: str, folder: Path, steps: int, begun: Event) -> None:
    """Archive and trim again and again; die before the trimming command of this number, from 0.

    Args:
        steps: the number, or `ALWAYS` to work until another process kills this one.
        begun: set when the work begins.
    """
    left, read = [steps], Store.read
    followers.TRIM_EVERY_SECONDS = 0  # type: ignore[misc]  # a constant for all others

    def read_step_by_step(store: Store, commands: Sequence[Command]) -> list[Reply]:
        if not any(command[0] in (b"XTRIM", b"UNLINK") for command in commands):
            return read(store, commands)
        replies = []
        for command in commands:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            replies += read(store, [command])
        return replies

    Store.read = read_step_by_step  # type: ignore[assignment,method-assign]  # in this process
    store = Store(url)
    store.trust()
    with Archive(folder, VERIFIER, segment_bytes=SEGMENT_BYTES) as archive:
        follower = Follower(Streams(store), archive, lambda: int(time.time()) + HOURS * HOUR, 2)
        begun.set()
        for _ in range(ALWAYS if steps == ALWAYS else PASSES):
            follower.archive_new()
