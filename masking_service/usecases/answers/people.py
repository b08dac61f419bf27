"""The answers about principals: who is frozen."""

from typing import Annotated

from msgspec import Meta

from masking_service.usecases.answers.common import Answer, No, Time


class Freeze(Answer):
    """A frozen principal."""

    id: str
    since: Time
    why: Annotated[str, Meta(description="As it was said, or by hand, misses, burst.")]


class FrozenPrincipals(Answer):
    """Who is frozen."""

    principals: list[Freeze]


class FrozenNow(Answer):
    """A principal is frozen, now or since before."""

    id: str
    frozen: Annotated[bool, Meta(extra_json_schema={"const": True})]
    since: Time
    why: str


class ThawedNow(Answer):
    """A principal is not frozen."""

    id: str
    frozen: No
