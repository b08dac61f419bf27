"""What is said of changed logs, whole: `findings.txt` has every finding of each change, and the summary of the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from masking_audit.format.lines import CheckpointLine, write_line
from masking_audit.format.links import encode
from masking_audit.verify.findings import MAX_FINDINGS
from masking_audit.verify.verifier import StartingPoint, Verification, read_lines, verify
from tests.audit.logs import SIGNER, VERIFIER
from tests.audit.verify.verifier.tampering import (
    Lines,
    checkpoint_at,
    checkpoints_in,
    edited,
    entries_in,
    entry_at,
    replaced,
)
from tests.telling import Told

FINDINGS = Path(__file__).with_name("findings.txt")
RANDOM = re.compile(r"\b[0-9a-f]{64}\b")

Change = tuple[str, list[bytes], dict[str, Any]]


def changes(sound: Lines) -> Iterator[Change]:
    """Yield changed logs: what was done, the lines, and how they are verified."""
    entries, checkpoints = entries_in(sound), checkpoints_in(sound)
    middle, last = entries[len(entries) // 2], entries[-1]
    writer = entry_at(sound[middle]).writer
    yield "nothing", [*sound], {}
    yield "no line", [], {}
    yield "all checkpoints are dropped", [sound[at] for at in entries], {}
    for at in (entries[0], middle, last, checkpoints[0], checkpoints[-1]):
        yield f"line {at + 1} is dropped", replaced(sound, at), {}
        yield f"line {at + 1} is doubled", [*sound[:at], sound[at], *sound[at:]], {}
        yield f"line {at + 1} comes last", [*replaced(sound, at), sound[at]], {}
        yield f"line {at + 1} is no JSON", replaced(sound, at, b"{\n"), {}
    yield "a line is of another form", replaced(sound, middle, b'{"id":1}\n'), {}
    yield "three lines in a row are dropped", [*sound[:middle], *sound[middle + 3 :]], {}
    yield "a writer is dropped", [one for one in sound if not one.startswith(b'{"id":"%b' % writer.encode())], {}
    yield "the end is cut off", [*sound[: last - 1]], {}
    yield "the last line is cut off in its middle", [*sound[:-1], sound[-1][:-9]], {}
    edits = ((middle, "id"), (middle, "entry/principal"), (middle, "link"), (last, "signature"))
    for at, member in (*edits, *((checkpoints[1], f"checkpoint/{name}") for name in ("epoch", "previous"))):
        yield f"{member} of line {at + 1} is edited", replaced(sound, at, edited(sound[at], member.split("/"))), {}
    yield (
        "the principal of every entry is edited",
        [edited(one, ("entry", "principal")) if at in entries else one for at, one in enumerate(sound)],
        {},
    )
    older = [one for at, one in enumerate(sound) if at not in checkpoints[2:] and not is_behind(sound, at, 1)]
    yield "an older log", older, {}
    yield "an older log than that of the given checkpoint", older, {"against": checkpoint_at(sound[checkpoints[-1]])}
    other = checkpoint_at(edited(sound[checkpoints[1]], ("signature",)))
    yield "a given checkpoint whose signature is not valid", [*sound], {"against": other}
    yield "another one than the given checkpoint", [*sound], {"against": signed_again(sound[checkpoints[1]], at=7)}
    yield "a log behind a checkpoint", behind(sound, 0), {}
    since = StartingPoint.after(checkpoint_at(sound[checkpoints[0]]), VERIFIER)
    yield "a log behind a checkpoint, from it", behind(sound, 0), {"start": since}
    yield "a log behind the next checkpoint, from it", behind(sound, 1), {"start": since}
    yield "a log from another checkpoint", [*sound], {"start": since}


def is_behind(sound: Lines, at: int, checkpoint: int) -> bool:
    """Whether a line is an entry that a checkpoint does not name."""
    if at not in entries_in(sound):
        return False
    named = {
        head.writer: head.number for head in checkpoint_at(sound[checkpoints_in(sound)[checkpoint]]).checkpoint.heads
    }
    one = entry_at(sound[at])
    return one.number > named.get(one.writer, 0)


def behind(sound: Lines, checkpoint: int) -> list[bytes]:
    """The later checkpoints, and the entries that a checkpoint does not name."""
    later = checkpoints_in(sound)[checkpoint + 1 :]
    return [one for at, one in enumerate(sound) if at in later or is_behind(sound, at, checkpoint)]


def signed_again(line: bytes, **change: Any) -> CheckpointLine:
    """A checkpoint with another content, signed with the key of the log."""
    said = encode(json.loads(line)["checkpoint"] | change)
    changed = checkpoint_at(b'{"checkpoint":%b,"signature":""}\n' % said)
    return checkpoint_at(write_line(CheckpointLine(changed.checkpoint, said, SIGNER.sign(changed.message))))


def test_every_finding_is_told_as_it_is_listed(sound: Lines, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Writers have letters there, by their first lines, and hashes are left out."""
    writers = sorted({entry_at(sound[at]).writer for at in entries_in(sound)}, key=lambda one: lines_of(sound, one))
    names = dict(zip(writers, ("writer-a", "writer-b", "writer-c"), strict=True))
    told = Told(RANDOM, long=300)

    def tell(text: str) -> None:
        for writer, name in names.items():
            text = text.replace(writer, name)
        told.tell(text)

    usual: dict[str, Any] = {}
    for what, lines, how in changes(sound):
        verification = Verification(VERIFIER, how.pop("start", None), **how)
        summary = asdict(verify(read_lines(BytesIO(b"".join(lines))), verification))
        unusual = {name: value for name, value in summary.items() if usual.get(name) != value}
        usual = usual or summary
        tell(f"{what}: {unusual or ''}")
        for one in [*verification.findings][:8]:
            tell(f"  {one}")
            tell(f"    {one.line} to {one.last_line}, {one.where or '-'} to {one.upto}")
        if verification.findings.count > 1:
            tell(f"  {', '.join(f'{count} {kind}' for kind, count in verification.findings.counts.items())}")
        assert len([*verification.findings]) == min(verification.findings.count, MAX_FINDINGS)
    told.is_as_in(FINDINGS, tmp_path_factory.mktemp("told"))


def lines_of(sound: Lines, writer: str) -> list[int]:
    return [at for at in entries_in(sound) if entry_at(sound[at]).writer == writer]
