"""Options of the `audit` commands: public key, archive and store."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from keys.errors import KeysetError
from keys.keyring import Keyring
from keys.messages import MessageKey
from keys.signatures import Verifier
from masking_audit.archive.segments import archived, archived_since
from masking_audit.format.lines import CheckpointLine, UnreadableLineError, is_signed, read_line
from masking_audit.tiles.log_key import read_public_key
from masking_audit.tiles.notes import LOG, Note, NoteError, NoteKey
from masking_audit.tiles.tree_head import head_of
from masking_service.audit.asking import AskedArchive
from masking_service.cli.options import settings_of
from masking_service.runtime.administration import opened_store
from masking_service.runtime.clock import clock
from masking_service.runtime.embedded_url import running_url
from masking_service.runtime.settings import Settings
from masking_service.runtime.state_files import ARCHIVE, PUBLIC_KEY
from masking_service.runtime.wiring import open_keyring
from masking_service.store.client import Store

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
    help=f"The folder of the archive. If not given: {ARCHIVE} in the state directory, or else MASKING_AUDIT_URL.",
)
since = click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A checkpoint: the log begins after it, because earlier entries are kept elsewhere or were deleted.",
)


def verifier_of(folder: Path, pem: Path | None) -> Verifier:
    """Return a verifier with the key in a file, or else that of a state directory.

    Raises:
        KeysetError: there is no such key.
    """
    path = pem or folder / PUBLIC_KEY
    if path.exists():
        return verifier_in(path)
    return Verifier(open_keyring(settings_of(folder)).audit_signer.public_pem())


def verifier_in(path: Path) -> Verifier:
    """Return a verifier with the key in a PEM file.

    Raises:
        KeysetError: it is not a public key of a log.
    """
    try:
        return Verifier(path.read_bytes())
    except KeysetError as error:
        raise KeysetError(f"{path}: {error}") from None


def note_key_in(path: Path, kind: int) -> NoteKey:
    """Read the verifier key of a log or a cosigner from a file; raises click.BadParameter if it is another."""
    try:
        key = read_public_key(path)
    except NoteError as error:
        raise click.BadParameter(str(error)) from None
    if key.kind != kind:
        raise click.BadParameter(f"{path}: is a key of {'a log' if key.kind == LOG else 'a cosigner'}")
    return key


def note_in(path: Path) -> Note:
    """Read a checkpoint note from a file; raises click.BadParameter if it is malformed."""
    try:
        note = Note.parse(path.read_bytes())
        head_of(note)
    except NoteError as error:
        raise click.BadParameter(f"{path}: {error}") from None
    return note


def checkpoint_in(path: Path) -> CheckpointLine:
    """Read a checkpoint from a file; raises click.BadParameter if there is none."""
    try:
        checkpoint = read_line(path.read_bytes())
    except UnreadableLineError:
        checkpoint = None
    if not isinstance(checkpoint, CheckpointLine):
        raise click.BadParameter(f"{path} does not contain a checkpoint")
    return checkpoint


def signed_checkpoint_in(path: Path, verifier: Verifier) -> CheckpointLine:
    """Read a checkpoint from a file, and verify its signature."""
    checkpoint = checkpoint_in(path)
    if not is_signed(checkpoint, verifier):
        raise click.BadParameter(f"{path} contains a checkpoint that was not signed with this key")
    return checkpoint


def settings_without_keys(folder: Path) -> Settings:
    """Read the settings of a process without a keyset, such as the witness."""
    url = os.environ.get("MASKING_REDIS_URL") or running_url(folder) or ""
    return Settings.read({**os.environ, "MASKING_STATE_DIR": str(folder), "MASKING_REDIS_URL": url}, development=False)


def archived_lines(folder: Path, archive: Path | None, since: int = 0) -> Callable[[], Iterator[bytes]]:
    """Return a function that yields the lines of the archive: in its folder, or else where MASKING_AUDIT_URL says.

    Args:
        folder: the state directory.
        archive: the folder of the archive, if it was given.
        since: if it is not 0, segments may be left out whose entries are all older (Unix seconds).
    """
    path = archive or folder / ARCHIVE
    settings = settings_of(folder)
    if archive is None and not path.exists() and settings.audit_url and settings.audit_key:
        asked = AskedArchive(settings.audit_url, MessageKey.read(settings.audit_key), clock)
        return partial(asked.lines, since)
    return partial(archived_since, path, since) if since else partial(archived, path)


@contextmanager
def opened_log(folder: Path) -> Iterator[tuple[Store, Keyring]]:
    """Open the store and the keys of a state directory, and check that they belong together."""
    settings = settings_of(folder)
    keyring = open_keyring(settings)
    try:
        with opened_store(settings, keyring) as store:
            yield store, keyring
    except UnreadableLineError as error:
        raise click.ClickException(f"the log in the store has a line that {error}") from None
