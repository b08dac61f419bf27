"""Changes a log, line by line, and verifies it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from masking_audit.format.lines import CheckpointLine, EntryLine, read_line
from masking_audit.verify.findings import FindingKind
from tests.audit.logs import findings

Lines = Sequence[bytes]
Path = tuple[str | int, ...]


def places(lines: Lines, **how: Any) -> list[tuple[str, int, str]]:
    """Kind, line and place of each fault."""
    return [(fault.kind.value, fault.line, fault.where) for fault in findings(lines, **how)]


def kinds(lines: Lines, **how: Any) -> set[FindingKind]:
    return {fault.kind for fault in findings(lines, **how)}


def entry_at(line: bytes) -> EntryLine:
    said = read_line(line)
    assert isinstance(said, EntryLine)
    return said


def checkpoint_at(line: bytes) -> CheckpointLine:
    said = read_line(line)
    assert isinstance(said, CheckpointLine)
    return said


def name_of(line: bytes) -> str:
    said = read_line(line)
    return f"checkpoint {said.checkpoint.epoch}" if isinstance(said, CheckpointLine) else f"{said.writer}-{said.number}"


def entries_in(lines: Lines) -> list[int]:
    """0-based positions of entries."""
    return [at for at, line in enumerate(lines) if line.startswith(b'{"id"')]


def checkpoints_in(lines: Lines) -> list[int]:
    return [at for at, line in enumerate(lines) if line.startswith(b'{"checkpoint"')]


def replaced(lines: Lines, at: int, *new: bytes) -> list[bytes]:
    return [*lines[:at], *new, *lines[at + 1 :]]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each scalar in JSON."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in pairs:
        yield from leaves(inner, (*path, name))
    if not isinstance(value, dict | list):
        yield path


def other(value: Any) -> Any:
    """Return a different value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return ("1" if value[:1] != "1" else "2") + value[1:]


def edited(line: bytes, path: Sequence[str | int]) -> bytes:
    """The line with another value at one place."""
    said = json.loads(line)
    inner = said
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = other(inner[path[-1]])
    return json.dumps(said).encode() + b"\n"
