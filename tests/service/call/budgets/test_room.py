"""What is left of a window, by what the store holds of it."""

import struct

import pytest

from masking_service.service.call.budgets import Room, least, room
from masking_service.service.people.rules import Window
from tests.every import every

WINDOW = Window("1m", 60, 10)
NEWEST = 100


def value(*counts: int) -> bytes:
    """Return what the store holds: the newest part first."""
    return struct.pack(f">II{len(counts)}I", NEWEST, 0, *counts)


@every(
    ("stored", "now", "limit", "left", "frees_at"),
    [
        (None, 100.0, 10, 10, None),
        (value(), 100.0, 10, 10, None),
        (value(3), 100.9, 10, 7, 161),
        (value(3, 2), 100.0, 10, 5, 160),
        (value(3, 0, 2), 100.0, 10, 5, 159),
        (value(3, 2), 100.0, 4, 0, 160),
        (value(3, 3), 100.0, 3, 0, 161),
        (value(3, 3), 100.0, 6, 0, 160),
        (value(*[0] * 60, 1), 100.9, 10, 9, 101),
        (value(*[0] * 60, 1), 101.0, 10, 10, None),
        (value(1, *[0] * 59, 1), 101.0, 10, 9, 161),
        (value(1), 90.0, 10, 9, 161),
        (value(5), 500.0, 10, 10, None),
    ],
)
def test_what_is_left_and_from_when_there_is_more(
    stored: bytes | None, now: float, limit: int, left: int, frees_at: int | None
) -> None:
    assert room(WINDOW, 1, stored, now, limit) == Room(WINDOW, left, frees_at)


def test_parts_of_longer_windows_are_longer() -> None:
    assert room(WINDOW, 60, value(3), NEWEST * 60 + 59.9, 10) == Room(WINDOW, 7, 161 * 60)


@pytest.mark.parametrize(
    ("rooms", "first"),
    [
        ([Room(WINDOW, 2, 5), Room(WINDOW, 1, 4)], 1),
        ([Room(WINDOW, 1, 4), Room(WINDOW, 1, 5)], 1),
        ([Room(WINDOW, 1, None), Room(WINDOW, 1, 5)], 1),
        ([Room(WINDOW, 0, None), Room(WINDOW, 1, 5)], 0),
    ],
)
def test_the_least_room_is_the_smallest_and_of_equal_ones_the_one_that_frees_last(
    rooms: list[Room], first: int
) -> None:
    assert least(rooms) is rooms[first]
