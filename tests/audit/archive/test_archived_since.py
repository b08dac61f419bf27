"""Reading the end of an archive: the segments before a time are left out."""

from pathlib import Path

import pytest

from masking_audit.archive.segments import archived, segment_path
from masking_audit.format.lines import EntryLine, write_line
from masking_audit.format.links import encode
from tests.audit.logs import entry


def line(at: int) -> bytes:
    return write_line(EntryLine("0" * 16, at, encode(entry(at=at)), bytes(32)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three segments that begin at 10, 20 and 30; the newest has an incomplete line at its end."""
    for segment, ats in enumerate([(10, 11), (20, 21), (30,)], 1):
        segment_path(tmp_path, segment).write_bytes(b"".join(map(line, ats)))
    with segment_path(tmp_path, 3).open("ab") as file:
        file.write(b'{"id":')
    return tmp_path


@pytest.mark.parametrize(
    ("begin", "read"),
    [(5, [10, 11, 20, 21, 30]), (15, [10, 11, 20, 21, 30]), (20, [10, 11, 20, 21, 30]), (25, [20, 21, 30]), (99, [30])],
)
def test_reading_begins_with_the_last_segment_that_began_before(folder: Path, begin: int, read: list[int]) -> None:
    assert [*archived(folder, begin)] == [line(at) for at in read]


def test_without_an_archive_there_is_nothing(tmp_path: Path) -> None:
    assert [*archived(tmp_path / "none", 0)] == []
