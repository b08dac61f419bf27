"""Verifies what `audit verify` is given beside a whole log, and prints all of its results."""

from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import click

from keys.signatures import Verifier
from masking_audit.archive.segments import archived
from masking_audit.cli.file_options import note_in, verifier_in
from masking_audit.format.lines import EntryLine, entry_lines
from masking_audit.format.links import FIRST_LINK, entry_id, is_link, leaf_of
from masking_audit.packs.evidence import verify_excerpt
from masking_audit.packs.manifest import EVIDENCE, ManifestError, changed_files, read_manifest
from masking_audit.tiles.check import damage, first_difference
from masking_audit.tiles.log import CHECKPOINT, FOLDER, read_checkpoint
from masking_audit.tiles.log_key import read_public_key
from masking_audit.tiles.merkle import EMPTY_ROOT, ProofError
from masking_audit.tiles.notes import COSIGNER, LOG, NoteError, NoteKey
from masking_audit.tiles.proofs import Keys, Proof, Proved, verify_proof
from masking_audit.tiles.tree_head import TreeHead, head_of
from masking_audit.verify.findings import MAX_FINDINGS, FindingKind, Findings
from masking_audit.verify.signatures import PersonSignatures
from masking_audit.verify.verifier import LogSummary, read_lines
from masking_service.masking.timestamps import rfc3339


def say(summary: LogSummary, findings: Findings) -> bool:
    """Print the summary and the findings; return whether there are none."""
    when = f", from {rfc3339(summary.first_at)} to {rfc3339(summary.last_at)}" if summary.entries else ""
    written = f"{count(summary.entries, 'entry')} of {count(summary.writers, 'writer')}"
    click.echo(f"{written} in {count(summary.commits, 'commit')}{when}")
    newest = f", the newest ({summary.newest_epoch}) of {rfc3339(summary.newest_checkpoint_at)}"
    click.echo(f"{count(summary.checkpoints, 'checkpoint')}{newest if summary.newest_checkpoint_at else ''}")
    if summary.learned_key:
        click.echo(f"Its key turned over, and {summary.learned_key.hex()} signs now: get the new audit-public.pem.")
    say_findings(findings)
    if not findings:
        click.echo("The log is whole: nothing in it was edited, dropped, duplicated, moved or cut off.")
        return True
    signatures = summary.commits + summary.checkpoints
    if signatures and findings.counts[FindingKind.FORGED] >= signatures:
        click.echo("No signature was made with this key. Is it the key of this log?")
    click.echo(f"{count(findings.count, 'fault')}: this is not the log that was signed, or not all of it.")
    return False


def say_signatures(signatures: PersonSignatures) -> None:
    """Print how many acts people signed, and to whose approval their keys lead."""
    total = signatures.signed.total()
    named = ", ".join(f"{action} {number}" for action, number in sorted(signatures.signed.items()))
    click.echo(f"{count(total, 'signature')} of people verified{f': {named}' if named else ''}")
    for root, number in signatures.roots.most_common():
        click.echo(f"{number} of them by keys that {root} approved or is; it was approved on a command line")
    for action in sorted(signatures.signed):
        if signatures.unsigned[action]:
            click.echo(f"{action}: {signatures.unsigned[action]} were done without a signature")


def say_findings(findings: Findings) -> None:
    """Print each finding on a line."""
    for finding in findings:
        click.echo(str(finding))
    if findings.count > MAX_FINDINGS:
        click.echo(f"… and {findings.count - MAX_FINDINGS} more")


def count(number: int, what: str) -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what.removesuffix('y')}{'ies' if what.endswith('y') else 's'}"


def say_pack(folder: Path, verifier: Verifier) -> bool:
    """Verify a folder of `audit incident` or `audit report`, print the result, and return whether it is sound."""
    try:
        manifest = read_manifest(folder, verifier)
    except ManifestError as error:
        click.echo(f"{folder}: {error}")
        return False
    changed = changed_files(folder, manifest)
    for name in changed:
        click.echo(f"{folder / name}: is missing, or not as it was signed")
    extra = sorted({path.name for path in folder.iterdir()} - {*manifest.files, "manifest.json"})
    for name in extra:
        click.echo(f"{folder / name}: is not a file of this pack")
    log = f"{count(manifest.entries, 'entry')} with {count(manifest.faults, 'fault')}"
    click.echo(f"{manifest.pack} of {rfc3339(manifest.begin)} to {rfc3339(manifest.end)}")
    click.echo(f"made {rfc3339(manifest.made_at)} from {log}, up to checkpoint {manifest.checkpoint}")
    sound = not changed and not extra
    if EVIDENCE in manifest.files and EVIDENCE not in changed:
        with (folder / EVIDENCE).open("rb") as file:
            sound = say_evidence(read_lines(file), verifier) and sound
    click.echo("All files are as they were signed." if sound else "This is not the pack that was signed.")
    return sound


def say_evidence(lines: Iterable[bytes], verifier: Verifier) -> bool:
    """Verify an excerpt, print the result, and return whether it is sound."""
    proved, wrong = verify_excerpt(lines, verifier)
    for line in wrong:
        click.echo(f"line {line}: is not as it was signed, or not signed with this key")
    click.echo(f"{count(proved, 'entry')} proved to be written by the service.")
    return not wrong


PEM: Final = b"-----BEGIN"


def say_proof(
    file: Path, key_files: Sequence[Path], checkpoint: Path | None, approvers: Container[str] | None = None
) -> bool:
    """Verify a proof, print what it proves, and return whether it is sound.

    Args:
        key_files: the verifier key of the log, of each cosigner, and the PEM of the service.
        approvers: fingerprints of the keys to which the approval of the person's key has to lead; None if any may.
    """
    keys = _keys(key_files)
    kept = note_in(checkpoint) if checkpoint else None
    try:
        proved = verify_proof(Proof.parse(file.read_bytes()), keys, kept)
    except ProofError as error:
        click.echo(f"{file}: {error}")
        click.echo("The entry is not proved.")
        return False
    _say_proved(proved, keys)
    if approvers is not None and proved.approver not in approvers:
        click.echo("No key that the given approvers approved signed the entry.")
        return False
    return True


def say_log(folder: Path, key_files: Sequence[Path]) -> bool:
    """Verify the tiles of a log against its checkpoint note, print what is wrong, and return whether all is sound.

    Args:
        folder: the folder of the log, or an archive, whose entries are then compared with its log.
        key_files: as in `say_proof`.
    """
    log = folder if (folder / CHECKPOINT).is_file() else folder / FOLDER
    try:
        note = read_checkpoint(log / CHECKPOINT, _keys(key_files).log)
    except NoteError as error:
        click.echo(str(error))
        return False
    head = head_of(note) if note else TreeHead("", 0, EMPTY_ROOT)
    found = 0
    for found, text in enumerate(damage(log, head), 1):
        if found <= MAX_FINDINGS:
            click.echo(text)
    if found:
        click.echo(f"{count(found, 'fault')}: these are not the tiles that were signed.")
        return False
    click.echo(f"{count(head.size, 'entry')} in the log {head.origin}: every tile is as it was signed.")
    if log == folder:
        return True
    edited: list[str] = []
    difference = first_difference(log, head, _leaves(entry_lines(archived(folder)), edited))
    for name in edited[:MAX_FINDINGS]:
        click.echo(f"{name}: was edited: the archived entry does not match its link")
    if len(edited) > MAX_FINDINGS:
        click.echo(f"… and {len(edited) - MAX_FINDINGS} more")
    if difference or not edited:
        click.echo(difference or "The archive has these entries, in this order.")
    return not (difference or edited)


def _leaves(lines: Iterable[EntryLine], edited: list[str]) -> Iterator[bytes]:
    """Yield the leaves of archived entries, and note the ids of those that do not match their links.

    The link of an entry can be tried only if the one before it is archived, too.
    """
    heads: dict[str, tuple[int, bytes]] = {}
    for line in lines:
        number, before = heads.get(line.writer, (0, FIRST_LINK))
        if line.number == number + 1 and not is_link(line.link, before, line.writer, line.number, line.entry):
            edited.append(entry_id(line.writer, line.number))
        heads[line.writer] = line.number, line.link
        yield leaf_of(line.writer, line.number, line.link)


def _say_proved(proved: Proved, keys: Keys) -> None:
    click.echo(proved.entry.decode())
    head = proved.head
    click.echo(f"Entry {proved.id} is leaf {proved.index} of the {head.size} that the log {head.origin} has signed.")
    for key, at in zip(keys.cosigners, proved.cosigned_at, strict=True):
        click.echo(f"{key.name} cosigned them at {rfc3339(at)}.")
    if proved.older:
        click.echo(f"The log has only grown since its checkpoint with {count(proved.older.size, 'entry')}.")
    if keys.service:
        click.echo("The service signed the entry.")
    else:
        click.echo("The service's signature was not verified: give its key, too.")
    if proved.approver:
        click.echo(f"The person's own key signed it. The key was approved by {proved.approver} in the end, or is it.")


def _keys(files: Sequence[Path]) -> Keys:
    """Read the public keys, each told apart by its content."""
    service: list[Verifier] = []
    others: list[NoteKey] = []
    for file in files:
        if file.read_bytes().startswith(PEM):
            service.append(verifier_in(file))
        else:
            try:
                others.append(read_public_key(file))
            except NoteError as error:
                raise click.BadParameter(str(error), param_hint="--key") from None
    logs = [key for key in others if key.kind == LOG]
    if len(logs) != 1 or len(service) > 1:
        wanted = "give the key of one log (log.vkey), and at most one of a service"
        raise click.BadParameter(wanted, param_hint="--key")
    return Keys(logs[0], [key for key in others if key.kind == COSIGNER], service[0] if service else None)
