"""What `audit verify` found, for people: each fault in a line, and whether it is the log that was signed."""

import click

from masking_service.audit.verify.findings import MOST, Faults, Kind
from masking_service.audit.verify.store_check import Held
from masking_service.audit.verify.verifier import Summary
from masking_service.domain.timestamps import rfc3339


def say(summary: Summary, faults: Faults) -> bool:
    """Say what a log holds and what is wrong with it, and tell whether nothing is."""
    when = f", from {rfc3339(summary.first_at)} to {rfc3339(summary.last_at)}" if summary.entries else ""
    written = f"{count(summary.entries, 'entry')} of {count(summary.writers, 'writer')}"
    click.echo(f"{written} in {count(summary.commits, 'commit')}{when}")
    newest = f", the newest ({summary.newest_epoch}) of {rfc3339(summary.newest_checkpoint_at)}"
    click.echo(f"{count(summary.checkpoints, 'checkpoint')}{newest if summary.newest_checkpoint_at else ''}")
    say_faults(faults)
    if not faults:
        click.echo("The log is whole: nothing in it was edited, dropped, doubled, moved or cut off.")
        return True
    signatures = summary.commits + summary.checkpoints
    if signatures and faults.counts[Kind.FORGED] >= signatures:
        click.echo("No signature is this key's: is it the key of this log?")
    click.echo(f"{count(faults.count, 'fault')}: this is not the log that was signed, or not all of it.")
    return False


def say_faults(faults: Faults) -> None:
    """Each fault in a line."""
    for fault in faults:
        click.echo(str(fault))
    if faults.count > MOST:
        click.echo(f"… and {faults.count - MOST} more")


def say_held(held: Held) -> None:
    """A place in the store that the log does not explain, in a line."""
    said = held.finding.said
    by = f" (announced by {said.entry}, {said.action}, {rfc3339(said.at)})" if said else ""
    click.echo(f"store: {held.what} at {held.place}: {held.finding.mark}: {held.finding.text}{by}")


def count(number: int, what: str) -> str:
    """A number of things, in words."""
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}{'ies' if what.endswith('y') else 's'}"
