"""The refusals about signatures and people's keys, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError, NotInPolicy
from masking_service.texts import ProblemText, Text


class NoSignatures(NotInPolicy):
    """The policy has no section on signatures."""

    detail = Text("The policy asks for no signatures, so people have no keys here.")


class TooManyKeys(AccessError, code="too-many-keys"):
    """The person has as many active keys as one may have."""


SIGNATURE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "signature-required": ProblemText(
        401,
        Text("A signature by your key is required"),
        Text("The policy requires a new signature of this act by the caller's own key."),
        Text("POST /v1/acts returns what to sign. Sign it with your key, and send the call again with `signed`."),
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
            "This would pass a limit: five active keys or two devices of a person, 1,000 waiting keys or devices of a "
            "tenant, or 16 approvals in a row, counted from the one on the command line."
        ),
        Text("Revoke one that is not used any more, deny those that wait, or ask another approver."),
    ),
}
