"""The refusals about proofs by devices, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import AccessError
from masking_service.texts import ProblemText, Text


class NoDevices(AccessError, code="forbidden"):
    """The policy has no section on devices."""


DEVICE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "device-proof-required": ProblemText(
        401,
        Text("Your device has to prove this"),
        Text(
            "The policy wants this request proven by a device of the caller's own, in the header `DPoP`, with the "
            "nonce of this answer."
        ),
        Text("Make the proof anew with this `nonce`, and send the call again. POST /v1/me/devices enrols a device."),
    ),
}
