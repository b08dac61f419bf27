"""The typed queries of version 1.

Unknown and repeated parameters are refused.
"""

from typing import Annotated, Literal

from msgspec import Meta

from masking_service.http.schemas.requests import PRINCIPAL_PATTERN, Profile, Shape
from masking_service.service.cases.state import Status

MAX_ENTRIES = 1_000
DEFAULT_ENTRIES = 100
TIMES = {"begin": "from", "end": "to"}
"""Parameters whose names are words of Python."""

ReadyFor = Annotated[
    Literal["mask"],
    Meta(description="mask: check only what masking needs, without the store. Load balancers use this."),
]
Limit = Annotated[
    str,
    Meta(description="The maximum number of results.", extra_json_schema={"minimum": 1, "maximum": MAX_ENTRIES}),
]
AfterEntry = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{16}-[1-9][0-9]{0,17}(\.[0-9]{1,15}-[0-9]{1,15}){0,16}$(?!\n)",
        description="The `next` of a page, or the id of an entry. The page begins after it; without it, at the first "
        "entry of the order.",
    ),
]
_TIME = {
    "pattern": r"^([0-9]{10}|20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:[0-5][0-9]))?)$(?!\n)"
}
"""The usual ones; other times with an offset are read, too."""
From = Annotated[
    str,
    Meta(
        description="From this time on: a day (2026-11-24, in UTC), a time (RFC 3339) or Unix seconds.",
        extra_json_schema=_TIME,
    ),
]
To = Annotated[str, Meta(description="Before this time, not including it.", extra_json_schema=_TIME)]
WaybillNo = Annotated[
    str,
    Meta(description="Only results for this waybill.", extra_json_schema={"pattern": r"^[A-Za-z0-9-]{6,40}$(?!\n)"}),
]


class ViewQuery(Shape, frozen=True):
    """How to look at a waybill."""

    profile: Profile | None = None


class CasesQuery(Shape, frozen=True):
    """Which cases to list."""

    status: (
        Annotated[
            Status,
            Meta(
                description="Only cases of this status; by default those that have not expired. Expired, closed and "
                "denied cases are listed for 30 days after their end, the latest end first. All others are listed by "
                "their end, the earliest first."
            ),
        ]
        | None
    ) = None
    waybill: WaybillNo | None = None
    opened_by: (
        Annotated[
            str,
            Meta(
                description="Only cases that this principal opened.", extra_json_schema={"pattern": PRINCIPAL_PATTERN}
            ),
        ]
        | None
    ) = None
    after: Annotated[str, Meta(description="The name of a case. The page begins after it.")] | None = None
    limit: Limit | None = None


class AuditQuery(Shape, frozen=True, rename=TIMES):
    """Which entries of the audit log to read."""

    after: AfterEntry | None = None
    limit: Limit | None = None
    principal: Annotated[str, Meta(description="Only entries of this principal.")] | None = None
    action: Annotated[str, Meta(description="Only entries of this action.")] | None = None
    outcome: Annotated[str, Meta(description="Only entries of this outcome.")] | None = None
    case: Annotated[str, Meta(description="Only entries about this case.")] | None = None
    waybill: WaybillNo | None = None
    begin: From | None = None
    end: To | None = None
    order: (
        Annotated[
            Literal["oldest", "newest"],
            Meta(description="The oldest entry first (the default), or the newest first."),
        ]
        | None
    ) = None


class SummaryQuery(Shape, frozen=True, rename=TIMES):
    """What to sum up of the audit log."""

    by: Annotated[Literal["principal", "action"], Meta(description="One sum for each principal, or for each action.")]
    begin: From | None = None
    end: To | None = None
    per: (
        Annotated[
            Literal["hour", "day"],
            Meta(description="The length of a period: an hour (the default) or a day. Days are in UTC."),
        ]
        | None
    ) = None
    after: AfterEntry | None = None


class ReadinessQuery(Shape, frozen=True, rename={"purpose": "for"}):
    """Ready for what."""

    purpose: ReadyFor | None = None
