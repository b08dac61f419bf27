"""Operations on waybills: masked, tokenized, viewed, found, moved, erased."""

from typing import Final

from masking_service.http.operation import STORE, Batch, Operation
from masking_service.http.schemas import queries
from masking_service.http.schemas import requests as contract
from masking_service.http.schemas.search import SearchRequest
from masking_service.service.search import answers as search
from masking_service.service.waybills import answers as waybills
from masking_service.service.waybills import record_answers as records

OPERATIONS: Final = (
    Operation(
        name="mask",
        method="post",
        path="/v1/mask",
        summary="Mask records. Nothing is stored, and no store is needed.",
        permissions=("waybill:mask",),
        body=contract.MaskRequest,
        answers={200: Batch("MaskResults", (records.MaskedRecord, records.InvalidRecord))},
        problems=("profile-required", "too-many-items", "unknown-schema"),
    ),
    Operation(
        name="tokenize",
        method="post",
        path="/v1/tokenize",
        summary="Mask records, store their values, and return a token for each stored value.",
        permissions=("waybill:tokenize",),
        body=contract.TokenizeRequest,
        answers={
            200: Batch(
                "TokenizeResults",
                (records.TokenizedRecord, records.UnstoredRecord, records.InvalidRecord, records.RefusedRecord),
            )
        },
        problems=(
            "profile-required",
            "too-many-items",
            "unknown-schema",
            "several-waybills",
            "quota-exceeded",
            *STORE,
        ),
    ),
    Operation(
        name="view_waybill",
        method="get",
        path="/v1/waybills/{waybill_no}",
        summary="View one waybill, masked.",
        permissions=("waybill:view",),
        audited_as="view",
        query=queries.ViewQuery,
        answers={200: waybills.Waybill},
        problems=("profile-required", "not-found", "quota-exceeded", *STORE),
    ),
    Operation(
        name="erase_waybill",
        method="delete",
        path="/v1/waybills/{waybill_no}",
        summary="Erase every revision of a waybill. Its number cannot be used again for one retention period.",
        permissions=("waybill:erase",),
        answers={200: waybills.Erased},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="view_waybills",
        method="post",
        path="/v1/waybills/view",
        summary="View several waybills, masked.",
        permissions=("waybill:view",),
        audited_as="view",
        body=contract.ViewRequest,
        answers={200: Batch("ViewResults", (waybills.Waybill, waybills.WaybillNotFound))},
        problems=("profile-required", "too-many-items", "quota-exceeded", *STORE),
    ),
    Operation(
        name="move_custody",
        method="post",
        path="/v1/custody",
        summary="Set who holds parcels from now on. The answer is the same for unknown numbers.",
        permissions=("custody:move",),
        audited_as="custody-move",
        body=contract.MoveRequest,
        answers={200: Batch("MoveResults", (waybills.Moved, waybills.InvalidMove))},
        problems=("too-many-items", *STORE),
    ),
    Operation(
        name="read_disclosures",
        method="get",
        path="/v1/waybills/{waybill_no}/disclosures",
        summary="Who opened fields of a waybill, and who viewed it in full. Erasing the waybill keeps this.",
        permissions=("audit:read",),
        answers={200: waybills.Disclosures},
        problems=("not-found", *STORE),
    ),
    Operation(
        name="search_waybills",
        method="post",
        path="/v1/search",
        summary="Find waybills by a recipient's phone, or by its last four digits at a site, masked as in a view.",
        permissions=("waybill:search",),
        audited_as="search",
        body=SearchRequest,
        answers={200: search.Found},
        problems=("profile-required", "too-many", "quota-exceeded", *STORE),
    ),
)
