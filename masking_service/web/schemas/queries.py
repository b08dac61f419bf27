"""The typed queries of version 1. Unknown and repeated parameters are refused."""

from typing import Annotated, Literal

from msgspec import Meta

from masking_service.access.cases import Status
from masking_service.web.schemas.requests import Profile, Shape

MAX_ENTRIES = 1_000
DEFAULT_ENTRIES = 100
TIMES = {"begin": "from", "end": "to"}
"""Parameters whose names are words of Python."""

ReadyFor = Annotated[
    Literal["mask"], Meta(description="Only what masking needs, which is not the store: what a load balancer probes.")
]
Limit = Annotated[
    str,
    Meta(description="How many at most.", extra_json_schema={"minimum": 1, "maximum": MAX_ENTRIES}),
]
AfterEntry = Annotated[
    str,
    Meta(
        pattern=r"^[0-9a-f]{16}-[1-9][0-9]{0,17}$(?!\n)",
        description="The id of an entry: those behind it. The first ones of the order if not given.",
    ),
]
From = Annotated[
    str, Meta(description="From this time on: a day (2026-11-24, in UTC), a time (RFC 3339) or Unix seconds.")
]
To = Annotated[str, Meta(description="Before this time, which is outside.")]


class ViewQuery(Shape, frozen=True):
    """How to look at a waybill."""

    profile: Profile | None = None


class CasesQuery(Shape, frozen=True):
    """Which cases to list."""

    status: (
        Annotated[
            Status,
            Meta(
                description="Only cases of this status. Expired, closed and denied ones are listed for 30 days after "
                "their end, the last to end first; all others soonest to expire first. If not given: the cases that "
                "have not expired."
            ),
        ]
        | None
    ) = None
    waybill: (
        Annotated[
            str,
            Meta(
                description="Only cases that name this waybill.",
                extra_json_schema={"minLength": 6},
            ),
        ]
        | None
    ) = None
    opened_by: Annotated[str, Meta(description="Only cases that this principal opened.")] | None = None
    after: Annotated[str, Meta(description="The name of a case: those behind it in the list.")] | None = None
    limit: Limit | None = None


class AuditQuery(Shape, frozen=True, rename=TIMES):
    """Which entries of the audit log to read."""

    after: AfterEntry | None = None
    limit: Limit | None = None
    principal: Annotated[str, Meta(description="Only entries of this principal.")] | None = None
    action: Annotated[str, Meta(description="Only entries of this action.")] | None = None
    outcome: Annotated[str, Meta(description="Only entries of this outcome.")] | None = None
    case: Annotated[str, Meta(description="Only entries that state this case.")] | None = None
    waybill: Annotated[str, Meta(description="Only entries about this waybill.")] | None = None
    begin: From | None = None
    end: To | None = None
    order: (
        Annotated[
            Literal["oldest", "newest"],
            Meta(description="From the oldest entry on, or from the newest back. The oldest if not given."),
        ]
        | None
    ) = None


class SummaryQuery(Shape, frozen=True, rename=TIMES):
    """What to sum up of the audit log."""

    by: Annotated[Literal["principal", "action"], Meta(description="What the sums are kept apart by.")]
    begin: From | None = None
    end: To | None = None
    per: Annotated[Literal["hour", "day"], Meta(description="An hour if not given. Days are in UTC.")] | None = None
    after: AfterEntry | None = None


class ReadinessQuery(Shape, frozen=True, rename={"purpose": "for"}):
    """Ready for what."""

    purpose: ReadyFor | None = None
