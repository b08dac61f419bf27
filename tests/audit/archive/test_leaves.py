"""Leaves of a log are made only of entries that still match their links."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from masking_audit.archive.archive import archived_leaves
from masking_audit.archive.segments import ArchiveError, Segments
from masking_audit.format.lines import EntryLine, read_line
from masking_audit.format.links import leaf_of
from masking_service.audit.questions import Position
from masking_service.dev.embedded import EmbeddedServer
from tests.audit import logs


class _Segments:
    """One segment; a line is at its own number."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    def lines(self, begin: Position) -> Iterator[tuple[bytes, Position]]:
        for at, line in enumerate(self._lines[begin.size :], begin.size + 1):
            yield line, Position(1, at)

    def path(self, segment: int) -> Path:
        return Path(f"segment-{segment}")


def leaves(lines: Sequence[bytes], begin: int) -> tuple[list[tuple[bytes, Position]], str]:
    """Return the leaves after `begin`, up to a fault, and the fault."""
    found: list[tuple[bytes, Position]] = []
    try:
        for one in archived_leaves(cast(Segments, _Segments(lines)), Position(1, begin)):
            found.append(one)
    except ArchiveError as error:
        return found, str(error)
    return found, ""


def test_an_edited_entry_becomes_no_leaf_where_the_one_before_it_was_read(embedded: EmbeddedServer) -> None:
    lines = logs.lines_of_real_log(embedded, writers=2, commits=(1, 2))
    read = [read_line(line) for line in lines]
    entries = [(at, one) for at, one in enumerate(read, 1) if isinstance(one, EntryLine)]
    all_leaves = [(leaf_of(one.writer, one.number, one.link), Position(1, at)) for at, one in entries]

    assert {one.number for _, one in entries} == {1, 2, 3, 4}
    for begin in range(len(lines) + 1):
        expected = [one for one in all_leaves if one[1].size > begin]
        assert leaves(lines, begin) == (expected, "")
        for at, one in entries:
            edited = [*lines]
            edited[at - 1] = lines[at - 1].replace(b'"policy":"', b'"policy":"x')
            before = {each.number for place, each in entries if begin < place < at and each.writer == one.writer}
            found, fault = leaves(edited, begin)
            if at > begin and (one.number == 1 or one.number - 1 in before):
                assert found == [each for each in expected if each[1].size < at]
                assert fault == f"segment-1: {one.writer}-{one.number}: the entry does not match its link"
            else:
                assert (found, fault) == (expected, "")
