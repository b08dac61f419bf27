"""What is new in the log, across all writers, for those who look at it and keep nothing."""

from typing import Final

from masking_service.audit.lines import EntryLine
from masking_service.audit.streams import Streams

HISTORY: Final = 10
"""Entries of each writer that count as new at the first look."""


class Watch:
    """One look after another.

    Args:
        streams: the log in the store.

    Raises:
        StoreUnavailable, Unreadable: the store did not answer, or holds what is no log.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        newest = streams.newest_checkpoint()
        self._epoch = newest.checkpoint.epoch if newest else 0
        named = {head.writer for head in newest.checkpoint.heads} if newest else set()
        self._seen = {writer: max(0, streams.newest_number(writer) - HISTORY) for writer in named | streams.writers()}

    def news(self) -> list[EntryLine]:
        """The entries since the last look, oldest first. Those of a writer that came and went meanwhile are among them.

        Raises:
            StoreUnavailable, Unreadable: as above.
        """
        living = self._streams.writers()
        ended = self._seen.keys() - living  # their last checkpoint is one of those that are read now, at the latest
        writers = living | self._seen.keys()
        for said in self._streams.checkpoints(self._epoch + 1):
            writers |= {head.writer for head in said.checkpoint.heads}
            self._epoch = said.checkpoint.epoch
        found: list[EntryLine] = []
        for writer in sorted(writers):
            for entry in self._streams.entries(writer, self._seen.setdefault(writer, 0) + 1):
                found.append(entry)
                self._seen[writer] = entry.number
        for writer in ended:
            del self._seen[writer]
        return sorted(found, key=lambda entry: entry.at)
