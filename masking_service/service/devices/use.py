"""Enrols devices: a person's app makes a proof with its key, another person approves it.

A new device waits until the person has read its code to a person who may approve
keys. The operator can import the thumbprints of devices instead, or give people invitations; those do not wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from msgspec import Meta

from keys.keyring import Keyring
from masking_service.audit.actions import Action
from masking_service.masking.numbers.dialling import dialable
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.alerts import Alerts
from masking_service.service.acts.approving import Approving, AskedKey, keep_request, keys_of, new_request
from masking_service.service.acts.enrolment import MadeIn, Status
from masking_service.service.acts.problems import TooManyKeys
from masking_service.service.acts.state import active, as_approved, status
from masking_service.service.call.answers import Answer, Time
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import SignatureInvalid
from masking_service.service.call.operation import SentProof
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.devices.proofs import DeviceProofs, NoDevices
from masking_service.service.devices.state import MAX_DEVICES, Device, DeviceRequest, Devices, read_invitation
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.errors import Forbidden
from masking_service.store.client import Store

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


INVITER: Final = "service/command-line"
"""Who approves with invitations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDevices:
    """What people do with devices of their own, under one policy.

    Each method raises AccessError where the caller is no signed-in person or is frozen, or the policy has no section on
    devices; and StoreUnavailable or IntegrityError where the caller's devices cannot be read.
    """

    gate: Gate
    store: Store
    keyring: Keyring
    devices: Devices
    freezes: Freezes
    budgets: Budgets
    proofs: DeviceProofs
    recorder: Recorder
    alerts: Alerts

    def add(self, context: RequestContext, name: str, sent: SentProof, invitation: str = "") -> DeviceStatus:
        """Keep a new device, which waits for approval; one that is approved already is not kept again.

        Round trips: one to read, one to prepare, one for the audit, and one to write.

        Args:
            invitation: with which the device is approved at once; empty without one.

        Raises:
            AccessError: the proof or the invitation is not valid, or too many devices wait or are active.
            StoreUnavailable: it may be kept; the list tells.
        """
        principal = context.principal
        with self.recorder.record_denials(context, Action.DEVICE_ENROL, Stated(subject=principal.id)):
            self._check(context)
            proof, nonce = self.proofs.read(context, sent)
            mine = self.devices.keys_question(principal.tenant, principal.id)
            spent = self.budgets.spend_once_question(principal, context.now, nonce)
            live = self.freezes.freeze_question(principal)  # reads what is revoked, too
            self.store.ask(live, spent, mine)
            live.answer()
            spent.answer()
            held = next((one for one in mine.answer() if one.id == proof.device), None)
            if held is not None:
                if status(held, self.freezes.revoked(principal.tenant)) == "revoked":
                    raise SignatureInvalid("the device was revoked")
                return DeviceStatus(held.id, "active")
            if invitation:
                self._add_invited(context, name, proof.device, invitation)
                return DeviceStatus(proof.device, "active")
        request = new_request(DeviceRequest, context, proof.device, name, phone=dialable(principal.phone) or "")
        keep_request(self.recorder, self.devices, self.alerts, context, request)
        return DeviceStatus(request.id, "pending")

    def _add_invited(self, context: RequestContext, name: str, device: str, text: str) -> None:
        """Keep a device as approved, whose person has an invitation that no device has used."""
        principal = context.principal
        invitation = read_invitation(self.keyring.tenant(principal.tenant), principal.id, text, context.now)
        kept = Device(
            id=device,
            name=masked_words(name.strip()),
            since=context.now,
            approved_at=context.now,
            approved_by=INVITER,
            roles=principal.roles,
            phone=invitation.phone,
            invitation=invitation.id,
        )

        def check(others: Sequence[Device]) -> None:
            revoked = self.freezes.revoked(principal.tenant)
            if invitation.id in revoked or any(one.invitation == invitation.id for one in others):
                raise SignatureInvalid("the invitation was used or taken back")
            if active(tuple(others), revoked) >= MAX_DEVICES:
                raise TooManyKeys

        self.recorder.change(
            context,
            Action.DEVICE_ENROL,
            Stated(subject=principal.id),
            partial(self.devices.prepare_key, principal.tenant, principal.id, kept, check),
            partial(self.devices.prepare_settled, principal.tenant, device, context.now),
        )

    def listed(self, context: RequestContext) -> OwnDeviceList:
        """Return the caller's devices, the oldest first: one round trip."""
        self._check(context)
        held, waiting = keys_of(self.store, self.devices, self.freezes, context, context.principal.id)
        devices = [OwnDevice(one.id, one.name, state, rfc3339(one.since)) for one, state in held]
        devices += [OwnDevice(one.id, one.name, "pending", rfc3339(one.since)) for one in waiting]
        return OwnDeviceList(devices)

    def _check(self, context: RequestContext) -> None:
        if context.principal.source != "jwt":
            raise Forbidden
        self.gate.refuse_frozen(context.principal)
        if self.proofs.rule is None:
            raise NoDevices


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceApproval(Approving[Device, DeviceRequest]):
    """Approves, denies and revokes devices of other people, under one policy."""

    def pending(self, context: RequestContext) -> PendingDevices:
        """Return the devices that wait. As `waiting`."""
        found, others = self.waiting(context)
        return PendingDevices(
            [
                PendingDevice(
                    principal=one.principal,
                    roles=[*one.roles],
                    device=one.id,
                    name=one.name,
                    since=rfc3339(one.since),
                    network=one.network or None,
                    phone_ends=_ending(one.phone),
                    others=others[one.principal],
                )
                for one in found
            ]
        )

    def of(self, context: RequestContext, principal: str) -> DevicesOfPerson:
        """Return the devices of a person. As `held_by`."""
        subject, held, waiting = self.held_by(context, principal)
        devices = [
            DeviceOfPerson(one.id, one.name, state, rfc3339(one.since), one.approved_by, _ending(one.phone))
            for one, state in held
        ]
        devices += [
            DeviceOfPerson(one.id, one.name, "pending", rfc3339(one.since), None, _ending(one.phone)) for one in waiting
        ]
        return DevicesOfPerson(subject, devices)

    def approved(self, context: RequestContext, asked: AskedKey[Device, DeviceRequest]) -> Device | None:
        """See `Approving.approved`."""
        request = asked.found.request()
        if request is None:
            return None
        self.refuse_too_many(context, asked)
        return as_approved(Device, request, context.principal.id, asked.proof.signatures, context.now)


def _ending(phone: str) -> str | None:
    """Return the last four digits of a number."""
    return phone[-4:] or None
