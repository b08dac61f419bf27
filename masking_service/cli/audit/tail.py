"""`audit tail`: the log for a person's eye, as it grows. It shows what the store says, and verifies nothing."""

import time
from pathlib import Path
from typing import Final

import click
import msgspec

from masking_service.audit.archive.tail import Watch
from masking_service.audit.entries import Entry
from masking_service.audit.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.cli.audit.places import opened_log
from masking_service.cli.options import state_dir
from masking_service.domain.timestamps import rfc3339
from masking_service.store.errors import StoreUnavailable

EVERY_SECONDS: Final = 1.0


@click.command()
@state_dir
def tail(state_dir: Path) -> None:
    """Show entries as they come, one a line.

    When, who, what, outcome, purpose, case, count. Ctrl-C ends it.
    """
    with opened_log(state_dir) as (store, _):
        watch = Watch(Streams(store))
        try:
            while True:
                _show(watch)
                time.sleep(EVERY_SECONDS)
        except KeyboardInterrupt:
            return


def _show(watch: Watch) -> None:
    try:
        for said in watch.news():
            click.echo(shown(said))
    except StoreUnavailable as fault:
        click.echo(f"the store does not answer ({fault})", err=True)


def shown(said: EntryLine) -> str:
    """An entry in one line. What it does not say is a hyphen, and what would steer a terminal a question mark."""
    entry = msgspec.json.decode(said.entry, type=Entry)
    texts = [entry.principal, entry.action, entry.outcome, entry.purpose, entry.case, str(entry.count)]
    clean = ["".join(c if c.isprintable() else "?" for c in text) or "-" for text in texts]
    widths = (28, 14, 14, 11, 14, 0)
    return "  ".join([rfc3339(entry.at), *[text.ljust(width) for text, width in zip(clean, widths, strict=True)]])
