"""`audit verify`: is this the log that was signed, all of it, and if not, where is it not?"""

import sys
from pathlib import Path
from typing import BinaryIO, cast

import click

from masking_service.audit.faults import MOST, Faults, Kind
from masking_service.audit.verify import Start, Summary, Verification, lines_of
from masking_service.audit.verify import verify as verify_lines
from masking_service.cli.audit.places import checkpoint_in, public_key, signed_checkpoint_in, since, verifier_of
from masking_service.cli.options import state_dir
from masking_service.timestamps import rfc3339


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True), required=False)
@click.option(
    "--checkpoint",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint that was kept elsewhere, as the witness keeps it: everything that it names must be there.",
)
@since
@public_key
@state_dir
def verify(file: Path | None, checkpoint: Path | None, since: Path | None, pem: Path | None, state_dir: Path) -> None:
    """Verify the log in FILE, or on standard input, with the public key alone. Exits with 1 where it is not whole."""
    verifier = verifier_of(state_dir, pem)
    start = Start.behind(signed_checkpoint_in(since, verifier)) if since else None
    verification = Verification(verifier, start, checkpoint_in(checkpoint) if checkpoint else None)
    with click.open_file(str(file or "-"), "rb") as lines:
        summary = verify_lines(lines_of(cast(BinaryIO, lines)), verification)
    _say(summary, verification.faults)
    sys.exit(1 if verification.faults else 0)


def _say(summary: Summary, faults: Faults) -> None:
    when = f", from {rfc3339(summary.first_at)} to {rfc3339(summary.last_at)}" if summary.entries else ""
    written = f"{_count(summary.entries, 'entry')} of {_count(summary.writers, 'writer')}"
    click.echo(f"{written} in {_count(summary.commits, 'commit')}{when}")
    newest = f", the newest ({summary.newest_epoch}) of {rfc3339(summary.newest_checkpoint_at)}"
    click.echo(f"{_count(summary.checkpoints, 'checkpoint')}{newest if summary.newest_checkpoint_at else ''}")
    for fault in faults:
        click.echo(str(fault))
    if not faults:
        click.echo("The log is whole: nothing in it was edited, dropped, doubled, moved or cut off.")
        return
    if faults.count > MOST:
        click.echo(f"… and {faults.count - MOST} more")
    signatures = summary.commits + summary.checkpoints
    if signatures and faults.counts[Kind.FORGED] >= signatures:
        click.echo("No signature is this key's: is it the key of this log?")
    click.echo(f"{_count(faults.count, 'fault')}: this is not the log that was signed, or not all of it.")


def _count(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}{'ies' if what.endswith('y') else 's'}"
