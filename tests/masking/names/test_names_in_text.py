"""Spans that several readers found in a text are hidden as one."""

from masking_service.masking.names.names_in_text import apart
from tests.every import every

Spans = list[tuple[int, int]]


@every(
    ("found", "hidden"),
    [
        ([], []),
        ([(3, 5), (0, 2)], [(0, 2), (3, 5)]),
        ([(0, 2), (2, 4)], [(0, 2), (2, 4)]),
        ([(0, 3), (2, 5)], [(0, 5)]),
        ([(0, 5), (1, 2)], [(0, 5)]),
        ([(0, 2), (3, 6), (5, 8)], [(0, 2), (3, 8)]),
        ([(0, 2), (3, 8), (4, 5), (7, 9)], [(0, 2), (3, 9)]),
    ],
)
def test_spans_that_overlap_are_joined_and_others_stay_apart(found: Spans, hidden: Spans) -> None:
    assert apart(found) == hidden
