"""The answer about an act that is to be signed."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.acts.enrolment import Base64Url
from masking_service.service.call.answers import Answer, Time


class ProposedAct(Answer):
    """An act that is ready to be signed."""

    act: Annotated[str, Meta(description="To be sent back in `signed.act`.")]
    challenge: Annotated[Base64Url, Meta(description="What the authenticator signs: SHA-256 of the statement.")]
    keys: Annotated[list[Base64Url], Meta(description="The credential ids of the caller's keys that may sign now.")]
    text: Annotated[str, Meta(description="The act in a sentence for the person.")]
    expires_at: Time
