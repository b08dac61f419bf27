"""The texts of problems with cases."""

from typing import Final

from masking_service.texts import SEND_AGAIN, ProblemText, Text

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
