"""`audit prove`: writes the proof that one entry is in the log."""

from pathlib import Path

import click

from masking_audit.cli.file_options import archive, note_in
from masking_audit.format.lines import UnreadableLineError
from masking_audit.format.links import place_of
from masking_audit.tiles.merkle import ProofError
from masking_audit.tiles.notes import NoteError
from masking_audit.tiles.proofs import SUFFIX
from masking_audit.tiles.prove import prove as proof_of
from masking_audit.tiles.reader import TileError
from masking_service.cli.options import FILE, GIVEN_FILE, state_dir
from masking_service.runtime.state_files import ARCHIVE


@click.command()
@click.argument("entry")
@click.option(
    "--since",
    type=GIVEN_FILE,
    help="An older checkpoint note of this log: the proof then also shows that the log has only grown since.",
)
@click.option("--output", type=FILE, help=f"The file to write. If not given: ENTRY{SUFFIX} in this folder.")
@archive
@state_dir
def prove(entry: str, since: Path | None, output: Path | None, archive: Path | None, state_dir: Path) -> None:
    """Write one entry of the log with the proof that it is there.

    ENTRY is its id, such as the `audit` of an answer. `audit verify --proof` verifies the file with public keys alone.
    """
    try:
        writer, number = place_of(entry)
    except ValueError as error:
        raise click.BadParameter(f"this {error}", param_hint="ENTRY") from None
    folder = archive or state_dir / ARCHIVE
    path = output or Path(f"{entry}{SUFFIX}")
    try:
        proof = proof_of(folder, writer, number, note_in(since) if since else None)
    except (ProofError, NoteError, TileError, UnreadableLineError) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(
            f"{folder}: no archive can be read here ({error.strerror}). Run it where the witness runs, with --archive, "
            "as a user that may read the archive"
        ) from None
    try:
        with path.open("xb") as file:
            file.write(bytes(proof))
    except FileExistsError:
        raise click.ClickException(f"{path}: exists already") from None
    except OSError as error:
        raise click.ClickException(
            f"{path}: cannot be written ({error.strerror}); name another file with --output"
        ) from None
    click.echo(f"{path}: entry {entry} is leaf {proof.index} of the {proof.size} in the checkpoint")
