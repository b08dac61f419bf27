"""Shapes of requests that several operations share, and what their values are read as."""

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from masking_service.masking.stars import graphemes
from masking_service.service.call.errors import InvalidRequest

MAX_REASON: Final = 500
"""Characters of a reason or note that a person gives."""
MAX_RECORDS: Final = 1_000
MAX_ITEMS: Final = 50
MAX_ENTRIES: Final = 1_000
is_case_name: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII).fullmatch
"""Whether a text is a well-formed name of a case, a hold or an incident."""

Name = Annotated[str, Meta(min_length=1, max_length=64)]
Profile = Annotated[
    Name, Meta(description="The profile, which decides what is shown. The caller's only profile by default.")
]
# `$` alone lets a line feed pass behind the last character.
Site = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\n)", description="The code of a site.")]
PRINCIPAL_PATTERN = (
    "^(client/[a-z0-9][a-z0-9._-]{0,63}|(?!client/)[a-z0-9][a-z0-9-]{0,63}/"
    r"[!-~À-ɏ一-鿯]([ -~À-ɏ一-鿯]{0,126}[!-~À-ɏ一-鿯])?)$(?!\n)"
)
# A line feed or a change of direction would show who reads a list another line than there is.
_UNPRINTABLE: Final = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_ONE_LINE: Final = rf"^[^{_UNPRINTABLE}]*[^{_UNPRINTABLE}\s][^{_UNPRINTABLE}]*$(?!\n)"
Label = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        pattern=_ONE_LINE,
        description="What the person calls it. Personal data that is found in it is masked, as in a remark.",
    ),
]
Records = Annotated[
    list[Any],
    Meta(
        description=f"At most {MAX_RECORDS}. Each is an object as the schema describes it. Anything else is an item "
        "error, and so is a record with a list, an object, a fraction or a boolean in the place of a value.",
        extra_json_schema={"maxItems": MAX_RECORDS},
    ),
]
RecordSchema = Annotated[Name, Meta(description="Names the schema of the records: it says where the values are.")]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request.

    Unknown members are refused: a misspelt one would silently do nothing.
    """


class ProfileQuery(Shape, frozen=True):
    """How waybills are shown."""

    profile: Profile | None = None


Limit = Annotated[
    str,
    Meta(description="The maximum number of results.", extra_json_schema={"minimum": 1, "maximum": MAX_ENTRIES}),
]
WaybillNo = Annotated[
    str,
    Meta(description="Only results for this waybill.", extra_json_schema={"pattern": r"^[A-Za-z0-9-]{6,40}$(?!\n)"}),
]

_LIMIT: Final = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


def limit(text: str | None, default: int) -> int:
    """Read the `limit` of a list. Raises InvalidRequest."""
    if text is None:
        return default
    if not _LIMIT.fullmatch(text) or int(text) > MAX_ENTRIES:
        raise InvalidRequest([("/limit", "invalid-value")])
    return int(text)


def whole(number: int | float | None, pointer: str) -> int | None:
    """Convert to a whole number: in JSON, 60.0 is 60. Raises InvalidRequest."""
    if isinstance(number, float) and not number.is_integer():
        raise InvalidRequest([(pointer, "invalid-value")])
    return None if number is None else int(number)


def text_fault(text: str, most: int) -> str:
    """Return what is wrong with a text that must have visible content and at most so many characters; else ""."""
    if not 1 <= len(text) <= most:
        return "invalid-length"
    return "invalid-value" if all(map(str.isspace, graphemes(text))) else ""


def line_fault(text: str, most: int) -> str:
    """Return what is wrong with a text that a list shows in one line; "" if nothing is."""
    return text_fault(text, most) or ("" if re.search(_ONE_LINE, text) else "invalid-value")
