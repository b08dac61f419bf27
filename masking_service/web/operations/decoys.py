"""Operations on decoys."""

from typing import Final

from masking_service.usecases.answers import decoys
from masking_service.web.operation import STORE, Operation
from masking_service.web.schemas import requests as contract

OPERATIONS: Final = (
    Operation(
        name="list_decoys",
        method="get",
        path="/v1/decoys",
        group="Oversight",
        summary="The decoys in the order of planting, and how often each was named.",
        permissions=("decoy:plant",),
        audited_as="decoy-list",
        answers={200: decoys.Decoys},
        problems=STORE,
    ),
    Operation(
        name="plant_decoys",
        method="post",
        path="/v1/decoys",
        group="Oversight",
        summary="Mark waybills as decoys. A caller who names a phantom is frozen. The waybills are not looked up.",
        permissions=("decoy:plant",),
        audited_as="decoy-plant",
        body=contract.PlantRequest,
        answers={200: decoys.Planted},
        problems=("too-many-items", *STORE),
    ),
    Operation(
        name="remove_decoys",
        method="delete",
        path="/v1/decoys",
        group="Oversight",
        summary="Remove decoys. The answer is the same for waybills that are no decoys.",
        permissions=("decoy:plant",),
        audited_as="decoy-remove",
        body=contract.DecoysRequest,
        answers={200: decoys.Planted},
        problems=("too-many-items", *STORE),
    ),
    Operation(
        name="hear_decoy",
        method="post",
        path="/v1/decoys/heard",
        group="Oversight",
        summary="Report that a seed's phone rang. Answers who saw the seeds that rang so far.",
        permissions=("decoy:plant",),
        audited_as="decoy-heard",
        body=contract.HeardRequest,
        answers={200: decoys.Heard},
        problems=STORE,
    ),
)
