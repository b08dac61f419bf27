"""Returns new entries of all writers, for display."""

from typing import Final

from masking_audit.format.lines import EntryLine
from masking_service.audit.streams import Streams

HISTORY: Final = 10
"""Entries of each writer that are returned at the first call."""


class LogTail:
    """Reads the entries added since the last call.

    Raises:
        StoreUnavailable, UnreadableLineError: the store did not answer, or its log is invalid.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        newest = streams.newest_checkpoint()
        self._epoch = newest.checkpoint.epoch if newest else 0
        named = {head.writer for head in newest.checkpoint.heads} if newest else set()
        self._seen = {writer: max(0, streams.newest_number(writer) - HISTORY) for writer in named | streams.writers()}

    def new_entries(self) -> list[EntryLine]:
        """Return the entries since the last call, oldest first, also of writers that have ended.

        Raises:
            StoreUnavailable, UnreadableLineError: as above.
        """
        active = self._streams.writers()
        ended = self._seen.keys() - active  # one of the checkpoints read now is the last that names them
        writers = active | self._seen.keys()
        for checkpoint in (line.checkpoint for line in self._streams.checkpoints(self._epoch + 1)):
            writers |= {head.writer for head in checkpoint.heads}
            self._epoch = checkpoint.epoch
        found: list[EntryLine] = []
        for writer in sorted(writers):
            for entry in self._streams.entries(writer, self._seen.setdefault(writer, 0) + 1):
                found.append(entry)
                self._seen[writer] = entry.number
        for writer in ended:
            del self._seen[writer]
        return sorted(found, key=lambda entry: entry.at)
