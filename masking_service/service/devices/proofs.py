"""Checks that a call was made on a device of the person, where the policy asks for a proof.

A proof is good for one request. It is checked against the person's devices as they
are in the store now, in the exchange that reads the freeze. A proof by another key
is refused before anything is spent, so it never counts against the person.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keys.device_proofs import DeviceProof, ProvenRequest, content_hash, read_proof
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import Keyring
from masking_service.service.acts.state import status
from masking_service.service.acts.tickets import RANDOM_BYTES, TICKET_NONCE_BYTES, TicketExpired, Tickets
from masking_service.service.call.budgets import Nonce
from masking_service.service.call.errors import DeviceProofRequired, SignatureInvalid, SignatureRequired
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import RequestContext
from masking_service.service.devices.state import Device, Devices
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.device_rules import DeviceRule
from masking_service.service.people.errors import NotInPolicy
from masking_service.service.people.principals import Principal
from masking_service.store.client import Reply, Store
from masking_service.store.layout import signature_key
from masking_service.store.pipeline import Question
from masking_service.texts import ProblemText, Text


class NoDevices(NotInPolicy):
    """The policy has no section on devices."""

    detail = Text("The policy asks for no proofs by devices, so people have no devices here.")


DEVICE_PROBLEMS: Final[dict[str, ProblemText]] = {
    "device-proof-required": ProblemText(
        401,
        Text("A proof by your device is required"),
        Text(
            "The policy requires a proof by the caller's own device, in the header `DPoP`, with the nonce of this "
            "answer."
        ),
        Text("Make a new proof with this `nonce`, and send the call again. POST /v1/me/devices enrols a device."),
    ),
}


VALID_SECONDS: Final = 600
"""Seconds a nonce is valid. Past half of it, the answer brings the next one."""


@dataclass(frozen=True, slots=True)
class ExpectedProof:
    """A proof that a call brought, before its device is checked; see `NO_PROOF`.

    Attributes:
        device: which device made it. Its answer raises:
            SignatureInvalid: the person has no such device that is active in these roles.
            IntegrityError: the person's devices in the store were changed.
        nonce: uses the proof up.
    """

    device: Question[Device] | None
    nonce: Nonce | None


NO_PROOF: Final = ExpectedProof(None, None)
"""Of a call whose grant asks for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProofs:
    """Checks proofs, under one policy.

    Attributes:
        rule: None where the policy has no section on devices.
    """

    rule: DeviceRule | None
    tickets: Tickets
    store: Store
    keyring: Keyring
    devices: Devices
    freezes: Freezes
    random: Callable[[int], bytes]

    def expect(self, context: RequestContext, sent: SentProof) -> ExpectedProof:
        """Return the proof of a call whose grant asks for one, to be checked by `LiveGate.ask`.

        To be called once the caller is authorised, and before anything is looked up. No round trip, but where this
        process has not seen the device before: then one.

        Raises:
            DeviceProofRequired: there is no proof, or it has to be made anew.
            SignatureInvalid: it is not a proof of this request by a device of the caller.
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        principal = context.principal
        try:
            proof, nonce = self.read(context, sent)
            device = self._device_question(principal, proof.device)
            known = self.devices.known_keys(principal.tenant, principal.id)
            if self._find_active(principal, known, proof.device) is None:
                self.store.answer(device)
            return ExpectedProof(device, nonce)
        except Exception:
            self.freezes.refuse(principal)  # a freeze is told first
            raise

    def _device_question(self, principal: Principal, device: str) -> Question[Device]:
        """Return the question for the person's device with this thumbprint. Its answer raises as `ExpectedProof`."""
        stored = self.devices.keys_question(principal.tenant, principal.id)

        def read(replies: list[Reply]) -> Device:
            found = self._find_active(principal, stored.read(replies), device)
            if found is None:
                raise SignatureInvalid("the person has no such device that is active in these roles")
            return found

        return Question(stored.commands, read)

    def _find_active(self, principal: Principal, devices: Sequence[Device], device: str) -> Device | None:
        """Return the device, if it is active and good in the person's roles."""
        found = next((one for one in devices if one.id == device), None)
        revoked = self.freezes.revoked(principal.tenant)
        return found if found and status(found, revoked) == "active" and found.good_in(principal.roles) else None

    def read(self, context: RequestContext, sent: SentProof) -> tuple[DeviceProof, Nonce]:
        """Return a proof that is valid for its request, and what uses it up. No round trip.

        Where its nonce has had half its life, the next one is offered.

        Raises:
            NoDevices: the policy has no section on devices.
            DeviceProofRequired, SignatureInvalid: as `expect`.
            StoreUnavailable: the server that owns the tenant's slot is not verified.
        """
        if self.rule is None:
            raise NoDevices
        if not sent.header:
            raise DeviceProofRequired(self.nonce(context))
        token = context.authorization.partition(" ")[2]
        request = ProvenRequest(sent.method, sent.path, content_hash(sent.query, sent.body), token)
        try:
            proof = read_proof(sent.header, request, self.rule.urls)
        except IntegrityError as fault:
            raise SignatureInvalid(str(fault)) from None
        if not proof.nonce:
            raise DeviceProofRequired(self.nonce(context))
        keys = self.keyring.tenant(context.principal.tenant)
        try:
            ticket, nonce = self.tickets.take(keys, context.principal, "device", proof.nonce, context.now)
        except (SignatureRequired, TicketExpired):
            raise DeviceProofRequired(self.nonce(context)) from None
        if context.now - ticket.at >= VALID_SECONDS / 2:
            sent.offer_nonce(self.nonce(context))
        once = hashlib.sha256(frame(proof.device.encode(), proof.jti.encode())).digest()[:TICKET_NONCE_BYTES]
        return proof, replace(nonce, key=signature_key(keys.tenant_tag, once))

    def nonce(self, context: RequestContext) -> str:
        """Return a nonce for further proofs of the caller. Raises StoreUnavailable."""
        keys = self.keyring.tenant(context.principal.tenant)
        return self.tickets.give(keys, context.principal, "device", self.random(RANDOM_BYTES), context.now)[1]
