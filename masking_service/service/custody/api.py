"""The operation that says who holds parcels."""

from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.call.examples import WAYBILL_NO
from masking_service.service.call.operation import Batch, Operation, handler_of
from masking_service.service.call.shapes import MAX_RECORDS, Shape
from masking_service.service.custody import answers
from masking_service.service.custody.use import MoveCustody
from masking_service.service.people.permissions import Permission


class MoveRequest(Shape, frozen=True):
    """Parcels with a new holder."""

    items: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_RECORDS}. Each is an object with a waybill_no, and who holds the parcel from "
            "now on: a site (its code), and a courier (a principal's id) once one took it out. Both are replaced "
            "together; what is absent or null has no holder. Of two items for one number the later one counts.",
            extra_json_schema={"maxItems": MAX_RECORDS},
        ),
    ]


OPERATIONS: Final = (
    Operation(
        name="move_custody",
        route="POST /v1/custody",
        summary="Set who holds parcels from now on. The answer is the same for unknown numbers.",
        uses=MoveCustody,
        handle=handler_of(MoveCustody.__call__),
        permissions=(Permission.CUSTODY_MOVE,),
        audited_as=Action.CUSTODY_MOVE,
        body=MoveRequest,
        at_most={"items": MAX_RECORDS},
        answers={200: Batch("MoveResults", (answers.Moved, answers.InvalidMove))},
        example_body={
            "items": [
                {"waybill_no": WAYBILL_NO, "site": "021001", "courier": "client/c-88"},
                {"waybill_no": "YT8800212345679", "site": "Qingpu 1"},
            ]
        },
        example_answer={
            "results": [
                {"waybill_no": WAYBILL_NO},
                {"error": {"code": "invalid-item", "errors": [{"pointer": "/site", "code": "invalid-value"}]}},
            ],
            "failed": 1,
        },
    ),
)
