"""The shape of a request for a list of cases."""

from typing import Annotated, Literal

from msgspec import Meta

from masking_service.service.call.shapes import PRINCIPAL_PATTERN, Limit, Shape, WaybillNo
from masking_service.service.cases.state import Status

Sort = Literal["ends", "case", "waybills", "with"]


class CasesQuery(Shape, frozen=True):
    """Which cases to list."""

    status: Annotated[
        Status | None,
        Meta(
            description="Only cases of this status; by default those that have not expired. Expired, closed and "
            "denied cases are listed for 30 days after their end, the latest end first. All others are listed by "
            "their end, the earliest first."
        ),
    ] = None
    purpose: Annotated[str | None, Meta(description="Only cases of this purpose.")] = None
    waybill: WaybillNo | None = None
    opened_by: Annotated[
        str | None,
        Meta(description="Only cases that this principal opened.", extra_json_schema={"pattern": PRINCIPAL_PATTERN}),
    ] = None
    done: Annotated[
        Literal["yes", "no"] | None,
        Meta(description="Cases that the caller has marked as done, or has not. By default those it has not."),
    ] = None
    mine: Annotated[
        Literal["yes"] | None,
        Meta(description="Only cases that the caller opened or has claimed, or that name the caller."),
    ] = None
    opened: Annotated[Literal["yes"] | None, Meta(description="Says of how many waybills something was opened.")] = None
    counts: Annotated[
        Literal["yes"] | None,
        Meta(
            description="Counts open cases among the first 10,000 of all, pending and own ones among the first "
            "10,000 of their own lists, and tells of decisions."
        ),
    ] = None
    sort: Annotated[
        Sort | None,
        Meta(
            description="Their order: by their end (the default), by name, those with the most waybills first, or "
            "by the person who works on them. Another order than by the end is of the first 10,000 cases."
        ),
    ] = None
    after: Annotated[
        str | None, Meta(description="The `next` of a page, or the name of a case. The page begins after it.")
    ] = None
    limit: Limit | None = None
