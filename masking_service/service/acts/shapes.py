"""The signature of an act, as requests carry it."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from keys.assertions import unb64
from masking_service.service.acts.signatures import Signed
from masking_service.service.call.errors import SignatureInvalid

Signature = Annotated[
    Signed,
    Meta(
        description="The signature of the caller's own key over exactly this act, where the policy asks for one; "
        "see POST /v1/acts. It is good for one call."
    ),
]
MAX_HEADER: Final = 4096


def from_header(value: str) -> Signed | None:
    """Return the signature in the header `Signed-Act`, for calls without a body; None where there is none.

    Raises:
        SignatureInvalid: it is not base64url of the JSON of a signature.
    """
    if not value:
        return None
    try:
        return msgspec.json.decode(unb64(value) if len(value) <= MAX_HEADER else b"", type=Signed)
    except (ValueError, msgspec.MsgspecError):
        raise SignatureInvalid("the header Signed-Act is malformed") from None
