"""`audit export`: writes the whole log as lines of JSON, with a new checkpoint at the end."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from keys.keyring import Keyring
from masking_audit.archive.export import export as lines_of_log
from masking_audit.cli.file_options import archive
from masking_audit.cli.places import archived_lines, opened_log
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.streams import Streams
from masking_service.cli.options import state_dir
from masking_service.runtime.clock import clock
from masking_service.store.client import Store


@click.command()
@archive
@state_dir
def export(archive: Path | None, state_dir: Path) -> None:
    """Write the whole log to standard output as NDJSON.

    One JSON object a line; `audit verify` verifies it.
    """
    out = sys.stdout.buffer
    with opened_log(state_dir) as (store, keyring):
        for line in exported(store, keyring, state_dir, archive):
            out.write(line)
    out.flush()


def exported(store: Store, keyring: Keyring, folder: Path, archive: Path | None) -> Iterator[bytes]:
    """Yield the lines of an export.

    Raises:
        StoreUnavailable, RolledBackError, IntegrityError, UnreadableLineError: the store cannot be exported.
    """
    newest = Checkpoints(store, keyring.audit_signer, folder, clock).make()
    yield from lines_of_log(Streams(store), newest, archived_lines(folder, archive))
