"""`audit verify` for packs: their signed files, and single commits as evidence."""

from collections.abc import Iterable
from pathlib import Path

import click

from keys.signatures import Verifier
from masking_audit.cli.verify_output import count
from masking_audit.packs.evidence import verify_excerpt
from masking_audit.packs.manifest import EVIDENCE, ManifestError, changed_files, read_manifest
from masking_audit.verify.verifier import read_lines
from masking_service.masking.timestamps import rfc3339


def say_pack(folder: Path, verifier: Verifier) -> bool:
    """Verify a folder of `audit incident` or `audit report`, print the result, and return whether it is sound."""
    try:
        manifest = read_manifest(folder, verifier)
    except ManifestError as error:
        click.echo(f"{folder}: {error}")
        return False
    changed = changed_files(folder, manifest)
    for name in changed:
        click.echo(f"{folder / name}: is missing, or not as it was signed")
    extra = sorted({path.name for path in folder.iterdir()} - {*manifest.files, "manifest.json"})
    for name in extra:
        click.echo(f"{folder / name}: is not a file of this pack")
    log = f"{count(manifest.entries, 'entry')} with {count(manifest.faults, 'fault')}"
    click.echo(f"{manifest.pack} of {rfc3339(manifest.begin)} to {rfc3339(manifest.end)}")
    click.echo(f"made {rfc3339(manifest.made_at)} from {log}, up to checkpoint {manifest.checkpoint}")
    sound = not changed and not extra
    if EVIDENCE in manifest.files and EVIDENCE not in changed:
        with (folder / EVIDENCE).open("rb") as file:
            sound = say_evidence(read_lines(file), verifier) and sound
    click.echo("All files are as they were signed." if sound else "This is not the pack that was signed.")
    return sound


def say_evidence(lines: Iterable[bytes], verifier: Verifier) -> bool:
    """Verify an excerpt, print the result, and return whether it is sound."""
    proved, wrong = verify_excerpt(lines, verifier)
    for line in wrong:
        click.echo(f"line {line}: is not as it was signed, or not signed with this key")
    click.echo(f"{count(proved, 'entry')} proved to be written by the service.")
    return not wrong
