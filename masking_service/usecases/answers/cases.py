"""The answers about unmasking cases."""

from typing import Annotated

from msgspec import Meta

from masking_service.access.cases import Status
from masking_service.usecases.answers.common import Answer, Time, WaybillNo


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


class Cases(Answer):
    """The cases that have not expired and that the caller may see, soonest to expire first, at most 1,000."""

    cases: list[Case]
