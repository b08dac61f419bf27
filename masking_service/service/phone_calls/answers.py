"""The answers about calls."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Time

CallId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{32}$", description="Names the call.")]


class LiveCall(Answer):
    """A number to dial.

    It is neither person's own, and ends at `expires_at`.
    """

    call: CallId
    dial: Annotated[
        str,
        Meta(
            pattern="^(no-number-700)?[0-9]{5,20}$",
            description="The number to dial. In development it begins with no-number, because it is none.",
        ),
    ]
    extension: Annotated[str | None, Meta(description="What to dial after it; null without one.")]
    expires_at: Time


class EndedCall(Answer):
    """A call that lives no longer."""

    call: CallId
    ended: bool


class TakenRecords(Answer):
    """How many records were new and are kept.

    Those of unknown calls are not.
    """

    taken: Annotated[int, Meta(ge=0)]
