"""The operations that find waybills, and that say who searched."""

from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.call.examples import viewed
from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.call.shapes import Profile, Shape, Site
from masking_service.service.people.permissions import Permission
from masking_service.service.search.use import Found, Search

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


OPERATIONS: Final = (
    Operation(
        name="search_waybills",
        route="POST /v1/search",
        summary="Find waybills by a recipient's phone, or by its last four digits at a site, masked as in a view.",
        uses=Search,
        handle=handler_of(Search.__call__),
        permissions=(Permission.WAYBILL_SEARCH,),
        audited_as=Action.SEARCH,
        body=SearchRequest,
        proven=True,
        answers={200: Found},
        problems=("profile-required", "too-many", "quota-exceeded"),
        example_body={"phone": "02159791234"},
        example_answer={"results": [viewed()], "more": False},
    ),
)
