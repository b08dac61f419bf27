"""The operation that proposes an act to its person."""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta

from masking_service.service.acts.api import CREDENTIAL
from masking_service.service.call.examples import CASE, WAYBILL_NO
from masking_service.service.call.operation import Call, Operation
from masking_service.service.call.shapes import MAX_ITEMS, Shape
from masking_service.service.people.permissions import Permission
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.proposals.use import ProposeAct, ProposedAct

if TYPE_CHECKING:
    ActName = str
else:
    ActName = Literal[tuple(act.value for act in SignedAct)]
_AS_IN: Final = "As in the call of the act itself."
Text = Annotated[str, Meta(max_length=512, description=_AS_IN)] | None


class ActRequest(Shape, frozen=True):
    """An act that the caller is about to do: its name, and the members that its own call will have."""

    act: ActName
    purpose: Text = None
    case: Text = None
    items: Annotated[
        list[Any] | None, Meta(description=_AS_IN, extra_json_schema={"maxItems": MAX_ITEMS, "minItems": 1})
    ] = None
    waybills: Annotated[list[Any] | None, Meta(description=_AS_IN)] = None
    officer: Text = None
    reason: Text = None
    expires_in: Annotated[int | float | None, Meta(description=_AS_IN)] = None
    waybill_no: Text = None
    principal: Text = None
    key: Text = None
    device: Text = None
    kind: Text = None
    hold: Text = None


def _propose(propose: ProposeAct, call: Call[ActRequest, None]) -> ProposedAct:
    return propose(call.context, SignedAct(call.body.act), call.body, call.language())


OPERATIONS: Final = (
    Operation(
        name="propose_act",
        route="POST /v1/acts",
        summary="Get what the caller's own key has to sign for one act. It opens, spends and changes nothing.",
        uses=ProposeAct,
        handle=_propose,
        permissions=(
            Permission.DETOKENIZE,
            Permission.CASE_OPEN,
            Permission.CASE_APPROVE,
            Permission.CASE_CLOSE,
            Permission.WAYBILL_ERASE,
            Permission.PRINCIPAL_FREEZE,
            Permission.DECOY_PLANT,
            Permission.HOLD_SET,
            Permission.KEY_APPROVE,
        ),
        body=ActRequest,
        answers={200: ProposedAct},
        problems=("not-found", "purpose-required", "case-required"),
        example_body={
            "act": "detokenize",
            "purpose": "dispute",
            "case": CASE["case"],
            "items": [{"waybill_no": WAYBILL_NO, "field": "/recipient/phone"}],
        },
        example_answer={
            "act": "AQFhY3QtdGlja2V0",
            "challenge": "Nf2bRkYxP0sJ5dUoVqv3L6m1h8cTz4wAeGi7KyQnXjE",
            "keys": [CREDENTIAL],
            "text": f"Open 1 field of case {CASE['case']} (dispute)",
            "expires_at": "2026-11-24T08:22:00Z",
        },
    ),
)
