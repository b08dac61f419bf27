"""Reads the sliding windows that `budget.lua` writes. Pure."""

import struct
from dataclasses import dataclass
from typing import Final

from masking_service.service.people.rules import Window

PARTS: Final = 61
"""Parts of a window that count: sixty make a window, and the oldest, which it has half left, counts wholly."""
_HEAD: Final = struct.Struct(">II")


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a window.

    `frees_at` is the time from which there is more, in Unix seconds; None if all is left.
    """

    window: Window
    left: int
    frees_at: int | None


def room(window: Window, seconds_a_part: int, value: bytes | None, now: float, limit: int) -> Room:
    """Return what is left of a limited window.

    Args:
        window: whose value it is.
        seconds_a_part: how long a part is.
        value: what the store holds; None where nothing was spent.
        now: Unix seconds.
        limit: how much may be spent in the window.
    """
    if value is None:
        return Room(window, limit, None)
    newest, _ = _HEAD.unpack_from(value)
    counts = [count for (count,) in struct.iter_unpack(">I", value[_HEAD.size :])]
    oldest = max(newest, int(now // seconds_a_part)) - PARTS + 1
    spent = {newest - age: count for age, count in enumerate(counts) if count and newest - age >= oldest}
    total = sum(spent.values())
    left = max(limit - total, 0)
    for part in sorted(spent):
        total -= spent[part]
        if total < limit - left:
            return Room(window, left, (part + PARTS) * seconds_a_part)
    return Room(window, left, None)


def least(rooms: list[Room]) -> Room:
    """Return the smallest room; of equal ones the one that frees last."""
    return min(rooms, key=lambda one: (one.left, -(one.frees_at or 0)))
