"""`audit accept-store`: accepts a store that the operator restored from a backup."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from masking_audit.archive.segments import ArchiveError, Segments
from masking_audit.cli.file_options import archive
from masking_service.audit.checkpoints import Checkpoints
from masking_service.cli.options import state_dir
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.opened import open_keyring
from masking_service.runtime.set_up import settings_of
from masking_service.runtime.state_files import ARCHIVE
from masking_service.runtime.store_admission import LastSeen
from masking_service.runtime.store_admission import accept_store as accept
from masking_service.service.freezes.state import Freezes, FreezeSnapshots
from masking_service.service.people.clients import ClientRegistry
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import DEFAULT_TENANT


@click.command("accept-store")
@archive
@state_dir
def accept_store(archive: Path | None, state_dir: Path) -> None:
    """Accept a store that was restored from a backup. Everything since that backup is lost.

    The log records this, and a new log begins: an archive in the state directory is renamed.
    """
    settings = settings_of(state_dir)
    keyring = open_keyring(settings)
    policy = Policy.load(settings.policy, development=settings.development)
    with opened_store(settings, None) as store:
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        before = checkpoints.newest_seen
        registry = ClientRegistry(store, keyring, settings.state_dir, os.urandom)
        registry.load_snapshot()
        freezes = FreezeSnapshots(Freezes(store, keyring, os.urandom), keyring, settings.state_dir)
        tenants = {DEFAULT_TENANT, *policy.tenants, *(client.tenant for client in registry.clients)}
        last_seen = LastSeen(registry, freezes, tenants)
        with _put_aside(archive or state_dir / ARCHIVE, before.checkpoint.epoch if before else 0):
            newest = accept(store, keyring, checkpoints, last_seen, policy.digest)
            click.echo(f"The store is accepted, and checkpoint {newest.checkpoint.epoch} records it.")
    click.echo("Restart the service's processes.")


@contextmanager
def _put_aside(folder: Path, epoch: int) -> Iterator[None]:
    """Rename the archive of the old log afterwards; it is locked until then."""
    if not folder.exists():
        yield
        return
    try:
        held = Segments(folder)
    except ArchiveError as error:
        raise click.ClickException(f"{error}; stop it first") from None
    try:
        yield
        aside = folder.with_name(f"{folder.name}-until-{epoch}")
        folder.rename(aside)
    finally:
        held.close()
    click.echo(f"A new log begins. The archive of the old one is kept: {aside}")
