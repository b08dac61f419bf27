"""Operations on people's devices."""

from typing import Annotated, Final

from msgspec import Meta

from masking_service.audit.actions import Action
from masking_service.service.acts.api import decisions_on
from masking_service.service.call.examples import SUPERVISOR
from masking_service.service.call.operation import Operation, handler_of
from masking_service.service.call.shapes import Label, Shape
from masking_service.service.devices.use import (
    DeviceApproval,
    DevicesOfPerson,
    DeviceStatus,
    OwnDeviceList,
    OwnDevices,
    PendingDevices,
)
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
        answers={200: OwnDeviceList},
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
        answers={201: DeviceStatus},
        problems=("too-many-keys",),
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
        answers={200: PendingDevices},
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
        answers={200: DevicesOfPerson},
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
    *decisions_on(
        "device",
        DeviceApproval,
        DeviceStatus,
        DEVICE,
        (Action.DEVICE_APPROVE, Action.DEVICE_DENY, Action.DEVICE_REVOKE),
        summary="Revoke a device: it proves nothing from the next call on.",
        note="phone lost",
    ),
)
