"""`audit accept-store`: goes on with a store that went back, because somebody restored it and says so."""

from pathlib import Path

import click

from masking_service.access.policy import Policy
from masking_service.assembly import open_keyring, open_store
from masking_service.audit.checkpoints import Checkpoints
from masking_service.audit.segments import Segments
from masking_service.cli.audit.places import ARCHIVE, archive
from masking_service.cli.options import settings_of, state_dir
from masking_service.recognition import accept_store as accept
from masking_service.timestamps import clock


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
    store = open_store(settings)
    store.admit()
    try:
        checkpoints = Checkpoints(store, keyring.audit_signer, settings.state_dir, clock)
        before = checkpoints.remembered
        newest = accept(store, keyring, checkpoints, policy.digest)
    finally:
        store.close()
    click.echo(f"The store is accepted as it stands, and checkpoint {newest.checkpoint.epoch} says so.")
    _put_aside(archive or state_dir / ARCHIVE, before.checkpoint.epoch if before else 0)
    click.echo("Start the service's processes anew.")


def _put_aside(folder: Path, epoch: int) -> None:
    """Give an archive of the log as it was another name, once nobody adds to it."""
    if not folder.exists():
        return
    Segments(folder).close()
    aside = folder.with_name(f"{folder.name}-until-{epoch}")
    folder.rename(aside)
    click.echo(f"What follows is another log. The archive of the one before is kept: {aside}")
