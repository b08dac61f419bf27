"""Operations on people's keys."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.approving import Approving
from masking_service.service.acts.enrolment import (
    KeyApproval,
    KeysOfPerson,
    KeyStatus,
    NewKeyOptions,
    OwnKeyList,
    OwnKeys,
    PendingKeys,
)
from masking_service.service.acts.signatures import Signature
from masking_service.service.call.answers import Answer
from masking_service.service.call.examples import CASE, SUPERVISOR
from masking_service.service.call.operation import Call, Operation, handler_of
from masking_service.service.call.shapes import Label, Shape
from masking_service.service.people.permissions import Permission

KEY: Final = "pXk3Yt0mQmS0n9V2cZ8r4w"
CREDENTIAL: Final = "Vx1n0Q2c7mYd5wTfK3sB9A"


class NewKeyRequest(Shape, frozen=True):
    """A key that the browser has made."""

    name: Label
    options: Annotated[str, Meta(max_length=512, description="Of the answer to POST /v1/me/keys/options.")]
    credential: Annotated[dict[str, Any], Meta(description="RegistrationResponseJSON of WebAuthn, level 3.")]


class ApproveKeyRequest(Shape, frozen=True):
    """The approval of a key."""

    code: Annotated[
        str,
        Meta(
            max_length=32,
            description="The ten characters that the person reads from the enrolling screen. Case and spaces are free.",
        ),
    ]
    note: Annotated[str, Meta(max_length=500, description="For the caller alone; it is not kept.")] | None = None
    signed: Signature | None = None


class KeyDecisionRequest(Shape, frozen=True):
    """The denial or revocation of a key."""

    note: Annotated[str, Meta(max_length=500, description="For the caller alone; it is not kept.")] | None = None
    signed: Signature | None = None


def decisions_on(
    what: Literal["key", "device"],
    uses: type[Approving[Any, Any]],
    answer: type[Answer],
    example: str,
    actions: tuple[Action, Action, Action],
    **texts: str,
) -> tuple[Operation, ...]:
    """Return the operations that approve, deny and revoke a key or device of a person.

    Args:
        answer: made of its id and its state.
        example: its id, in the examples.
        actions: the three, in the audit log.
        texts: the `summary` of revoking, and the `note` of its example.
    """

    def approve(approving: Approving[Any, Any], call: Call[ApproveKeyRequest, None]) -> Answer:
        subject, key = call.path.values()
        return answer(key, approving.approve(call.context, subject, key, call.body.code, call.body.signed))

    def deny(approving: Approving[Any, Any], call: Call[KeyDecisionRequest, None]) -> Answer:
        subject, key = call.path.values()
        return answer(key, approving.deny(call.context, subject, key, call.body.signed))

    def revoke(approving: Approving[Any, Any], call: Call[KeyDecisionRequest, None]) -> Answer:
        subject, key = call.path.values()
        return answer(key, approving.revoke(call.context, subject, key, call.body.signed))

    def decision(action: Action, handle: Callable[..., Answer], status: str, summary: str, **row: Any) -> Operation:
        act = action.removeprefix(f"{what}-")
        return Operation(
            name=f"{act}_{what}",
            route=f"POST /v1/principals/{{principal}}/{what}s/{{{what}}}/{act}",
            summary=summary,
            uses=uses,
            handle=handle,
            permissions=(Permission.KEY_APPROVE,),
            audited_as=action,
            answers={200: answer},
            example_answer={what: example, "status": status},
            **row,
        )

    approving = {"body": ApproveKeyRequest, "problems": ("too-many-keys",)}
    ending = {"body": KeyDecisionRequest, "body_optional": True}
    told = f"Approve a {what} of another person, who has read out its code.", f"Deny a {what} that waits for approval."
    return (
        decision(actions[0], approve, "active", told[0], example_body={"code": "K7Q2M XWPR5"}, **approving),
        decision(actions[1], deny, "revoked", told[1], example_body={}, **ending),
        decision(actions[2], revoke, "revoked", texts["summary"], example_body={"note": texts["note"]}, **ending),
    )


class NothingMore(Shape, frozen=True):
    """An empty object."""


OPERATIONS: Final = (
    Operation(
        name="own_keys",
        route="GET /v1/me/keys",
        summary="The caller's own keys.",
        uses=OwnKeys,
        handle=handler_of(OwnKeys.listed),
        signed_in=True,
        answers={200: OwnKeyList},
        example_answer={
            "keys": [
                {
                    "key": KEY,
                    "name": "work laptop",
                    "status": "active",
                    "since": "2026-11-20T08:00:00Z",
                    "last_used": "2026-11-24T08:20:00Z",
                }
            ]
        },
    ),
    Operation(
        name="new_key_options",
        route="POST /v1/me/keys/options",
        summary="Get what a browser needs to make a key of the caller's own.",
        uses=OwnKeys,
        handle=handler_of(OwnKeys.options),
        signed_in=True,
        body=NothingMore,
        body_optional=True,
        answers={200: NewKeyOptions},
        example_body={},
        example_answer={
            "publicKey": {
                "rp": {"id": "desk.example.com", "name": "desk.example.com"},
                "user": {"id": "b2ZmaWNlci03b2ZmaWNlcg", "name": "officer-7", "displayName": "officer-7"},
                "challenge": "Nf2bRkYxP0sJ5dUoVqv3L6m1h8cTz4wAeGi7KyQnXjE",
                "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
            },
            "options": "AQFrZXktdGlja2V0",
        },
    ),
    Operation(
        name="add_key",
        route="POST /v1/me/keys",
        summary="Keep a key that the browser has made. It signs nothing until another person has approved it.",
        uses=OwnKeys,
        handle=handler_of(OwnKeys.add),
        signed_in=True,
        audited_as=Action.KEY_ENROL,
        body=NewKeyRequest,
        answers={201: KeyStatus},
        problems=("signature-required", "signature-invalid"),
        example_body={
            "name": "work laptop",
            "options": "AQFrZXktdGlja2V0",
            "credential": {"id": CREDENTIAL, "rawId": CREDENTIAL, "type": "public-key", "response": {}},
        },
        example_answer={"key": KEY, "status": "pending"},
    ),
    Operation(
        name="list_pending_keys",
        route="GET /v1/principals/keys",
        summary="The keys that wait for approval, the oldest first.",
        uses=KeyApproval,
        handle=handler_of(KeyApproval.pending),
        permissions=(Permission.KEY_APPROVE,),
        answers={200: PendingKeys},
        example_answer={
            "keys": [
                {
                    "principal": CASE["officer"],
                    "roles": ["dispute-officer"],
                    "key": KEY,
                    "name": "work laptop",
                    "since": "2026-11-24T08:00:00Z",
                    "device": None,
                    "network": "192.0.2.0/24",
                    "model": None,
                    "synced": False,
                    "others": 0,
                }
            ]
        },
    ),
    Operation(
        name="list_keys",
        route="GET /v1/principals/{principal}/keys",
        summary="The keys of a person.",
        uses=KeyApproval,
        handle=handler_of(KeyApproval.of),
        permissions=(Permission.KEY_APPROVE,),
        answers={200: KeysOfPerson},
        example_answer={
            "principal": CASE["officer"],
            "keys": [
                {
                    "key": KEY,
                    "name": "work laptop",
                    "status": "active",
                    "since": "2026-11-20T08:00:00Z",
                    "approved_by": SUPERVISOR,
                    "works_from": "2026-11-21T08:00:00Z",
                }
            ],
        },
    ),
    *decisions_on(
        "key",
        KeyApproval,
        KeyStatus,
        KEY,
        (Action.KEY_APPROVE, Action.KEY_DENY, Action.KEY_REVOKE),
        summary="Revoke a key: it signs nothing from the next call on.",
        note="laptop lost",
    ),
)
