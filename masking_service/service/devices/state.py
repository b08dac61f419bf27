"""The devices of people: what is kept of each."""

from typing import Final

import msgspec

from keys.device_proofs import device_code
from masking_service.service.acts.registry import ApprovedKey, KeyRegistry, KeySort, WaitingKey
from masking_service.store.layout import DEVICE_REQUESTS, person_devices_key

MAX_DEVICES: Final = 2
"""Active devices of a person; those that wait do not count."""


class Device(ApprovedKey, frozen=True, omit_defaults=True, kw_only=True):
    """An approved device of a person. Its id is the thumbprint of its key (RFC 7638); the key is not kept.

    Attributes:
        phone: the number from which its person calls; empty where none is known.
        invitation: the id of the invitation with which it enrolled; empty without one.
    """

    phone: str = ""
    invitation: str = ""


class DeviceRequest(WaitingKey, frozen=True, omit_defaults=True, kw_only=True):
    """A device that waits for approval. See `Device`."""

    phone: str = ""


DEVICE_KEYS: Final = KeySort(
    name="device",
    approved=msgspec.json.Decoder(tuple[Device, ...]),
    waiting=msgspec.json.Decoder(tuple[DeviceRequest, ...]),
    tag="person-devices",
    person_place=person_devices_key,
    requests=DEVICE_REQUESTS,
    fingerprint=lambda device: device.id,
    code=lambda device: device_code(device.id),
)


class Devices(KeyRegistry[Device, DeviceRequest]):
    """The devices of people of every tenant."""

    sort = DEVICE_KEYS
