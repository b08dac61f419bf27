"""The answers about unmasking cases."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer, Pointer, Time, WaybillNo, one_of
from masking_service.service.cases.state import Status


class Decision(Answer):
    """A decision on a case."""

    act: Annotated[str, one_of("approve", "deny", "close")]
    by: str
    at: Time
    note: Annotated[str | None, Meta(description="The person's own words. Personal data is masked.")]


class Case(Answer):
    """An unmasking case."""

    case: str
    status: Status
    purpose: str
    waybills: list[WaybillNo]
    officer: Annotated[str | None, Meta(description="The only principal who may open values under it, if any.")]
    reason: str
    opened_by: str
    opened_at: Time
    expires_at: Time
    approved_by: list[str]
    ticket: Annotated[
        str | None,
        one_of(
            "confirmed",
            "unconfirmed",
            None,
            description="Whether the ticket system confirmed the case at its opening. Null where the policy asks none.",
        ),
    ]
    decisions: Annotated[list[Decision], Meta(description="The decisions on the case, in the order of time.")]
    done_by: (
        Annotated[list[str], Meta(description="The principals who marked the case as done for themselves, if any.")]
        | UnsetType
    ) = UNSET


class Cases(Answer):
    """A page of cases that the caller may see."""

    cases: list[Case]
    next: (
        Annotated[str, Meta(description="Send it as `after` for the next page. Absent on the last page.")] | UnsetType
    ) = UNSET


class CaseOpen(Answer):
    """A field that was opened under a case."""

    waybill_no: WaybillNo
    field: Pointer
    principal: str
    at: Time


class CaseOpens(Answer):
    """The fields opened under a case, in the order of time; kept as long as the records."""

    opens: list[CaseOpen]
