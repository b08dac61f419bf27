"""The devices of people: what is kept of each, and invitations, with which a device is approved as it enrols.

An invitation is sealed for its person, and not kept. The device that used it names it, so it is good once.
"""

from dataclasses import dataclass
from struct import Struct
from typing import Final

import msgspec

from keys.aead import NONCE_BYTES
from keys.assertions import unb64
from keys.device_proofs import device_code
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import TenantKeys
from keys.public_keys import b64
from keys.secret import Unprinted
from masking_service.masking.timestamps import SECONDS_A_DAY
from masking_service.service.acts.state import ApprovedKey, KeyRegistry, WaitingKey
from masking_service.service.call.errors import SignatureInvalid
from masking_service.store.layout import DEVICE_REQUESTS, person_devices_key

MAX_DEVICES: Final = 2
"""Active devices of a person."""


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


class Devices(KeyRegistry[Device, DeviceRequest]):
    """The devices of people of every tenant."""

    name = "device"
    at_most = MAX_DEVICES
    tag = "person-devices"
    person_place = staticmethod(person_devices_key)
    requests = DEVICE_REQUESTS
    approved = msgspec.json.Decoder(tuple[Device, ...])
    waiting = msgspec.json.Decoder(tuple[DeviceRequest, ...])
    fingerprint = staticmethod(lambda key: key.id)
    code = staticmethod(lambda key: device_code(key.id))


VALID_SECONDS: Final = 7 * SECONDS_A_DAY
ID_BYTES: Final = 16
RANDOM_BYTES: Final = ID_BYTES + NONCE_BYTES
_HEAD: Final = Struct(f">{ID_BYTES}sQ")


@dataclass(frozen=True, slots=True, repr=False)
class Invitation(Unprinted):
    """An invitation, opened.

    Attributes:
        phone: the number from which the person calls; empty where none is known.
    """

    id: str
    phone: str


def invite(keys: TenantKeys, principal: str, phone: str, random: bytes, now: int) -> str:
    """Return the text of a new invitation of a person, from `RANDOM_BYTES` random bytes."""
    plain = _HEAD.pack(random[:ID_BYTES], now) + phone.encode()
    return b64(keys.state.seal(plain, _place(principal), random[ID_BYTES:]))


def read_invitation(keys: TenantKeys, principal: str, text: str, now: int) -> Invitation:
    """Open an invitation. Raises SignatureInvalid: it is another person's, was not made here, or is too old."""
    try:
        plain = keys.state.open(unb64(text), _place(principal))
    except (ValueError, IntegrityError):
        raise SignatureInvalid("the invitation is another person's, or none") from None
    id_, at = _HEAD.unpack_from(plain)
    if now > at + VALID_SECONDS:
        raise SignatureInvalid("the invitation is too old")
    return Invitation(b64(id_), plain[_HEAD.size :].decode())


def _place(principal: str) -> bytes:
    return frame(b"device-invitation", principal.encode())
