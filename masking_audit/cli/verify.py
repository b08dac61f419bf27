"""`audit verify`: verifies a log, and reports where it differs from what was signed."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import click
from click.core import ParameterSource

from keys.signatures import Verifier
from masking_audit.cli.file_options import (
    approvers_in,
    archive,
    checkpoint_in,
    public_key,
    signed_checkpoint_in,
    since,
    verifier_of,
)
from masking_audit.cli.verify_output import say, say_evidence, say_log, say_pack, say_proof, say_signatures
from masking_audit.packs.evidence import is_evidence
from masking_audit.tiles.log import CHECKPOINT, FOLDER
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import StartingPoint, Verification, read_lines
from masking_audit.verify.verifier import verify as verify_lines
from masking_service.cli.options import GIVEN_FILE, state_dir


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, allow_dash=True), required=False)
@click.option(
    "--checkpoint",
    type=GIVEN_FILE,
    help="A checkpoint that was kept elsewhere, for example by the witness: everything that it names must be there. "
    "With --proof, a checkpoint note.",
)
@click.option("--proof", type=GIVEN_FILE, help="A file of `audit prove`: verify that its entry is in the log.")
@click.option(
    "--key",
    "keys",
    multiple=True,
    type=GIVEN_FILE,
    help="With --proof or an archive: the public key of the log (log.vkey). Repeat it for those of "
    "cosigners, and of the service (audit-public.pem).",
)
@click.option("--signatures", is_flag=True, help="Also verify the signatures of people over what they did.")
@click.option(
    "--approvers",
    type=GIVEN_FILE,
    help="The fingerprints that `people keys approve` printed, one a line: every approval of a key has to lead to one.",
)
@since
@click.option("--store", "with_store", is_flag=True, help="Also compare the content of the store with the log.")
@archive
@public_key
@state_dir
def verify(**options: Any) -> None:
    """Verify a log with the public key alone.

    It is read from FILE or standard input. Without either, or with --store and without FILE, it is read from archive
    and store; the store needs the keyset. FILE may also be a folder of `audit incident` or `audit report`, or the
    evidence in one, an archive, or the folder `log` of one. Exits with 1 if the log is not whole,
    or what was given is not as it was signed.
    """
    asked = _Asked(**options)
    sound = _verified_part(asked)
    if sound is None:
        sound = _verified_log(asked)
    sys.exit(0 if sound else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The options of the command; `pem` is the file of the public key."""

    file: Path | None
    checkpoint: Path | None
    proof: Path | None
    keys: Sequence[Path]
    signatures: bool
    approvers: Path | None
    since: Path | None
    with_store: bool
    archive: Path | None
    pem: Path | None
    state_dir: Path

    @property
    def fingerprints(self) -> frozenset[str] | None:
        """The fingerprints of known approvers; None where none are given."""
        return approvers_in(self.approvers) if self.approvers else None


def _verified_part(asked: _Asked) -> bool | None:
    """Verify a proof, an archive, a pack or the evidence in one; return None where a whole log is given."""
    file = asked.file
    if asked.proof:
        _take_only("a proof", "proof", "keys", "checkpoint", "signatures", "approvers")
        return say_proof(asked.proof, asked.keys, asked.checkpoint, asked.fingerprints)
    if file and any((folder / CHECKPOINT).is_file() for folder in (file, file / FOLDER)):
        _take_only("an archive", "file", "keys")
        return say_log(file, asked.keys)
    if not file or not (file.is_dir() or _is_excerpt(file)):
        return None
    keys = verifier_of(asked.state_dir, asked.pem).public_keys
    newest = Verifier.from_bytes(keys[0])  # an older key may be in other hands
    if file.is_dir():
        _take_only("a folder of files", "file", "pem", "signatures")
        return say_pack(file, newest)
    _take_only("the evidence of a pack", "file", "pem", "signatures")
    with file.open("rb") as opened:
        return say_evidence(read_lines(opened), newest)


def _verified_log(asked: _Asked) -> bool:
    """Verify a whole log, and the store if asked to."""
    verifier = verifier_of(asked.state_dir, asked.pem)
    if asked.keys:
        raise click.UsageError("--key is for a proof or an archive; the key of a whole log is its --public-key")
    start = StartingPoint.after(signed_checkpoint_in(asked.since, verifier), verifier) if asked.since else None
    checkpoint = checkpoint_in(asked.checkpoint, "--checkpoint") if asked.checkpoint else None
    verification = Verification(verifier, start, checkpoint)
    fingerprints = asked.fingerprints
    if asked.signatures or fingerprints is not None:
        verification.signatures = PersonSignatures(verification.findings, fingerprints)
    given = None if asked.file or asked.with_store else _given()
    if not asked.with_store and (asked.file or given):
        with _opened(asked.file, given) as opened:
            sound = say(verify_lines(opened, verification), verification.findings)
    else:
        # These need the requirements of the service, and what was verified before does not.
        from masking_audit.cli.export import exported
        from masking_audit.cli.places import opened_log
        from masking_audit.cli.verify_store import verify_with_store

        with opened_log(asked.state_dir) as (store, keyring):
            exporting = nullcontext(exported(store, keyring, asked.state_dir, asked.archive))
            with _opened(asked.file) if asked.file else exporting as opened:
                if asked.with_store:
                    sound = verify_with_store(store, opened, verification, verifier, begins=start is None)
                else:
                    sound = say(verify_lines(opened, verification), verification.findings)
    if verification.signatures is not None:
        say_signatures(verification.signatures)
    return sound


def _take_only(what: str, *used: str) -> None:
    """Refuse options that were given and that say nothing about what is verified, so that none is passed over."""
    context = click.get_current_context()
    unused = [
        "FILE" if isinstance(one, click.Argument) else one.opts[0]
        for one in context.command.params
        if one.name
        and one.name not in (*used, "state_dir")
        and context.get_parameter_source(one.name) is ParameterSource.COMMANDLINE
    ]
    if unused:
        raise click.UsageError(f"{what} is verified without {', '.join(unused)}")


def _is_excerpt(file: Path) -> bool:
    """Return whether a file begins with a commit of an excerpt."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return is_evidence(next(read_lines(opened), b""))


def _given() -> BinaryIO | None:
    """Return standard input if something is piped into it, else None."""
    if sys.stdin is None or sys.stdin.isatty():
        return None
    ahead = io.BufferedReader(cast(io.RawIOBase, sys.stdin.buffer))
    return ahead if ahead.peek(1) else None


@contextmanager
def _opened(file: Path | None, given: BinaryIO | None = None) -> Iterator[Iterator[bytes]]:
    with click.open_file(str(file), "rb") if given is None else nullcontext(given) as opened:
        yield read_lines(cast(BinaryIO, opened))
