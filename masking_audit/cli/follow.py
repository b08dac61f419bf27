"""`audit follow`: runs the witness. It needs the store and the public key only."""

import signal
import sys
import threading
from pathlib import Path
from typing import Final

import click

from masking_audit.archive.archive import BEGINNING, Archive
from masking_audit.archive.follower import Follower
from masking_audit.archive.segments import ArchiveBusyError, ArchiveError
from masking_audit.cli.file_options import archive, note_key_in, public_key, signed_checkpoint_in, since, verifier_of
from masking_audit.cli.places import settings_without_keys
from masking_audit.tiles.cosigning import Cosigning, CosigningError
from masking_audit.tiles.notes import COSIGNER
from masking_audit.verify.verifier import StartingPoint
from masking_service.audit.streams import Streams
from masking_service.cli.options import GIVEN_FILE, state_dir
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.state_files import ARCHIVE
from masking_service.store.errors import StoreUnavailable

EVERY_SECONDS: Final = 1.0
KEEP_HOURS: Final = 2
MAX_HOURS: Final = 3660 * 24


@click.command()
@archive
@click.option(
    "--keep-hours",
    default=KEEP_HOURS,
    show_default=True,
    type=click.IntRange(1, MAX_HOURS),
    help="How long archived entries stay in the store.",
)
@since
@click.option(
    "--origin",
    default="",
    help="The name of the log in checkpoint notes, for a new archive: the address under which its tiles are published, "
    "without scheme. If not given, it is made from the log's key.",
)
@click.option("--cosigner", metavar="URL", help="Where a witness (C2SP tlog-witness) cosigns the checkpoint notes.")
@click.option("--cosigner-key", type=GIVEN_FILE, help="The verifier key of that witness.")
@public_key
@state_dir
def follow(
    archive: Path | None,
    keep_hours: int,
    since: Path | None,
    origin: str,
    cosigner: str | None,
    cosigner_key: Path | None,
    pem: Path | None,
    state_dir: Path,
) -> None:
    """Archive the log as it grows, until SIGTERM or Ctrl-C. Exits with 1 if the store contradicts the archive.

    The archive is also a transparency log: `log/checkpoint` and `log/tile` in it are C2SP tlog-tiles.
    """
    if bool(cosigner) != bool(cosigner_key):
        raise click.UsageError("--cosigner and --cosigner-key belong together")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    verifier = verifier_of(state_dir, pem)
    start = StartingPoint.after(signed_checkpoint_in(since, verifier), verifier) if since else BEGINNING
    try:
        with (
            opened_store(settings_without_keys(state_dir), None) as store,
            Archive(archive or state_dir / ARCHIVE, verifier, start, origin=origin) as kept,
        ):
            if kept.truncated_bytes:
                click.echo(f"removed {kept.truncated_bytes} bytes of an incomplete line or commit", err=True)
            cosigning = _cosigning(kept, cosigner, cosigner_key) if cosigner and cosigner_key else None
            cosigned = (lambda: cosigning.size) if cosigning else None
            _run(Follower(Streams(store), kept, clock, keep_hours, cosigned), cosigning, stopped)
    except ArchiveBusyError as error:
        raise click.ClickException(f"{error}; stop it first") from None
    except ArchiveError as error:
        click.echo(f"THE AUDIT LOG CONTRADICTS ITS ARCHIVE, or the archive is damaged. {error}", err=True)
        click.echo("The archive was not changed, and archiving has stopped.", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"the archive cannot be written, and archiving has stopped: {error}", err=True)
        sys.exit(1)


def _cosigning(kept: Archive, url: str, key: Path) -> Cosigning:
    try:
        return Cosigning(kept.log, url, note_key_in(key, COSIGNER), clock)
    except ValueError as error:
        raise click.BadParameter(f"--cosigner {error}") from None


def _run(follower: Follower, cosigning: Cosigning | None, stopped: threading.Event) -> None:
    """Archive repeatedly, and a last time after the stop signal."""
    answers = True
    while True:
        last = stopped.is_set()
        more = False
        try:
            more = follower.archive_new()
            answers = True
        except StoreUnavailable as error:
            if answers:
                click.echo(
                    f"the store does not answer ({error.explained}); nothing is archived until it does", err=True
                )
            answers = False
        if cosigning and not more:
            try:
                cosigning.refresh()
            except CosigningError as error:
                click.echo(f"the checkpoint note is not cosigned: {error}", err=True)
        if last:
            return
        if not more:
            stopped.wait(EVERY_SECONDS)
