"""The requests of version 1, as typed shapes: what does not fit them is refused before any use case sees it.

A record is any JSON value here, so that one bad record fails alone.
"""

from typing import Annotated, Any, Literal

import msgspec

MOST_RECORDS = 1_000
MOST_ITEMS = 50

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Site = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request body: unknown members are refused, because a misspelt one would silently do nothing."""


class MaskRequest(_Shape, frozen=True):
    """Records to mask."""

    records: list[Any]
    schema: Name = "standard"
    profile: Name | None = None


class CustodyAtStart(_Shape, frozen=True):
    """Who holds the parcels now."""

    site: Site


class TokenizeRequest(_Shape, frozen=True):
    """Records to mask and store."""

    records: list[Any]
    schema: Name = "standard"
    profile: Name | None = None
    replace: Literal["mask", "token"] = "mask"
    on_conflict: Literal["reject", "revise"] = "reject"
    custody: CustodyAtStart | None = None
    if_unavailable: Literal["fail", "mask"] = "fail"


class ViewRequest(_Shape, frozen=True):
    """Waybills to look at."""

    waybills: list[Any]
    profile: Name | None = None


class DetokenizeRequest(_Shape, frozen=True):
    """Fields to open: each item is a token, or a waybill number and a field's JSON Pointer."""

    items: list[Any]
    purpose: Name | None = None
    case: str | None = None


class OpenCaseRequest(_Shape, frozen=True):
    """A case to open."""

    case: str
    purpose: Name
    waybills: list[Any]
    reason: str
    officer: str | None = None
    expires_in: int | None = None
