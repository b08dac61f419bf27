"""Follows the log in the store and archives it outside: the witness, which never goes back.

It needs the public key alone. Whatever contradicts what it has archived, a store
that went back, an entry that is another one now, ends it, and it keeps what it has.
"""

from collections.abc import Callable
from itertools import islice
from typing import Final

from masking_service.audit.archive.archive import Archive
from masking_service.audit.archive.segments import ArchiveError
from masking_service.audit.entries import entry_id
from masking_service.audit.lines import CheckpointLine, EntryLine, Unreadable
from masking_service.audit.streams import Streams
from masking_service.vault.data_keys import SECONDS_A_DAY

CHECKPOINTS_A_TURN: Final = 100
MOST_IN_A_COMMIT: Final = 10_000
TRIM_EVERY_SECONDS: Final = 3600


class Follower:
    """Archives one store's log.

    Args:
        streams: the log in the store.
        archive: where it goes.
        clock: now, in Unix seconds.
        keep_days: entries that are older are taken out of the store, once they are archived.
    """

    def __init__(self, streams: Streams, archive: Archive, clock: Callable[[], int], keep_days: int) -> None:
        self._streams = streams
        self._archive = archive
        self._clock = clock
        self._keep_seconds = keep_days * SECONDS_A_DAY
        self._trimmed_at = 0

    def turn(self) -> bool:
        """Archive what is new, and tell whether there may be more at once.

        Raises:
            StoreUnavailable: the store did not answer; what was archived counts.
            ArchiveError: the store contradicts the archive.
        """
        try:
            more = self._archive_checkpoints()
            if not more:
                self._archive_newest()
        except Unreadable as fault:
            raise ArchiveError(f"the store holds something in the log that {fault}") from None
        finally:
            self._archive.save()
        if not more and self._clock() - self._trimmed_at >= TRIM_EVERY_SECONDS:
            self._trimmed_at = self._clock()
            self.trim()
        return more

    def trim(self) -> None:
        """Take out of the store what is older than it has to be, up to a checkpoint, and is archived.

        The newest checkpoint and all that it does not name stay, so that the store can be verified behind it.
        """
        behind: CheckpointLine | None = None
        ended: dict[str, int] = {}
        for said in self._streams.checkpoints():
            if said.checkpoint.at >= self._clock() - self._keep_seconds or said.checkpoint.epoch >= self._epoch:
                break
            ended |= {head.writer: head.number for head in said.checkpoint.heads}
            behind = said
        if behind is not None:
            living = {head.writer for head in behind.checkpoint.heads} | self._streams.writers()
            self._streams.trim(behind, {writer: last for writer, last in ended.items() if writer not in living})

    @property
    def _epoch(self) -> int:
        return self._archive.verification.epochs.epoch

    def _archive_checkpoints(self) -> bool:
        """Some checkpoints, each behind the entries that it names."""
        known = self._epoch
        found = [*islice(self._streams.checkpoints(known), CHECKPOINTS_A_TURN)]
        if known:
            standing = found.pop(0) if found else None
            if standing is None or standing.link != self._archive.verification.epochs.head:
                went = "holds another in its place" if standing else "does not hold it any more"
                raise ArchiveError(f"checkpoint {known} is archived, and the store {went}: it went back")
        for said in found:
            for head in said.checkpoint.heads:
                if head.number > self._archive.number_of(head.writer):
                    self._archive_entries(head.writer, head.number)
            self._archive.add_checkpoint(said)
        return len(found) >= CHECKPOINTS_A_TURN - 1

    def _archive_newest(self) -> None:
        """What no checkpoint names yet."""
        for writer in sorted(self._streams.writers()):
            self._archive_entries(writer, None)

    def _archive_entries(self, writer: str, last: int | None) -> None:
        """The commits of a writer that are new, once the last one that is archived is seen to stand there still."""
        known = self._archive.number_of(writer)
        found = self._streams.entries(writer, max(known, 1), last)
        if known:
            self._compare(writer, known, next(found, None))
        commit: list[EntryLine] = []
        for said in found:
            commit.append(said)
            if said.signature:
                self._archive.add_commit(commit)
                commit.clear()
            if len(commit) > MOST_IN_A_COMMIT:
                break
        if commit:
            name = entry_id(writer, commit[0].number)
            raise ArchiveError(f"the store holds {name}, and no signature stands behind it: somebody else wrote it")

    def _compare(self, writer: str, known: int, standing: EntryLine | None) -> None:
        if standing is None or standing.number != known:
            raise ArchiveError(f"{entry_id(writer, known)} is archived, and the store does not hold it: it went back")
        if standing.link != self._archive.verification.chains[writer].head:
            name = entry_id(writer, known)
            raise ArchiveError(f"{name} is archived, and the store holds another in its place: it went back")
