"""Operations on restrictions."""

from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.examples import WAYBILL_NO
from masking_service.service.call.operation import Batch, Operation, handler_of
from masking_service.service.call.shapes import MAX_RECORDS, Shape
from masking_service.service.people.permissions import Permission
from masking_service.service.restrictions.use import RestrictedWaybill, RestrictWaybills
from masking_service.service.waybills.answers import WaybillNotFound


class RestrictRequest(Shape, frozen=True):
    """Waybills to restrict."""

    waybills: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_RECORDS} waybill numbers. Any other value is the item error not-found.",
            extra_json_schema={"maxItems": MAX_RECORDS},
        ),
    ]


class UnrestrictRequest(RestrictRequest, frozen=True):
    """Waybills whose restriction ends."""

    signed: Signature | None = None


OPERATIONS: Final = (
    Operation(
        name="restrict_waybills",
        route="POST /v1/restrictions",
        summary="Restrict waybills to the purposes that the policy names for them. Masks and labels go on.",
        uses=RestrictWaybills,
        handle=handler_of(RestrictWaybills.change, action=Action.RESTRICT),
        permissions=(Permission.WAYBILL_ERASE,),
        audited_as=Action.RESTRICT,
        body=RestrictRequest,
        at_most={"waybills": MAX_RECORDS},
        answers={200: Batch("RestrictResults", (RestrictedWaybill, WaybillNotFound))},
        example_body={"waybills": [WAYBILL_NO]},
        example_answer={"results": [{"waybill_no": WAYBILL_NO, "restricted": True}], "failed": 0},
    ),
    Operation(
        name="unrestrict_waybills",
        route="DELETE /v1/restrictions",
        summary="End the restriction of waybills.",
        uses=RestrictWaybills,
        handle=handler_of(RestrictWaybills.change, action=Action.UNRESTRICT),
        permissions=(Permission.WAYBILL_ERASE,),
        audited_as=Action.UNRESTRICT,
        body=UnrestrictRequest,
        at_most={"waybills": MAX_RECORDS},
        answers={200: Batch("UnrestrictResults", (RestrictedWaybill, WaybillNotFound))},
        example_body={"waybills": [WAYBILL_NO]},
        example_answer={"results": [{"waybill_no": WAYBILL_NO, "restricted": False}], "failed": 0},
    ),
)
