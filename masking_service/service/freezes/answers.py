"""Answers about principals: identity, budgets, activity, freezes."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, No, Time


class Freeze(Answer):
    """A frozen principal."""

    id: str
    since: Time
    why: Annotated[str, Meta(description="The reason that was given, or by hand, misses, burst, decoy or lookout.")]


class FrozenPrincipals(Answer):
    """Who is frozen."""

    principals: list[Freeze]


class FrozenNow(Answer):
    """The principal is frozen, by this call or since before."""

    id: str
    frozen: Annotated[bool, Meta(extra_json_schema={"const": True})]
    since: Time
    why: str


class ThawedNow(Answer):
    """The principal is not frozen."""

    id: str
    frozen: No
