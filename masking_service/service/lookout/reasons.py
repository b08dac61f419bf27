"""What a signal says of a person, also in words."""

from typing import Final, NamedTuple

from masking_service.service.lookout.state import StoredReason
from masking_service.texts import Language, Text


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


TEXTS: Final = {
    "unverified": Text("worked on {total} cases, of which no ticket system verified {observed}; expected {expected}"),
    "unfollowed": Text("of {total} cases, {observed} show no later scan, call or closing; expected {expected}"),
    "pair": Text("opened {observed} of {total} cases that {other} opened; expected {expected}"),
    "pair-opener": Text("{other} opened {observed} of this person's {total} cases; expected {expected}"),
    "approving-pair": Text("approved {observed} of {total} decided cases that {other} opened; expected {expected}"),
    "approving-pair-opener": Text(
        "{other} approved {observed} of this person's {total} decided cases; expected {expected}"
    ),
    "fields-per-waybill": Text(
        "opened {observed} fields for each waybill of a case; the median of the role is {expected}"
    ),
    "pace": Text("opened about {observed} fields a day of late; expected {expected} from earlier days"),
    "unmoved": Text("of {total} parcels viewed in full, {observed} never moved afterwards; expected {expected}"),
    "sites": Text("saw parcels of {observed} sites; the median of the role is {expected}"),
    "odd-hours": Text(
        "did {observed} of {total} actions of a week in hours that are unusual for this person; expected {expected}"
    ),
    "new-device": Text("new devices in the last seven days: {observed}, not used on any of {total} earlier days"),
    "new-network": Text("new networks in the last seven days: {observed}, not used on any of {total} earlier days"),
    "quick-approvals": Text(
        "approved {observed} of {total} cases within five seconds of the previous one; expected {expected}"
    ),
}
"""The texts of each signal of the lookout."""


def in_words(reason: Reason | StoredReason, language: Language = "en") -> str:
    """Return a reason as a sentence; people are named as in the log."""
    told = TEXTS[reason.signal].filled(
        observed=_number(reason.observed),
        total=reason.total,
        expected=_number(reason.expected),
        other=reason.other.partition("/")[2] or reason.other,
    )
    return told.in_language(language)


def _number(value: float) -> str:
    return f"{value:.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
