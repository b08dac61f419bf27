"""Operations on people's keys."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts import answers
from masking_service.service.acts.enrolment import KeyApproval, OwnKeys
from masking_service.service.acts.shapes import Signature
from masking_service.service.call.answers import Answer
from masking_service.service.call.examples import CASE, SUPERVISOR
from masking_service.service.call.operation import SIGNATURE, STORE, Call, Operation, handler_of
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


Approved = Literal["key", "device"]
"""The parameter of the path that names what is approved, denied or revoked."""


def approves(what: Approved) -> Callable[..., Answer]:
    """Return the handler of an operation that approves a key or device of a person."""

    def handle(approving: Any, call: Call[ApproveKeyRequest, None]) -> Answer:
        path, body = call.path, call.body
        approved: Answer = approving.approve(call.context, path["principal"], path[what], body.code, body.signed)
        return approved

    return handle


def ends_as_revoked(
    what: Approved, method: Callable[..., None], answer: Callable[[str, str], Answer]
) -> Callable[..., Answer]:
    """Return the handler of an operation that denies or revokes a key or device of a person."""

    def handle(approving: Any, call: Call[KeyDecisionRequest, None]) -> Answer:
        method(approving, call.context, call.path["principal"], call.path[what], call.body.signed)
        return answer(call.path[what], "revoked")

    return handle


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
        answers={200: answers.OwnKeyList},
        problems=("forbidden", "frozen", *STORE),
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
        answers={200: answers.NewKeyOptions},
        problems=("forbidden", "frozen", *STORE),
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
        answers={201: answers.KeyStatus},
        problems=("forbidden", "frozen", *SIGNATURE, *STORE),
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
        answers={200: answers.PendingKeys},
        problems=STORE,
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
        answers={200: answers.KeysOfPerson},
        problems=("not-found", *STORE),
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
    Operation(
        name="approve_key",
        route="POST /v1/principals/{principal}/keys/{key}/approve",
        summary="Approve a key of another person, who has read out its code.",
        uses=KeyApproval,
        handle=approves("key"),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.KEY_APPROVE,
        body=ApproveKeyRequest,
        answers={200: answers.KeyStatus},
        problems=("not-found", "too-many-keys", *SIGNATURE, *STORE),
        example_body={"code": "K7Q2M XWPR5"},
        example_answer={"key": KEY, "status": "active"},
    ),
    Operation(
        name="deny_key",
        route="POST /v1/principals/{principal}/keys/{key}/deny",
        summary="Deny a key that waits for approval.",
        uses=KeyApproval,
        handle=ends_as_revoked("key", KeyApproval.deny, answers.KeyStatus),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.KEY_DENY,
        body=KeyDecisionRequest,
        body_optional=True,
        answers={200: answers.KeyStatus},
        problems=("not-found", *SIGNATURE, *STORE),
        example_body={},
        example_answer={"key": KEY, "status": "revoked"},
    ),
    Operation(
        name="revoke_key",
        route="POST /v1/principals/{principal}/keys/{key}/revoke",
        summary="Revoke a key: it signs nothing from the next call on.",
        uses=KeyApproval,
        handle=ends_as_revoked("key", KeyApproval.revoke, answers.KeyStatus),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.KEY_REVOKE,
        body=KeyDecisionRequest,
        body_optional=True,
        answers={200: answers.KeyStatus},
        problems=("not-found", *SIGNATURE, *STORE),
        example_body={"note": "laptop lost"},
        example_answer={"key": KEY, "status": "revoked"},
    ),
)
