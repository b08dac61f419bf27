"""`audit accept-store`: goes on with a store that went back, because somebody restored it and says so."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from masking_service.access.policy import Policy
from masking_service.access.registry import ClientRegistry
from masking_service.audit.archive.segments import ArchiveError, Segments
from masking_service.audit.checkpoints import Checkpoints
from masking_service.cli.audit.places import ARCHIVE, archive
from masking_service.cli.options import opened_store, settings_of, state_dir
from masking_service.runtime.clock import clock
from masking_service.runtime.store_admission import accept_store as accept
from masking_service.runtime.wiring import open_keyring


@click.command("accept-store")
@archive
@state_dir
def accept_store(archive: Path | None, state_dir: Path) -> None:
    """Go on with a store that was restored from a backup. What was done since that backup was made is lost.

    The log says so, and from now on it is another log: an archive in the state directory is put aside.
    """
    settings = settings_of(state_dir)
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    with opened_store(settings, None) as store:
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        before = checkpoints.remembered
        registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
        registry.load_snapshot()
        with _put_aside(archive or state_dir / ARCHIVE, before.checkpoint.epoch if before else 0):
            newest = accept(store, keyring, checkpoints, registry, policy.digest)
            click.echo(f"The store is accepted as it stands, and checkpoint {newest.checkpoint.epoch} says so.")
    click.echo("Start the service's processes anew.")


@contextmanager
def _put_aside(folder: Path, epoch: int) -> Iterator[None]:
    """Give an archive of the log as it was another name afterwards, while nobody adds to it."""
    if not folder.exists():
        yield
        return
    try:
        held = Segments(folder)
    except ArchiveError as fault:
        raise click.ClickException(f"{fault}; end it first") from None
    try:
        yield
        aside = folder.with_name(f"{folder.name}-until-{epoch}")
        folder.rename(aside)
    finally:
        held.close()
    click.echo(f"What follows is another log. The archive of the one before is kept: {aside}")
