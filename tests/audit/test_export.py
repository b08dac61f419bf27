"""Which lines of archive and store an export has, and in which order."""

from __future__ import annotations

from typing import Any

from masking_audit.archive.export import export
from masking_audit.format.lines import Checkpoint, CheckpointLine, EntryLine, Head, write_line
from masking_audit.format.links import encode
from tests.audit.logs import entry

A, B, NEVER = "a" * 16, "b" * 16, "c" * 16
TORN = b"torn\n"


def said(writer: str, number: int) -> EntryLine:
    return EntryLine(writer, number, encode(entry(at=number)), bytes(32))


def made(epoch: int, **heads: int) -> CheckpointLine:
    listed = [Head(writer * 16, number, "00" * 32) for writer, number in heads.items()]
    checkpoint = Checkpoint(epoch, epoch, "00" * 32, listed)
    return CheckpointLine(checkpoint, encode(checkpoint), bytes(64))


NEWEST = made(4, a=5, b=2)
ARCHIVED = [
    made(1, a=2),
    said(A, 1),
    said(A, 2),
    made(2, a=3),
    made(2, a=3),
    said(A, 3),
    TORN,
    said(NEVER, 1),
    said(A, 6),
    NEWEST,
]


class Stored:
    """What the store has: later checkpoints, and all entries from the second on."""

    def checkpoints(self, first: int) -> list[CheckpointLine]:
        return [one for one in (made(2, a=3), made(3, a=4), NEWEST, made(5, a=9)) if one.checkpoint.epoch >= first]

    def entries(self, writer: str, first: int, last: int) -> list[EntryLine]:
        return [said(writer, number) for number in range(first, last + 1)]


def exported(archived: list[Any]) -> list[bytes]:
    stored: Any = Stored()
    lines = [line if isinstance(line, bytes) else write_line(line) for line in archived]
    return [*export(stored, NEWEST, lambda: lines)]


def lines(*each: Any) -> list[bytes]:
    return [one if isinstance(one, bytes) else write_line(one) for one in each]


def test_an_export_has_all_that_its_checkpoints_name_and_nothing_twice() -> None:
    assert exported(ARCHIVED) == lines(
        *(made(1, a=2), made(2, a=3), made(3, a=4)),
        *(said(A, 1), said(A, 2), said(A, 3), TORN),
        *(said(A, 4), said(A, 5), said(B, 1), said(B, 2)),
        NEWEST,
    )


def test_without_an_archive_it_has_what_the_store_has() -> None:
    assert exported([]) == lines(
        *(made(2, a=3), made(3, a=4)), *(said(A, number) for number in range(1, 6)), said(B, 1), said(B, 2), NEWEST
    )
