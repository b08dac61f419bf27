"""`audit verify --store`: the log, and the store held against it."""

from collections.abc import Iterable
from contextlib import suppress

import click
import msgspec

from keys.signatures import Verifier
from masking_service.audit.lines import EntryLine
from masking_service.audit.streams import Streams
from masking_service.audit.verify.facts import Facts
from masking_service.audit.verify.findings import MOST
from masking_service.audit.verify.store_check import beyond, hold, is_older
from masking_service.audit.verify.verifier import Verification
from masking_service.cli.audit.saying import count, say, say_faults, say_held
from masking_service.runtime.clock import clock
from masking_service.store.client import Store


def hold_against(
    store: Store, lines: Iterable[bytes], verification: Verification, verifier: Verifier, *, begins: bool
) -> bool:
    """Verify `lines`, hold the store against them and what its own log has beyond, and tell whether all is sound.

    Args:
        begins: whether the log has its beginning, so that it has to speak of everything in the store.
    """
    facts = Facts()
    for line in lines:
        said = verification.take(line)
        if isinstance(said, EntryLine):
            with suppress(msgspec.ValidationError):  # then it was edited, and that is a fault already
                facts.take(said)
    sound = say(verification.end(), verification.faults)
    rest = Verification(verifier, verification.point({}))

    def learn() -> None:
        for entry in beyond(Streams(store), rest):
            with suppress(msgspec.ValidationError):
                facts.take(entry)

    learn()
    older = found = 0
    for held in hold(store, facts, learn, clock):
        if is_older(held) and not begins:
            older += 1
            continue
        found += 1
        if found <= MOST:
            say_held(held)
    say_faults(rest.faults)
    if older:
        click.echo(f"{count(older, 'place')} in the store: nothing in this log speaks of them, which begins later.")
    if found or rest.faults:
        click.echo(f"{count(found + rest.faults.count, 'fault')} in the store: it is not as the log says.")
        return False
    click.echo("The store is as the log says: nothing was deleted, brought back, or written past the log.")
    return sound
