"""The witness: follows the log in the store and archives it.

It needs the public key only. It stops if the store contradicts the archive, for
example because the store was rolled back, and keeps what it has archived.
"""

from collections.abc import Callable
from itertools import islice
from typing import Final

from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.segments import ArchiveError
from masking_service.audit.entries import entry_id
from masking_service.audit.lines import CheckpointLine, EntryLine, UnreadableLineError
from masking_service.audit.streams import Streams
from masking_service.domain.timestamps import SECONDS_A_DAY

MAX_CHECKPOINTS_PER_PASS: Final = 100
MAX_COMMIT_ENTRIES: Final = 10_000
TRIM_EVERY_SECONDS: Final = 3600


class Follower:
    """Archives the log of one store.

    Args:
        streams: the log in the store.
        archive: the archive to add to.
        clock: returns the time in Unix seconds.
        keep_days: archived entries that are older are deleted from the store.
    """

    def __init__(self, streams: Streams, archive: Archive, clock: Callable[[], int], keep_days: int) -> None:
        self._streams = streams
        self._archive = archive
        self._clock = clock
        self._keep_seconds = keep_days * SECONDS_A_DAY
        self._trimmed_at = 0

    def archive_new(self) -> bool:
        """Archive what is new; return whether there may be more.

        Raises:
            StoreUnavailable: the store did not answer; what was archived before counts.
            ArchiveError: the store contradicts the archive.
        """
        try:
            more = self._archive_checkpoints()
            if not more:
                self._archive_newest()
        except UnreadableLineError as error:
            raise ArchiveError(f"the log in the store has a line that {error}") from None
        finally:
            self._archive.save()
        if not more and self._clock() - self._trimmed_at >= TRIM_EVERY_SECONDS:
            self._trimmed_at = self._clock()
            self.trim()
        return more

    def trim(self) -> None:
        """Delete old archived entries from the store, up to a checkpoint.

        The newest checkpoint and later entries stay, so that the store can be verified from there.
        """
        oldest_kept: CheckpointLine | None = None
        ended: dict[str, int] = {}
        for parsed in self._streams.checkpoints():
            if parsed.checkpoint.at >= self._clock() - self._keep_seconds or parsed.checkpoint.epoch >= self._epoch:
                break
            ended |= {head.writer: head.number for head in parsed.checkpoint.heads}
            oldest_kept = parsed
        if oldest_kept is not None:
            active = {head.writer for head in oldest_kept.checkpoint.heads} | self._streams.writers()
            self._streams.trim(oldest_kept, {writer: last for writer, last in ended.items() if writer not in active})

    @property
    def _epoch(self) -> int:
        return self._archive.verification.checkpoint_chain.epoch

    def _archive_checkpoints(self) -> bool:
        """Archive some checkpoints, each after the entries that it names."""
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
            name = entry_id(writer, commit[0].number)
            raise ArchiveError(f"the store has {name} without a signature after it: the service did not write it")

    def _compare(self, writer: str, known: int, stored: EntryLine | None) -> None:
        if stored is None or stored.number != known:
            raise ArchiveError(f"{entry_id(writer, known)} is archived, and the store lacks it: it was rolled back")
        if stored.link != self._archive.verification.chains[writer].head:
            name = entry_id(writer, known)
            raise ArchiveError(f"{name} is archived, and the store has a different one: it was rolled back")
