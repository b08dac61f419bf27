"""Operations that freeze and unfreeze principals."""

from functools import partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.examples import FREEZE
from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.freezes import answers
from masking_service.service.freezes.use import FreezeByHand
from masking_service.service.people.permissions import Permission


class FreezeRequest(msgspec.Struct, frozen=True):
    """Why a principal is frozen.

    Unknown members are ignored: a spelling mistake must not prevent a freeze.
    """

    why: Annotated[
        str | None,
        Meta(description="The reason; `by hand` by default. Personal data is masked, and 500 characters are kept."),
    ] = None
    signed: Signature | None = None


class UnfreezeRequest(msgspec.Struct, frozen=True):
    """A principal is unfrozen."""

    signed: Signature | None = None


_freezing = partial(Operation, uses=FreezeByHand, permissions=(Permission.PRINCIPAL_FREEZE,))

OPERATIONS: Final = (
    _freezing(
        name="list_frozen",
        route="GET /v1/principals/frozen",
        summary="Who is frozen, the longest frozen first.",
        handle=handler_of(FreezeByHand.listed),
        answers={200: answers.FrozenPrincipals},
        example_answer={"principals": [FREEZE]},
    ),
    _freezing(
        name="freeze_principal",
        route="POST /v1/principals/{principal}/freeze",
        summary="Freeze a principal, also one that was never seen. One that is already frozen does not change.",
        handle=handler_of(FreezeByHand.freeze),
        audited_as=Action.FREEZE,
        body=FreezeRequest,
        body_optional=True,
        answers={200: answers.FrozenNow},
        example_body={"why": FREEZE["why"]},
        example_answer=FREEZE | {"frozen": True},
    ),
    _freezing(
        name="thaw_principal",
        route="POST /v1/principals/{principal}/thaw",
        summary="Unfreeze a principal. Callers cannot unfreeze themselves.",
        handle=handler_of(FreezeByHand.unfreeze),
        audited_as=Action.THAW,
        body=UnfreezeRequest,
        body_optional=True,
        answers={200: answers.ThawedNow},
        example_body={},
        example_answer={"id": FREEZE["id"], "frozen": False},
    ),
)
