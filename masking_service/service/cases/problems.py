"""The refusals about cases, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import SEND_AGAIN, ProblemText, Text


class CaseNotOpen(AccessError, code="case-not-open"):
    """The case opens nothing for this caller: it is unknown, pending, denied, closed, expired or another officer's.

    `state` says which, for callers who may read the case; for all others it is empty.
    """

    def __init__(self, state: str = "") -> None:
        self.state = state


class OwnCase(AccessError, code="own-case"):
    """The caller opened or approved the case, and opens nothing under it."""


class NoSuchCase(AccessError, code="not-found"):
    """There is no case of that name that the caller may see."""


class CaseExists(AccessError, code="case-exists"):
    """The name of a case was used before."""


class UnknownCaseNumber(AccessError, code="unknown-case-number"):
    """The ticket system does not know the number."""


class TicketMismatch(AccessError, code="ticket-mismatch"):
    """The ticket is closed, or does not list all waybills of the case."""


class CaseCheckUnavailable(AccessError, code="case-check-unavailable"):
    """The ticket system gave no valid answer in time.

    `reason` is for the log and for `doctor`: why TLS failed, or what is wrong with the answer; empty if none came.
    """

    def __init__(self, reason: str = "") -> None:
        self.reason = reason


class CaseNotPending(AccessError, code="case-not-pending"):
    """The case is not pending, so there is nothing to decide."""


CASE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "case-required": ProblemText(
        400,
        Text("A case is required"),
        Text("This purpose, or a waybill number instead of a token, requires an open case."),
        Text("Send `case` with the number of an open case."),
    ),
    "case-not-open": ProblemText(
        403,
        Text("The case does not allow this"),
        Text("The case is not open, or is for another officer or purpose."),
        Text("Check the case with GET /v1/cases/{case}: its status, purpose, officer and end."),
    ),
    "own-case": ProblemText(
        403,
        Text("The case is the caller's own"),
        Text(
            "The person who opened a case cannot decide it, and the people who opened or approved it cannot open "
            "values under it."
        ),
        Text("Another person has to do this."),
    ),
    "case-not-pending": ProblemText(
        409,
        Text("The case is not pending"),
        Text("There is nothing to decide: the case is not pending."),
        Text("Read the case again: it was decided, closed, or has expired."),
    ),
    "case-exists": ProblemText(
        409,
        Text("The case number is taken"),
        Text("A case of this number was opened before. Numbers are never used twice."),
        Text("Use a new case number, or read the existing case."),
    ),
    "unknown-case-number": ProblemText(
        422,
        Text("The case number is not known"),
        Text("The ticket system does not know this case number."),
        Text("Use the number of an existing ticket."),
    ),
    "ticket-mismatch": ProblemText(
        422,
        Text("The ticket does not cover this case"),
        Text(
            "The ticket of this number is closed, does not list all waybills of the case, or is assigned to another"
            " officer or to none."
        ),
        Text("Open the case with waybills of the ticket only and for its assignee, or correct the ticket first."),
    ),
    "case-check-unavailable": ProblemText(
        503,
        Text("The ticket system is not available"),
        Text("The ticket system did not confirm the case in time, so nothing was opened."),
        SEND_AGAIN,
    ),
}
