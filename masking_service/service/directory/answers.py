"""The answer of the directory."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, Time


class Colleague(Answer):
    """A person who has signed in, as that sign-in said."""

    principal: str
    name: Annotated[str | None, Meta(description="As the issuer says it; null where it says none.")]
    roles: list[str]
    purposes: Annotated[list[str], Meta(description="For which the person's roles open values, under today's policy.")]
    seen_at: Annotated[Time, Meta(description="The day of the last sign-in.")]


class Colleagues(Answer):
    """The people of the caller's tenant who have signed in within 180 days, by name."""

    people: list[Colleague]
