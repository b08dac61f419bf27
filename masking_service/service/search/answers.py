"""The answers to searches."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.call.answers import Answer, No
from masking_service.service.waybills.answers import Waybill


class Found(Answer):
    """The waybills that a search found and the caller may see, masked as in a view."""

    results: Annotated[list[Waybill], Meta(max_length=20)]
    more: Annotated[No, Meta(description="Always false: a search that finds more shows nothing.")] = False
