"""The request to open fields, and what is wrong with its items."""

from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.service.acts.signatures import Signature
from masking_service.service.call.items import INVALID_ITEM, Fault, unknown_members
from masking_service.service.call.shapes import MAX_ITEMS, Shape

_BY_NUMBER: Final = ("waybill_no", "field")
_MEMBERS: Final = ("token", *_BY_NUMBER)


class DetokenizeRequest(Shape, frozen=True):
    """Fields to open."""

    items: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_ITEMS}. Each is an object with a token, or with a waybill_no and a field "
            "(a JSON Pointer inside the record). An item with a waybill_no needs an open case that names the waybill.",
            extra_json_schema={"maxItems": MAX_ITEMS},
        ),
    ]
    purpose: (
        Annotated[  # an empty one is none, which is another refusal than a wrong shape
            str,
            Meta(
                max_length=64,
                description="Why values are opened. It decides which kinds, and whether a case is needed.",
                extra_json_schema={"minLength": 1},
            ),
        ]
        | None
    ) = None
    case: Annotated[str | None, Meta(description="The open case under which the values are opened.")] = None
    signed: Signature | None = None


def opening_faults(item: Any) -> list[Fault]:
    """Everything that is wrong with what is neither ``{"token"}`` nor ``{"waybill_no", "field"}``."""
    if not isinstance(item, dict):
        return [("", INVALID_ITEM)]
    faults = unknown_members(item, _MEMBERS)
    if "token" in item:
        faults += [(f"/{name}", "not-with-token") for name in _BY_NUMBER if name in item]
    elif not faults or any(name in item for name in _BY_NUMBER):
        faults += [(f"/{name}", "missing") for name in _BY_NUMBER if name not in item]
    wrong = (name for name in _MEMBERS if name in item and not isinstance(item[name], str))
    return [*faults, *((f"/{name}", "invalid-value") for name in wrong)]
