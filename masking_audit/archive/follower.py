"""The witness: follows the log in the store and archives it.

It needs the public key only. It stops if the store contradicts the archive, for
example because the store was rolled back, and keeps what it has archived.
"""

from collections import deque
from collections.abc import Callable
from itertools import islice, pairwise
from typing import Final

from masking_audit.archive.archive import Archive
from masking_audit.archive.segments import ArchiveError
from masking_audit.format.lines import CheckpointLine, EntryLine, UnreadableLineError
from masking_audit.format.links import entry_id
from masking_service.audit.streams import Streams
from masking_service.masking.timestamps import SECONDS_AN_HOUR

MAX_CHECKPOINTS_PER_PASS: Final = 100
MAX_COMMIT_ENTRIES: Final = 10_000
TRIM_EVERY_SECONDS: Final = 60
MAX_CHECKPOINTS_PER_TRIM: Final = 100


class Follower:
    """Archives the log of one store.

    Args:
        keep_hours: archived entries that are older are deleted from the store.
        cosigned: returns how many entries an independent witness has cosigned, if there is one. Only those are deleted.
    """

    def __init__(
        self,
        streams: Streams,
        archive: Archive,
        clock: Callable[[], int],
        keep_hours: int,
        cosigned: Callable[[], int] | None = None,
    ) -> None:
        self._streams = streams
        self._archive = archive
        self._clock = clock
        self._keep_seconds = keep_hours * SECONDS_AN_HOUR
        self._cosigned = cosigned
        self._confirmed = 0
        self._unconfirmed: deque[tuple[int, int]] = deque()  # epoch, and the number of entries in the log by then
        self._trimmed_at = 0

    def archive_new(self) -> bool:
        """Archive what is new; return whether more may follow.

        Raises:
            StoreUnavailable: the store did not answer; what was archived before counts.
            ArchiveError: the store contradicts the archive.
        """
        try:
            self._streams.learn_keys(self._archive.slots)
            more = self._archive_checkpoints()
            if not more:
                self._archive_newest()
        except UnreadableLineError as error:
            raise ArchiveError(f"the log in the store has a line that {error}") from None
        finally:
            self._archive.save()
        if not self._unconfirmed or self._unconfirmed[-1][0] < self._epoch:
            self._unconfirmed.append((self._epoch, self._archive.log.size))
        if not more and self._clock() - self._trimmed_at >= TRIM_EVERY_SECONDS:
            more = self.trim()
            if not more:
                self._trimmed_at = self._clock()
        return more

    def trim(self) -> bool:
        """Delete old archived entries from the store, checkpoint by checkpoint; return whether there may be more.

        The newest archived checkpoint and later entries stay, so that the store can be verified from there.
        """
        found = [*islice(self._streams.checkpoints(), MAX_CHECKPOINTS_PER_TRIM)]
        before, listed = self._clock() - self._keep_seconds, self._streams.writers()
        confirmed = self._confirmed_epoch()
        for previous, oldest_kept in pairwise(found):
            if oldest_kept.checkpoint.at >= before or oldest_kept.checkpoint.epoch >= confirmed:
                return False
            active = _writers(oldest_kept) | listed
            self._streams.trim(oldest_kept, _writers(previous) - active, self._archive.tenants)
        return len(found) == MAX_CHECKPOINTS_PER_TRIM

    def _confirmed_epoch(self) -> int:
        """Return the epoch up to which everything is archived, and cosigned if there is an independent witness."""
        cosigned = self._cosigned() if self._cosigned else self._archive.log.size
        while self._unconfirmed and self._unconfirmed[0][1] <= cosigned:
            self._confirmed = self._unconfirmed.popleft()[0]
        return self._confirmed

    @property
    def _epoch(self) -> int:
        return self._archive.verification.checkpoint_chain.epoch

    def _archive_checkpoints(self) -> bool:
        """Archive some checkpoints, each after the entries it names."""
        known = self._epoch
        found = [*islice(self._streams.checkpoints(known), MAX_CHECKPOINTS_PER_PASS)]
        if known:
            stored = found.pop(0) if found else None
            if stored is None or stored.link != self._archive.verification.checkpoint_chain.head:
                state = "has a different one" if stored else "no longer has it"
                raise ArchiveError(f"checkpoint {known} is archived, and the store {state}: it was rolled back")
        for parsed in found:
            for head in parsed.checkpoint.heads:
                if head.number > self._archive.number_of(head.writer):
                    self._archive_entries(head.writer, head.number)
            self._archive.add_checkpoint(parsed)
        return len(found) >= MAX_CHECKPOINTS_PER_PASS - 1

    def _archive_newest(self) -> None:
        """Archive entries that no checkpoint names yet."""
        for writer in sorted(self._streams.writers()):
            self._archive_entries(writer, None)

    def _archive_entries(self, writer: str, last: int | None) -> None:
        """Archive a writer's new commits."""
        known = self._archive.number_of(writer)
        found = self._streams.entries(writer, max(known, 1), last)
        if known:
            self._compare(writer, known, next(found, None))
        commit: list[EntryLine] = []
        for parsed in found:
            commit.append(parsed)
            if parsed.signature:
                self._archive.add_commit(commit)
                commit.clear()
            if len(commit) > MAX_COMMIT_ENTRIES:
                break
        if commit:
            name = self._name(writer, commit[0].number)
            raise ArchiveError(f"the store has {name} without a signature after it: the service did not write it")

    def _compare(self, writer: str, known: int, stored: EntryLine | None) -> None:
        if stored is None or stored.number != known:
            name = self._name(writer, known)
            raise ArchiveError(f"{name} is archived, and the store lacks it: it was rolled back")
        if stored.link != self._archive.verification.chains[writer].head:
            name = self._name(writer, known)
            raise ArchiveError(f"{name} is archived, and the store has a different one: it was rolled back")

    def _name(self, writer: str, number: int) -> str:
        return self._streams.keys.described(entry_id(writer, number))


def _writers(checkpoint: CheckpointLine) -> set[str]:
    return {head.writer for head in checkpoint.checkpoint.heads}
