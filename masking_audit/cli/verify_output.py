"""Prints the results of `audit verify`."""

import click

from masking_audit.verify.findings import MAX_FINDINGS, FindingKind, Findings
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import LogSummary
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
