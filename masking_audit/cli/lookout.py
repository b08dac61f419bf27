"""`audit lookout`: lists the people whose entries look like theft. Meant to run once a day."""

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

import click

from keys.errors import KeysError
from masking_audit.archive.export import export
from masking_audit.cli.file_options import archive
from masking_audit.cli.places import archived_lines
from masking_audit.lookout.signals import all_signals
from masking_audit.lookout.use import Lookout, first_second, read_histories
from masking_audit.newest_hashes import NewestHashes
from masking_service.audit.streams import Streams
from masking_service.cli.options import state_dir
from masking_service.masking.timestamps import rfc3339
from masking_service.runtime.background import log_alert
from masking_service.runtime.clock import clock
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.store_admission import recognise
from masking_service.runtime.wiring import Parts, assemble
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.lookout.state import Shortlists, in_words
from masking_service.service.oversight.auditing import AUDIT_HASH_OF_TENANT, end
from masking_service.store.errors import StoreUnavailable, WrongStore
from masking_service.store.health import uphold
from masking_service.texts import Language


@click.command()
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="The language of the printed reasons.",
)
@archive
@state_dir
def lookout(language: Language, archive: Path | None, state_dir: Path) -> None:
    """List at most five people a day for review.

    Reads the last thirty days from archive and store, keeps the list for the desk, and raises the alert `lookout` for
    each. It freezes only people who have all signals that the policy names in `lookout.freeze`.
    """
    parts = assemble(settings_of(state_dir))
    parts.alerts.send_to(log_alert)
    parts.store.trust()
    try:
        recognise(parts.store, parts.keyring, parts.checkpoints, may_claim=False)
        uphold(parts.store)
        now = clock()
        kept = archived_lines(state_dir, archive, first_second(now))
        lines = partial(export, Streams(parts.store), parts.checkpoints.make(), kept)
        keys = {tenant: parts.keyring.tenant(tenant) for tenant in parts.tenants}
        hashes = {tenant: one.lasting_hash(AUDIT_HASH_OF_TENANT) for tenant, one in keys.items()}
        histories = read_histories(lines, hashes.values(), now, NewestHashes(keys.values()))
        for tenant, hashed in sorted(hashes.items()):
            listed = lookout_of(parts)(tenant, all_signals(histories[hashed], now), now)
            for one in listed:
                frozen = ", frozen" if one.frozen else ""
                click.echo(f"{rfc3339(one.at)}  {tenant}  {one.id}  {one.total}{frozen}")
                for reason in one.reasons:
                    click.echo(f"  {in_words(reason, language)}")
            if not listed:
                click.echo(f"{rfc3339(now)}  {tenant}  no one to list")
        with suppress(StoreUnavailable, KeysError, WrongStore):  # then it looks as if the command had been killed
            end(parts.log, parts.checkpoints)
    finally:
        parts.alerts.close()
        parts.store.close()


def lookout_of(parts: Parts) -> Lookout:
    """Return the lookout under the policy in force."""
    acting = parts.acting
    return Lookout(
        policy=acting.policy,
        freezes=parts.freezes,
        shortlists=Shortlists(parts.store, parts.keyring, os.urandom),
        freezing=acting.of(FreezeByPolicy),
        recorder=acting.recorder,
        alerts=parts.alerts,
    )
