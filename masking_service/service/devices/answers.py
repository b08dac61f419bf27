"""Answers about people's devices."""

from typing import Annotated

from msgspec import Meta

from masking_service.service.acts.answers import MadeIn, Status
from masking_service.service.call.answers import Answer, Time

DeviceId = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]{43}$", description="The thumbprint of the device's public key (RFC 7638).")
]
PhoneEnds = Annotated[
    str | None, Meta(description="The last four digits of the number from which its person calls; null without one.")
]


class DeviceStatus(Answer):
    """A device of a person, and whether it may prove calls."""

    device: DeviceId
    status: Status


class OwnDevice(Answer):
    """A device of the caller."""

    device: DeviceId
    name: str
    status: Status
    since: Time


class OwnDeviceList(Answer):
    """The caller's devices."""

    devices: list[OwnDevice]


class PendingDevice(Answer):
    """A device that waits for approval, and how it was enrolled."""

    principal: str
    roles: MadeIn
    device: DeviceId
    name: str
    since: Time
    network: Annotated[str | None, Meta(description="As the issuer names it, or the network of the caller's address.")]
    phone_ends: PhoneEnds
    others: Annotated[int, Meta(ge=0, description="How many active devices the person has.")]


class PendingDevices(Answer):
    """Devices that wait for approval, the oldest first."""

    devices: list[PendingDevice]


class DeviceOfPerson(Answer):
    """A device of a person."""

    device: DeviceId
    name: str
    status: Status
    since: Time
    approved_by: str | None
    phone_ends: PhoneEnds


class DevicesOfPerson(Answer):
    """The devices of a person."""

    principal: str
    devices: list[DeviceOfPerson]
