"""Segments, and the index of one: it is kept while it fits the segment, and made again where it does not."""

from pathlib import Path

import pytest

from masking_audit.archive.index import SegmentIndex
from masking_audit.archive.segments import Segments
from masking_service.audit.order import FIRST, LAST, Order
from masking_service.audit.questions import Position


@pytest.mark.parametrize(("size", "kept"), [(100, 1), (101, 1), (99, 0)])
def test_an_index_of_more_than_the_segment_holds_is_made_again(tmp_path: Path, size: int, kept: int) -> None:
    SegmentIndex(tmp_path, 1, 0).add([(7, Order(1, 0), 40)], {"writer"}, 100)
    index = SegmentIndex(tmp_path, 1, size)

    assert (index.size, len([*index.found([7], FIRST, LAST)]), len(index.writers)) == (100 * kept, kept, kept)


def test_an_archive_without_a_segment_begins_at_the_first(tmp_path: Path) -> None:
    segments = Segments(tmp_path)

    assert segments.begin == Position(1, 0)
    segments.close()
