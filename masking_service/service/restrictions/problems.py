"""The refusal of a restricted waybill, and its text."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import ProblemText, Text


class Restricted(AccessError, code="restricted"):
    """The waybill is restricted to purposes that this call is not for."""


RESTRICTION_PROBLEMS: Final[dict[str, ProblemText]] = {
    "restricted": ProblemText(
        403,
        Text("The waybill is restricted"),
        Text("The waybill may be used only for the purposes that the policy names for restricted waybills."),
        Text("Use a profile that masks. The privacy office can end the restriction."),
    ),
}
