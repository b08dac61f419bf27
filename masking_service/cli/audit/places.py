"""Where the log's public key, its archive and its store are, for every command of `audit`."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from keys.errors import KeysetError
from keys.files import write_secret_file
from keys.keyring import Keyring
from keys.signatures import Verifier
from masking_service.audit.lines import CheckpointLine, Unreadable, read_line
from masking_service.audit.verify.epochs import is_signed
from masking_service.cli.options import opened_store, settings_of
from masking_service.dev.embedded import running_url
from masking_service.runtime.settings import Settings
from masking_service.runtime.wiring import open_keyring
from masking_service.store.client import Store

PUBLIC_KEY: Final = "audit-public.pem"
ARCHIVE: Final = "audit-archive"
READABLE_BY_ALL: Final = 0o644

Command = Callable[..., Any]

public_key = click.option(
    "--public-key",
    "pem",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=f"The log's public key. If not given: {PUBLIC_KEY} in the state directory, or the keyset there.",
)
archive = click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="MASKING_AUDIT_ARCHIVE",
    help=f"Where the archive is. If not given: {ARCHIVE} in the state directory.",
)
since = click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint: the log begins behind it, because what was before is kept elsewhere or its time is over.",
)


def write_public_key(folder: Path, keyring: Keyring) -> None:
    """Write the public key of the log into a state directory, for whoever verifies."""
    path = folder / PUBLIC_KEY
    pem = keyring.audit_signer.public_pem()
    if not path.exists() or path.read_bytes() != pem:
        write_secret_file(path, pem, replace=True)
        path.chmod(READABLE_BY_ALL)


def verifier_of(folder: Path, pem: Path | None) -> Verifier:
    """Verifies the log with the key in a file; else with that of a state directory.

    Raises:
        KeysetError: there is no such key.
    """
    path = pem or folder / PUBLIC_KEY
    if path.exists():
        try:
            return Verifier(path.read_bytes())
        except KeysetError as fault:
            raise KeysetError(f"{path}: {fault}") from None
    return Verifier(open_keyring(settings_of(folder)).audit_signer.public_pem())


def checkpoint_in(path: Path) -> CheckpointLine:
    """The checkpoint in a file. Raises click.BadParameter where it holds none."""
    try:
        said = read_line(path.read_bytes())
    except Unreadable:
        said = None
    if not isinstance(said, CheckpointLine):
        raise click.BadParameter(f"{path} holds no checkpoint")
    return said


def signed_checkpoint_in(path: Path, verifier: Verifier) -> CheckpointLine:
    """As `checkpoint_in`, of one that the key has signed."""
    said = checkpoint_in(path)
    if not is_signed(said, verifier):
        raise click.BadParameter(f"{path} holds a checkpoint that this key has not signed")
    return said


def settings_without_keys(folder: Path) -> Settings:
    """The settings of a process that has no keyset: the follower reads the log, and signs and opens nothing."""
    url = os.environ.get("MASKING_REDIS_URL") or running_url(folder) or ""
    return Settings.read({**os.environ, "MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url})


@contextmanager
def opened_log(folder: Path) -> Iterator[tuple[Store, Keyring]]:
    """The store and the keys of a state directory, once it is seen whose store it is."""
    settings = settings_of(folder)
    keyring = open_keyring(settings)
    try:
        with opened_store(settings, keyring) as store:
            yield store, keyring
    except Unreadable as fault:
        raise click.ClickException(f"the store holds something in the log that {fault}") from None
