"""Replaces stored values in one step, only while they are those that were read."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from masking_service.store.pipeline import Question, Roster, Script

_SCRIPT: Final = Script.of("masking_service.service.state", "swap.lua")


class Swapped(NamedTuple):
    """A place, the value that was read there, and the new one; None for no value."""

    place: bytes
    old: bytes | None
    new: bytes | None

    def __repr__(self) -> str:
        return "<Swapped>"


def swap_question(
    swaps: Sequence[Swapped], until: int, *, deleted: Sequence[bytes] = (), since: Roster | None = None
) -> Question[bool]:
    """Return the question that replaces values, all or none.

    Its answer is False where one of them was changed meanwhile. It is durable once it is answered.

    Args:
        swaps: places of one slot.
        until: when the new values expire, in Unix seconds.
        deleted: keys of the same slot that are deleted with them.
        since: see `Question`.
    """
    pairs = [value or b"" for one in swaps for value in (one.old, one.new)]
    keys = [*(one.place for one in swaps), *deleted]
    return Question.running(_SCRIPT, keys, [len(swaps), until, *pairs], bool, since)
