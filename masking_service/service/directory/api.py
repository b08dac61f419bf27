"""The operation of the directory."""

from typing import Annotated, Final

from msgspec import Meta

from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.call.shapes import Name, Shape
from masking_service.service.directory.use import READERS, Colleagues, Directory


class PeopleQuery(Shape, frozen=True):
    """Which people to list."""

    role: Annotated[Name | None, Meta(description="Only people of this role.")] = None


OPERATIONS: Final = (
    Operation(
        name="list_people",
        route="GET /v1/people",
        summary="The people of the tenant who have signed in, with their names and roles.",
        uses=Directory,
        handle=handler_of(Directory.listed),
        permissions=READERS,
        query=PeopleQuery,
        answers={200: Colleagues},
        example_answer={
            "people": [
                {
                    "principal": "staff/officer-7",
                    "name": "王敏",
                    "roles": ["dispute-officer"],
                    "purposes": ["dispute", "redelivery"],
                    "seen_at": "2026-11-24T00:00:00Z",
                }
            ]
        },
    ),
)
