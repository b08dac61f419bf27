"""The typed requests of searches."""

from typing import Annotated

from msgspec import Meta

from masking_service.http.schemas.queries import DEFAULT_ENTRIES, MAX_ENTRIES, AfterEntry
from masking_service.http.schemas.requests import Profile, Shape, Site

Phone = Annotated[
    str,
    Meta(
        description="A recipient's phone in any spelling. Only one number.",
        max_length=64,
        extra_json_schema={"pattern": r"^[0-9]{7,15}$(?!\n)"},
    ),
]
Last4 = Annotated[str, Meta(pattern=r"^[0-9]{4}$(?!\n)", description="The last four digits of a recipient's phone.")]


class SearchRequest(Shape, frozen=True):
    """What to find: a phone, or both the last four digits of one and the site that holds the parcel."""

    phone: Phone | None = None
    last4: Last4 | None = None
    site: Site | None = None
    profile: Profile | None = None


class SearchesRequest(Shape, frozen=True):
    """Which searches to list: those for a phone, or for four digits at a site."""

    phone: Phone | None = None
    last4: Last4 | None = None
    site: Site | None = None
    after: AfterEntry | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_ENTRIES, description="How many at most.")] = DEFAULT_ENTRIES
