"""The refusals about signatures and people's keys, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import ProblemText, Text


class NoSignatures(AccessError, code="forbidden"):
    """The policy has no section on signatures."""


class TooManyKeys(AccessError, code="too-many-keys"):
    """The person has as many active keys as one may have."""


SIGNATURE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "signature-required": ProblemText(
        401,
        Text("Your key has to sign this"),
        Text("The policy wants a signature of the caller's own key over this act, made anew."),
        Text("Ask POST /v1/acts for what to sign, sign it with your key, and send the call again with `signed`."),
    ),
    "signature-invalid": ProblemText(
        403,
        Text("The signature is not valid for this"),
        Text("The signature is wrong, too old, used before, or made for another act. Nothing was done."),
        Text(
            "Sign again. If it is refused again, your key or device may not be approved, or was revoked: "
            "GET /v1/me/keys and GET /v1/me/devices list them."
        ),
    ),
    "too-many-keys": ProblemText(
        409,
        Text("The person has too many keys"),
        Text(
            "A person has at most five active keys and two devices, approved by keys that lead back to a command line; "
            "and a tenant has at most 1,000 of each that wait."
        ),
        Text("Revoke one that is no longer used first, or deny those that wait."),
    ),
}
