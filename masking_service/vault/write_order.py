"""The order in which a batch that revises is written: records of one number come one after another."""

from collections.abc import Sequence

from masking_service.store.layout import MOST_REVISIONS


def turns(bases: Sequence[bytes]) -> list[list[int]]:
    """The indexes of a batch, so that records of one number are written in the order in which they were sent.

    After so many of one number none of it can become a revision any more, and all that are left come together.
    """
    ordered: list[list[int]] = []
    met: dict[bytes, int] = {}
    for at, base in enumerate(bases):
        turn = met.get(base, 0)
        met[base] = min(turn + 1, MOST_REVISIONS + 1)
        if turn == len(ordered):
            ordered.append([])
        ordered[turn].append(at)
    return ordered
