"""`audit verify --store`: verifies the log, and compares the store with it."""

from collections.abc import Iterable
from contextlib import suppress

import click
import msgspec

from keys.signatures import Verifier
from masking_audit.cli.verify_output import count, say, say_findings
from masking_audit.format.lines import EntryLine
from masking_audit.verify.findings import MAX_FINDINGS
from masking_audit.verify.store_check import Facts, StoreMismatch, check_store, is_not_in_log, read_new_entries
from masking_audit.verify.verifier import Verification
from masking_service.audit.streams import Streams
from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.clock import clock
from masking_service.store.client import Store


def verify_with_store(
    store: Store, lines: Iterable[bytes], verification: Verification, verifier: Verifier, *, begins: bool
) -> bool:
    """Verify `lines` and the newer entries of the store, compare the store, and return whether all is right.

    Args:
        begins: whether the log has its beginning, so that it must explain everything in the store.
    """
    facts = Facts()
    for line in lines:
        said = verification.add(line)
        if isinstance(said, EntryLine):
            with suppress(msgspec.ValidationError):  # it was edited, which is reported already
                facts.add(said)
    sound = say(verification.end(), verification.findings)
    rest = Verification(verifier, verification.resume_point({}))

    def learn() -> None:
        for entry in read_new_entries(Streams(store), rest):
            with suppress(msgspec.ValidationError):
                facts.add(entry)

    learn()
    older = found = 0
    for held in check_store(store, facts, learn, clock):
        if is_not_in_log(held) and not begins:
            older += 1
            continue
        found += 1
        if found <= MAX_FINDINGS:
            say_mismatch(held)
    say_findings(rest.findings)
    if older:
        click.echo(f"{count(older, 'place')} in the store: this log, which begins later, does not mention them.")
    if found or rest.findings:
        click.echo(f"{count(found + rest.findings.count, 'fault')} in the store: it does not match the log.")
        return False
    click.echo("The store matches the log: nothing was deleted, replayed, or written without an entry.")
    return sound


def say_mismatch(found: StoreMismatch) -> None:
    """Print a place in the store that the log does not explain."""
    announced = found.mismatch.announcement
    by = f" (announced by {announced.entry}, {announced.action}, {rfc3339(announced.at)})" if announced else ""
    click.echo(f"store: {found.what} at {found.place}: {found.mismatch.kind}: {found.mismatch.text}{by}")
