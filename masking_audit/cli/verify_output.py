"""Prints the results of `audit verify`."""

from collections.abc import Iterable
from pathlib import Path

import click

from keys.signatures import Verifier
from masking_audit.packs.evidence import verify_excerpt
from masking_audit.packs.manifest import EVIDENCE, ManifestError, changed_files, read_manifest
from masking_audit.verify.findings import MAX_FINDINGS, FindingKind, Findings
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import LogSummary, read_lines
from masking_service.masking.timestamps import rfc3339


def say(summary: LogSummary, findings: Findings) -> bool:
    """Print the summary and the findings; return whether there are none."""
    when = f", from {rfc3339(summary.first_at)} to {rfc3339(summary.last_at)}" if summary.entries else ""
    written = f"{count(summary.entries, 'entry')} of {count(summary.writers, 'writer')}"
    click.echo(f"{written} in {count(summary.commits, 'commit')}{when}")
    newest = f", the newest ({summary.newest_epoch}) of {rfc3339(summary.newest_checkpoint_at)}"
    click.echo(f"{count(summary.checkpoints, 'checkpoint')}{newest if summary.newest_checkpoint_at else ''}")
    if summary.learned_key:
        click.echo(f"Its key turned over, and {summary.learned_key.hex()} signs now: get the new audit-public.pem.")
    say_findings(findings)
    if not findings:
        click.echo("The log is whole: nothing in it was edited, dropped, duplicated, moved or cut off.")
        return True
    signatures = summary.commits + summary.checkpoints
    if signatures and findings.counts[FindingKind.FORGED] >= signatures:
        click.echo("No signature was made with this key. Is it the key of this log?")
    click.echo(f"{count(findings.count, 'fault')}: this is not the log that was signed, or not all of it.")
    return False


def say_signatures(signatures: PersonSignatures) -> None:
    """Print how many acts people signed, and to whose approval their keys lead."""
    total = signatures.signed.total()
    named = ", ".join(f"{action} {number}" for action, number in sorted(signatures.signed.items()))
    click.echo(f"{count(total, 'signature')} of people verified{f': {named}' if named else ''}")
    for root, number in signatures.roots.most_common():
        click.echo(f"{number} of them by keys that {root} approved or is; it was approved on a command line")
    for action in sorted(signatures.signed):
        if signatures.unsigned[action]:
            click.echo(f"{action}: {signatures.unsigned[action]} were done without a signature")


def say_findings(findings: Findings) -> None:
    """Print each finding on a line."""
    for finding in findings:
        click.echo(str(finding))
    if findings.count > MAX_FINDINGS:
        click.echo(f"… and {findings.count - MAX_FINDINGS} more")


def count(number: int, what: str) -> str:
    """Return a count with its noun."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}{'ies' if what.endswith('y') else 's'}"


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
