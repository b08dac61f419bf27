"""The refusals about proofs by devices, and the texts of their problems."""

from typing import Final

from masking_service.service.people.errors import NotInPolicy
from masking_service.texts import ProblemText, Text


class NoDevices(NotInPolicy):
    """The policy has no section on devices."""

    detail = Text("The policy asks for no proofs by devices, so people have no devices here.")


DEVICE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "device-proof-required": ProblemText(
        401,
        Text("A proof by your device is required"),
        Text(
            "The policy requires a proof by the caller's own device, in the header `DPoP`, with the nonce of this "
            "answer."
        ),
        Text("Make a new proof with this `nonce`, and send the call again. POST /v1/me/devices enrols a device."),
    ),
}
