"""Cases that the tests of this folder begin with."""

from typing import Any, Literal

from masking_service.service.cases.state import Act, Case, Opening

NOW = 1_796_000_000
ENDS = NOW + 86_400


def opening(**change: Any) -> Opening:
    known: dict[str, Any] = {
        "case": "D-2026-0001",
        "purpose": "dispute",
        "waybills": ("SF1234567890",),
        "officer": None,
        "reason": "a parcel is missing",
        "opened_by": "staff/desk",
        "opened_at": NOW,
        "expires_at": ENDS,
        "approvals_needed": 0,
    }
    return Opening(**known | change)


def case(*acts: tuple[Literal["approve", "deny", "close"], str], **change: Any) -> Case:
    return Case(opening(**change), tuple(Act(act, by, NOW + at) for at, (act, by) in enumerate(acts)))
