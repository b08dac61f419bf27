"""`audit tail`: shows new entries of the log. Nothing is verified."""

import time
from pathlib import Path
from typing import Final

import click
import msgspec

from masking_audit.cli.places import opened_log
from masking_audit.format.entries import Entry
from masking_audit.format.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.cli.options import state_dir
from masking_service.masking.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable

EVERY_SECONDS: Final = 1.0
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
        """Return the entries since the last call, oldest first, also of writers that have ended."""
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


@click.command()
@state_dir
def tail(state_dir: Path) -> None:
    """Show entries as they come, one a line.

    When, who, what, outcome, purpose, case, count. Ctrl-C ends it.
    """
    with opened_log(state_dir) as (store, _):
        log_tail = LogTail(Streams(store))
        try:
            while True:
                try:
                    for line in log_tail.new_entries():
                        click.echo(shown(line))
                except StoreUnavailable as error:
                    click.echo(f"the store does not answer ({error.explained})", err=True)
                time.sleep(EVERY_SECONDS)
        except KeyboardInterrupt:
            return


def shown(line: EntryLine) -> str:
    """Format an entry for a terminal: a hyphen for empty members, and no control characters."""
    entry = msgspec.json.decode(line.entry, type=Entry)
    texts = [entry.principal, entry.action, entry.outcome, entry.purpose, entry.case, str(entry.count)]
    clean = ["".join(c if c.isprintable() else "?" for c in text) or "-" for text in texts]
    widths = (28, 14, 14, 11, 14, 0)
    return "  ".join([rfc3339(entry.at), *[text.ljust(width) for text, width in zip(clean, widths, strict=True)]])
