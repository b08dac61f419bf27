"""The refusals about calls, and the texts of their problems."""

from typing import Final

from masking_service.service.call.errors import OutsideUnavailable
from masking_service.service.people.errors import AccessError
from masking_service.texts import SEND_AGAIN, ProblemText, Text


class CallsUnavailable(AccessError, OutsideUnavailable, code="calls-unavailable"):
    """The provider gave no number to dial. `reason` is a fixed word for logs and metrics; a `CallRefusal`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


class NoCallerNumber(AccessError, code="no-caller-number"):
    """The caller has no phone number on file from which to call."""


class NotCallable(AccessError, code="not-callable"):
    """The field holds no number that can be dialled."""


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
