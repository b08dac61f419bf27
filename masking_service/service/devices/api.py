"""Operations on people's devices."""

from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.api import ApproveKeyRequest, KeyDecisionRequest, approves, ends_as_revoked
from masking_service.service.call.examples import SUPERVISOR
from masking_service.service.call.operation import PROOF, SIGNATURE, STORE, Operation, handler_of
from masking_service.service.call.shapes import Label, Shape
from masking_service.service.devices import answers
from masking_service.service.devices.use import DeviceApproval, OwnDevices
from masking_service.service.people.permissions import Permission

DEVICE: Final = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
COURIER: Final = "staff/courier-88"


class NewDeviceRequest(Shape, frozen=True):
    """A device whose key made the header `DPoP`."""

    name: Label
    invitation: Annotated[
        str,
        Meta(max_length=256, description="One that the operator made for the caller: the device is active at once."),
    ] = ""


OPERATIONS: Final = (
    Operation(
        name="own_devices",
        route="GET /v1/me/devices",
        summary="The caller's own devices.",
        uses=OwnDevices,
        handle=handler_of(OwnDevices.listed),
        signed_in=True,
        answers={200: answers.OwnDeviceList},
        problems=("forbidden", "frozen", *STORE),
        example_answer={
            "devices": [{"device": DEVICE, "name": "round phone", "status": "active", "since": "2026-11-20T08:00:00Z"}]
        },
    ),
    Operation(
        name="add_device",
        route="POST /v1/me/devices",
        summary="Keep a device of the caller's own. Without an invitation it waits for approval.",
        uses=OwnDevices,
        handle=handler_of(OwnDevices.add),
        signed_in=True,
        audited_as=Action.DEVICE_ENROL,
        body=NewDeviceRequest,
        proven=True,
        answers={201: answers.DeviceStatus},
        problems=("forbidden", "frozen", "too-many-keys", *PROOF, *STORE),
        example_body={"name": "round phone"},
        example_answer={"device": DEVICE, "status": "pending"},
    ),
    Operation(
        name="list_pending_devices",
        route="GET /v1/principals/devices",
        summary="The devices that wait for approval, the oldest first.",
        uses=DeviceApproval,
        handle=handler_of(DeviceApproval.pending),
        permissions=(Permission.KEY_APPROVE,),
        answers={200: answers.PendingDevices},
        problems=STORE,
        example_answer={
            "devices": [
                {
                    "principal": COURIER,
                    "roles": ["courier"],
                    "device": DEVICE,
                    "name": "round phone",
                    "since": "2026-11-24T08:00:00Z",
                    "network": "192.0.2.0/24",
                    "phone_ends": "5678",
                    "others": 0,
                }
            ]
        },
    ),
    Operation(
        name="list_devices",
        route="GET /v1/principals/{principal}/devices",
        summary="The devices of a person.",
        uses=DeviceApproval,
        handle=handler_of(DeviceApproval.of),
        permissions=(Permission.KEY_APPROVE,),
        answers={200: answers.DevicesOfPerson},
        problems=("not-found", *STORE),
        example_answer={
            "principal": COURIER,
            "devices": [
                {
                    "device": DEVICE,
                    "name": "round phone",
                    "status": "active",
                    "since": "2026-11-20T08:00:00Z",
                    "approved_by": SUPERVISOR,
                    "phone_ends": "5678",
                }
            ],
        },
    ),
    Operation(
        name="approve_device",
        route="POST /v1/principals/{principal}/devices/{device}/approve",
        summary="Approve a device of another person, who has read out its code.",
        uses=DeviceApproval,
        handle=approves("device"),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.DEVICE_APPROVE,
        body=ApproveKeyRequest,
        answers={200: answers.DeviceStatus},
        problems=("not-found", "too-many-keys", *SIGNATURE, *STORE),
        example_body={"code": "K7Q2M XWPR5"},
        example_answer={"device": DEVICE, "status": "active"},
    ),
    Operation(
        name="deny_device",
        route="POST /v1/principals/{principal}/devices/{device}/deny",
        summary="Deny a device that waits for approval.",
        uses=DeviceApproval,
        handle=ends_as_revoked("device", DeviceApproval.deny, answers.DeviceStatus),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.DEVICE_DENY,
        body=KeyDecisionRequest,
        body_optional=True,
        answers={200: answers.DeviceStatus},
        problems=("not-found", *SIGNATURE, *STORE),
        example_body={},
        example_answer={"device": DEVICE, "status": "revoked"},
    ),
    Operation(
        name="revoke_device",
        route="POST /v1/principals/{principal}/devices/{device}/revoke",
        summary="Revoke a device: it proves nothing from the next call on.",
        uses=DeviceApproval,
        handle=ends_as_revoked("device", DeviceApproval.revoke, answers.DeviceStatus),
        permissions=(Permission.KEY_APPROVE,),
        audited_as=Action.DEVICE_REVOKE,
        body=KeyDecisionRequest,
        body_optional=True,
        answers={200: answers.DeviceStatus},
        problems=("not-found", *SIGNATURE, *STORE),
        example_body={"note": "phone lost"},
        example_answer={"device": DEVICE, "status": "revoked"},
    ),
)
