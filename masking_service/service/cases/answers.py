"""The answers about unmasking cases."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from masking_service.service.call.answers import Answer, Pointer, Time, WaybillNo, one_of
from masking_service.service.cases.state import Status
from masking_service.service.me.answers import BudgetLeft
from masking_service.service.waybills.answers import Waybill


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
    done_by: Annotated[
        list[str] | UnsetType, Meta(description="The principals who marked the case as done for themselves, if any.")
    ] = UNSET
    claimed_by: Annotated[
        str | UnsetType, Meta(description="The principal who works on it, if one has claimed it and is not done.")
    ] = UNSET
    opened: (
        Annotated[
            int, Meta(ge=0, description="Of how many waybills something was opened under it. In lists that ask for it.")
        ]
        | UnsetType
    ) = UNSET


class CaseCounts(Answer):
    """How many cases the caller's lists hold, without those that the caller is done with."""

    mine: Annotated[int, Meta(ge=0, description="Open and pending cases that are the caller's.")]
    open: Annotated[int, Meta(ge=0)]
    pending: Annotated[int, Meta(ge=0)]


class DecidedCase(Answer):
    """What another person decided of a case that the caller opened."""

    case: str
    act: Annotated[str, one_of("approve", "deny")]
    by: str
    at: Time
    note: Annotated[str | None, Meta(description="The person's own words. Personal data is masked.")]


class Cases(Answer):
    """A page of cases that the caller may see."""

    cases: list[Case]
    next: Annotated[
        str | UnsetType,
        Meta(
            description="Send it as `after` for the next page. Absent on the last page. One call looks at 10,000 cases "
            "at most, so a page may be short or empty although others follow."
        ),
    ] = UNSET
    counts: CaseCounts | UnsetType = UNSET
    decided: Annotated[
        list[DecidedCase] | UnsetType,
        Meta(
            description="With the counts: what others decided of the caller's active cases within eight hours, the "
            "latest first, at most five."
        ),
    ] = UNSET


class CaseOpen(Answer):
    """A field that was opened under a case."""

    waybill_no: WaybillNo
    field: Pointer
    principal: str
    at: Time


class CaseCall(CaseOpen):
    """A call that was made under a case, through a privacy number."""


class CaseWaybill(Answer):
    """A waybill of a case. `view` is absent for callers who may view none, and null without a waybill."""

    waybill_no: WaybillNo
    view: Waybill | UnsetType | None = UNSET
    site: Annotated[str, Meta(description="The site that holds the parcel, if one does.")] | UnsetType = UNSET


class EarlierCase(Answer):
    """An earlier case of an opener."""

    case: str
    status: Status
    waybills: Annotated[int, Meta(ge=0)]
    opened_at: Time


class OpenerHistory(Answer):
    """What the opener of a case asked for in the last seven days, without this case."""

    cases: Annotated[int, Meta(ge=0)]
    waybills: Annotated[int, Meta(ge=0)]
    by_status: Annotated[dict[str, int], Meta(description="What became of these cases.")]
    last: Annotated[list[EarlierCase], Meta(description="The last five within 30 days, the latest first.")]


class Pair(Answer):
    """How often the opener and the officer of a case met in other cases of the last 30 days."""

    officer: str
    together: Annotated[int, Meta(ge=0, description="Cases of the opener that the officer worked on.")]
    usual: Annotated[float, Meta(ge=0, description="How many that would be if the opener made no difference.")]


class CasePage(Answer):
    """All that the page of a case shows."""

    case: Case
    waybills: list[CaseWaybill]
    opens: Annotated[list[CaseOpen], Meta(description="The fields opened under the case, in the order of time.")]
    calls: Annotated[list[CaseCall], Meta(description="The calls made under the case, in the order of time.")]
    budgets: Annotated[list[BudgetLeft], Meta(description="What is left of the caller's budgets.")]
    opener: Annotated[OpenerHistory, Meta(description="For approvers, while the case is pending.")] | UnsetType = UNSET
    pair: Annotated[
        Pair | UnsetType, Meta(description="For approvers, while the case is pending, if it names an officer.")
    ] = UNSET


class CaseOpens(Answer):
    """The fields opened under a case, in the order of time; kept as long as the records."""

    opens: list[CaseOpen]
