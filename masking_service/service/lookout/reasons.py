"""What a signal says of a person."""

from typing import Final, NamedTuple

HOUR: Final = 3_600
DAY: Final = 86_400


class Reason(NamedTuple):
    """Why a person is listed: `observed` of `total`, where `expected` are expected.

    Attributes:
        signal: the name of the signal; `texts` says it in words.
        score: -log10 of the probability among honest people.
        other: the other person of a pair; otherwise empty.
    """

    person: str
    signal: str
    score: float
    observed: float
    total: int
    expected: float
    other: str = ""
