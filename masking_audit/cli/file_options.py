"""Reads keys, checkpoints and notes that the `audit` commands get as files, and declares their options."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from keys.errors import KeysetError, MissingKeyFileError
from keys.signatures import Verifier
from masking_audit.format.lines import CheckpointLine, UnreadableLineError, is_signed, read_line
from masking_audit.tiles.log_key import read_public_key
from masking_audit.tiles.notes import LOG, Note, NoteError, NoteKey
from masking_audit.tiles.tree_head import head_of
from masking_service.cli.options import FOLDER, GIVEN_FILE
from masking_service.runtime.state_files import ARCHIVE, PUBLIC_KEY

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")

public_key = click.option(
    "--public-key",
    "pem",
    type=GIVEN_FILE,
    help=f"The log's public key. If not given: {PUBLIC_KEY} in the state directory, or the keyset there.",
)
archive = click.option(
    "--archive",
    type=FOLDER,
    envvar="MASKING_AUDIT_ARCHIVE",
    help=f"The folder of the archive. If not given: {ARCHIVE} in the state directory, or else MASKING_AUDIT_URL.",
)
since = click.option(
    "--since",
    type=GIVEN_FILE,
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
    if not (folder / "keyset.json").exists():
        remedy = f"name the log's public key: --public-key {PUBLIC_KEY}"
        raise MissingKeyFileError(f"{path}: no such file. `make run` makes a development set-up; elsewhere, {remedy}")
    from masking_service.runtime.opened import open_keyring  # needs the requirements of the service
    from masking_service.runtime.set_up import settings_of

    return Verifier(open_keyring(settings_of(folder)).audit_signer.public_pem())


def verifier_in(path: Path) -> Verifier:
    """Return a verifier with the key in a PEM file. Raises KeysetError: it is not a public key of a log."""
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


def checkpoint_in(path: Path, option: str) -> CheckpointLine:
    """Read a checkpoint from the file that an option names; raises click.BadParameter if there is none."""
    try:
        checkpoint = read_line(path.read_bytes())
    except UnreadableLineError:
        checkpoint = None
    if not isinstance(checkpoint, CheckpointLine):
        raise click.BadParameter(f"{path} does not contain a checkpoint", param_hint=option)
    return checkpoint


def signed_checkpoint_in(path: Path, verifier: Verifier) -> CheckpointLine:
    """Read the checkpoint of --since from a file, and verify its signature."""
    checkpoint = checkpoint_in(path, "--since")
    if not is_signed(checkpoint, verifier):
        text = f"{path} contains a checkpoint that was not signed with this key"
        raise click.BadParameter(text, param_hint="--since")
    return checkpoint


def lines_of(path: Path, option: str) -> Iterator[str]:
    """Yield the lines of the file that an option names. Raises click.BadParameter: it is not UTF-8."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            yield from file
    except UnicodeDecodeError:
        raise click.BadParameter(f"{path} is not UTF-8: save it as UTF-8", param_hint=option) from None


def approvers_in(path: Path) -> frozenset[str]:
    """Return the fingerprints of a file: the first word of each line that is not empty and no comment.

    Raises:
        click.BadParameter: a line begins with another word, or the file is not UTF-8.
    """
    lines = [line.split() for line in lines_of(path, "--approvers") if not line.startswith("#")]
    words = [words[0].lower() for words in lines if words]
    if not all(_FINGERPRINT.fullmatch(word) for word in words):
        text = f"{path}: each line begins with a fingerprint, 64 digits of 0-9 a-f"
        raise click.BadParameter(text, param_hint="--approvers")
    return frozenset(words)
