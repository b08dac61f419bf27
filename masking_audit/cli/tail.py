"""`audit tail`: shows new entries of the log. Nothing is verified."""

import time
from pathlib import Path
from typing import Final

import click
import msgspec

from masking_audit.archive.tail import LogTail
from masking_audit.cli.places import opened_log
from masking_audit.format.entries import Entry
from masking_audit.format.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.cli.options import state_dir
from masking_service.masking.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable

EVERY_SECONDS: Final = 1.0


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
                _show(log_tail)
                time.sleep(EVERY_SECONDS)
        except KeyboardInterrupt:
            return


def _show(log_tail: LogTail) -> None:
    try:
        for line in log_tail.new_entries():
            click.echo(shown(line))
    except StoreUnavailable as error:
        click.echo(f"the store does not answer ({error.explained})", err=True)


def shown(line: EntryLine) -> str:
    """Format an entry for a terminal: a hyphen for empty members, and no control characters."""
    entry = msgspec.json.decode(line.entry, type=Entry)
    texts = [entry.principal, entry.action, entry.outcome, entry.purpose, entry.case, str(entry.count)]
    clean = ["".join(c if c.isprintable() else "?" for c in text) or "-" for text in texts]
    widths = (28, 14, 14, 11, 14, 0)
    return "  ".join([rfc3339(entry.at), *[text.ljust(width) for text, width in zip(clean, widths, strict=True)]])
