"""Types that answers share."""

from typing import Annotated

import msgspec
from msgspec import Meta, UnsetType

from masking_service.masking.kinds.table import TOKEN_KINDS


def one_of(*values: str | None, description: str | None = None) -> Meta:
    """Describe a string that is one of these values."""
    return Meta(description=description, extra_json_schema={"enum": list(values)})


Token = Annotated[str, Meta(pattern="^wbt1[A-Za-z0-9_-]{22}[AQgw]$", description="Refers to one stored value.")]
Pointer = Annotated[str, Meta(pattern="^(/([^/~]|~[01])*)*$", description="A JSON Pointer (RFC 6901).")]
WaybillNo = Annotated[str, Meta(pattern="^[A-Z0-9-]{6,40}$")]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="In UTC, to the second.")]
Detail = Annotated[str, Meta(description="What a person can do about it.")] | UnsetType
Revision = Annotated[int, Meta(ge=0, le=15, description="0 is the first.")]
Kind = Annotated[str, one_of(*TOKEN_KINDS)]
No = Annotated[bool, Meta(extra_json_schema={"const": False})]


class Answer(msgspec.Struct, forbid_unknown_fields=True):
    """Part of an answer.

    The document allows no further member.
    """
