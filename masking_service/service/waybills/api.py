"""Operations on waybills: masked, tokenized, viewed, erased."""

from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import from_header
from masking_service.service.call.examples import TOKENS, WAYBILL_NO, clear_record, masked_record, viewed
from masking_service.service.call.operation import Batch, Call, Operation, handler_of
from masking_service.service.call.shapes import (
    MAX_ITEMS,
    MAX_RECORDS,
    Profile,
    ProfileQuery,
    Records,
    RecordSchema,
    Shape,
)
from masking_service.service.people.permissions import Permission
from masking_service.service.waybills import answers
from masking_service.service.waybills.erase import EraseWaybill
from masking_service.service.waybills.mask import Mask, mapping_notice
from masking_service.service.waybills.tokenize import Tokenize, TokenizeRequest
from masking_service.service.waybills.view import ViewWaybills


class MaskRequest(Shape, frozen=True):
    """Records to mask."""

    records: Records
    schema: RecordSchema = "standard"
    profile: Profile | None = None


class ViewRequest(Shape, frozen=True):
    """Waybills to view."""

    waybills: Annotated[
        list[Any],
        Meta(
            description=f"At most {MAX_ITEMS} waybill numbers. Any other value is the item error not-found.",
            extra_json_schema={"maxItems": MAX_ITEMS},
        ),
    ]
    profile: Profile | None = None
    case: Annotated[
        str | None,
        Meta(
            description="The case on whose page the waybills are shown. The answer is the same without it. A decoy "
            "that this case lists raises an alert instead of freezing the person."
        ),
    ] = None


def _erase(erase: EraseWaybill, call: Call[None, None]) -> answers.Erased:
    return erase(call.context, call.path["waybill_no"], from_header(call.signed))


FOUND: Final = [{"pointer": "/remark", "code": "found-in-text"}]
_viewing = partial(
    Operation, uses=ViewWaybills, permissions=(Permission.WAYBILL_VIEW,), audited_as=Action.VIEW, proven=True
)

OPERATIONS: Final = (
    Operation(
        name="mask",
        route="POST /v1/mask",
        summary="Mask records. Nothing is stored, and no store is needed.",
        uses=Mask,
        handle=handler_of(Mask.__call__),
        permissions=(Permission.WAYBILL_MASK,),
        body=MaskRequest,
        at_most={"records": MAX_RECORDS},
        answers={200: Batch("MaskResults", (answers.MaskedRecord, answers.InvalidRecord), mapping_notice)},
        stateless=True,
        problems=("profile-required", "unknown-schema"),
        example_body={
            "schema": "standard",
            "profile": "label",
            "records": [clear_record(), {"sender": {"phone": ["13812345678"]}}],
        },
        example_answer={
            "results": [
                {"record": masked_record(), "warnings": FOUND},
                {"error": {"code": "invalid-type", "errors": [{"pointer": "/sender/phone", "code": "invalid-type"}]}},
            ],
            "failed": 1,
        },
    ),
    Operation(
        name="tokenize",
        route="POST /v1/tokenize",
        summary="Mask records, store their values, and return a token for each stored value.",
        uses=Tokenize,
        handle=Tokenize.serve,
        permissions=(Permission.WAYBILL_TOKENIZE,),
        body=TokenizeRequest,
        at_most={"records": MAX_RECORDS},
        answers={
            200: Batch(
                "TokenizeResults",
                (
                    answers.TokenizedRecord,
                    answers.UnstoredRecord,
                    answers.InvalidRecord,
                    answers.RefusedRecord,
                ),
                mapping_notice,
            )
        },
        problems=("profile-required", "unknown-schema", "several-waybills", "quota-exceeded"),
        example_body={"profile": "label", "records": [clear_record()], "custody": {"site": "021001"}},
        example_answer={
            "results": [
                {
                    "record": masked_record(),
                    "tokens": TOKENS,
                    "revision": 0,
                    "created": True,
                    "warnings": FOUND,
                    "expires_at": "2027-05-23T00:00:00Z",
                }
            ],
            "failed": 0,
        },
    ),
    _viewing(
        name="view_waybill",
        route="GET /v1/waybills/{waybill_no}",
        summary="View one waybill, masked.",
        handle=ViewWaybills.serve_one,
        batch_of_one=True,
        query=ProfileQuery,
        answers={200: answers.Waybill},
        problems=("profile-required", "restricted", "quota-exceeded"),
        example_answer=viewed(),
    ),
    Operation(
        name="erase_waybill",
        route="DELETE /v1/waybills/{waybill_no}",
        summary="Erase every revision of a waybill. Its number cannot be used again for one retention period.",
        uses=EraseWaybill,
        handle=_erase,
        permissions=(Permission.WAYBILL_ERASE,),
        audited_as=Action.ERASE,
        signed_by_header=True,
        answers={200: answers.Erased},
        problems=("held",),
        example_answer={"audit": "5f1c0a9e27d34b68-412", "unreadable_in_backups_after": "2027-05-24"},
    ),
    _viewing(
        name="view_waybills",
        route="POST /v1/waybills/view",
        summary="View several waybills, masked.",
        handle=handler_of(ViewWaybills.__call__),
        body=ViewRequest,
        at_most={"waybills": MAX_ITEMS},
        answers={200: Batch("ViewResults", (answers.Waybill, answers.WaybillNotFound))},
        problems=("profile-required", "quota-exceeded"),
        example_body={"waybills": [WAYBILL_NO, "YT0000000000000"], "profile": "label"},
        example_answer={
            "results": [viewed(), {"waybill_no": "YT0000000000000", "error": {"code": "not-found"}}],
            "failed": 1,
        },
    ),
)
