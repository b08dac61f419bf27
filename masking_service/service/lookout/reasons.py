"""What a signal says of a person, also in words."""

from typing import NamedTuple

from masking_service.service.lookout.state import StoredReason
from masking_service.service.people.signals import SIGNALS
from masking_service.texts import Language


class Reason(NamedTuple):
    """Why a person is listed: `observed` of `total`, where `expected` are expected.

    Attributes:
        signal: the name of the signal; `in_words` says it.
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


def in_words(reason: Reason | StoredReason, language: Language = "en") -> str:
    """Return a reason as a sentence; people are named as in the log."""
    told = SIGNALS[reason.signal].filled(
        observed=_number(reason.observed),
        total=reason.total,
        expected=_number(reason.expected),
        other=reason.other.partition("/")[2] or reason.other,
    )
    return told.in_language(language)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
