"""The texts of problems with calls."""

from typing import Final

from masking_service.texts import SEND_AGAIN, ProblemText, Text

CALL_PROBLEMS: Final[dict[str, ProblemText]] = {
    "no-caller-number": ProblemText(
        403,
        Text("The caller has no phone number on file"),
        Text("Calls are made from the number that is on file for the caller, and there is none."),
        Text("Ask the operator to register your number, or to have the sign-in service send it."),
    ),
    "not-callable": ProblemText(
        422,
        Text("There is no number to call"),
        Text("The field holds no mobile or landline number that can be dialled, or it is the caller's own."),
        Text("Use another phone field of the waybill."),
    ),
    "calls-unavailable": ProblemText(
        503,
        Text("Calls are not available"),
        Text("No privacy number could be bound now. The number itself is never shown instead."),
        SEND_AGAIN,
    ),
}
