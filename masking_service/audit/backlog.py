"""How much of the log is not archived yet, and when it would fill the store.

The witness deletes from the store what it has archived. While it does not, the log
grows. Before it fills the store, actions that need an entry are refused: what is
left of the memory is for labels.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from masking_audit.format.lines import Checkpoint
from masking_service.audit.asking import AskedArchive
from masking_service.audit.checkpoints import Checkpoints
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.store.client import Store
from masking_service.store.condition import Condition

LONG_SECONDS: Final = SECONDS_A_DAY
"""Seconds of log in the store above which trimming is late: the witness keeps two hours of it there."""
FULL: Final = 0.95
"""Share of the memory of the log's server from which actions are refused. The rest is for checkpoints and labels."""


class Lag(NamedTuple):
    """The age of the witness's newest checkpoint, compared with the store's, and the entries left to archive."""

    seconds: int
    entries: int


def lag(newest: Checkpoint, archived: Checkpoint) -> Lag:
    """Return how far an archive is behind. Entries of writers that began and ended in between are not counted."""
    if archived.epoch >= newest.epoch:
        return Lag(0, 0)
    known = {head.writer: head.number for head in archived.heads}
    entries = sum(max(0, head.number - known.get(head.writer, 0)) for head in newest.heads)
    return Lag(max(0, newest.at - archived.at), entries)


def is_filled_by_log(condition: Condition, stored_seconds: int) -> bool:
    """Return whether a server of the log is nearly full while the log in the store is long.

    A server without a memory limit is never full.

    Args:
        stored_seconds: how far the log in the store reaches back.
    """
    if stored_seconds < LONG_SECONDS:
        return False
    return any(one.holds_log and one.limit and one.used >= FULL * one.limit for one in condition.servers)


class Backlog:
    """Compares store and archive, for one process.

    Args:
        archive: knows its newest checkpoint; None if it cannot be asked.

    Attributes:
        refuses: whether actions that need an entry are refused, since the last `decide`.
    """

    def __init__(
        self, store: Store, checkpoints: Checkpoints, archive: AskedArchive | None, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._checkpoints = checkpoints
        self._archive = archive
        self._clock = clock
        self._archived: Checkpoint | None = None  # the newest archived one; the oldest one if none is
        self.refuses = False

    def refresh(self) -> None:
        """Read the oldest checkpoint of the store and the newest of the archive: one round trip to each.

        Raises:
            StoreUnavailable: one did not answer; as ArchiveUnavailable, the archive.
            IntegrityError: a checkpoint was not signed with these keys.
        """
        self._checkpoints.refresh_oldest()
        self._archived = None
        if self._archive:
            newest = self._archive.newest_checkpoint()
            known = self._checkpoints.verified(newest) if newest else self._checkpoints.oldest
            self._archived = known.checkpoint if known else None

    @property
    def lag(self) -> Lag | None:
        """Return how far the archive is behind; None if it was not, or cannot be, asked."""
        newest = self._checkpoints.newest_seen
        return lag(newest.checkpoint, self._archived) if newest and self._archived else None

    def decide(self) -> None:
        """Decide by what was last seen whether actions are refused."""
        oldest, condition = self._checkpoints.oldest, self._store.condition
        stored = self._clock() - oldest.checkpoint.at if oldest else 0
        self.refuses = condition is not None and is_filled_by_log(condition, stored)
