"""Checks that a call was made on a device of the person, where the policy asks for a proof.

A proof is good for one request. It is checked against the person's devices as they
are in the store now, in the exchange that reads the freeze. A proof by another key
is refused before anything is spent, so it never counts against the person.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from keys.device_proofs import DeviceProof, ProvenRequest, content_hash, read_proof
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import Keyring
from masking_service.service.acts.state import status
from masking_service.service.acts.tickets import RANDOM_BYTES, TICKET_NONCE_BYTES, TicketExpired, Tickets
from masking_service.service.call.budgets import Budgets, Nonce, Reservation
from masking_service.service.call.errors import DeviceProofRequired, SignatureInvalid, SignatureRequired
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import RequestContext
from masking_service.service.devices.state import Device, Devices
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.device_rules import DeviceRule
from masking_service.service.people.errors import NotInPolicy
from masking_service.store.client import Store
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
_UNKNOWN: Final = "the person has no such device that is active in these roles"


@dataclass(frozen=True, slots=True)
class ExpectedProof:
    """A proof that a call brought, before its device is checked.

    Attributes:
        device: the thumbprint of its key.
    """

    device: str
    devices: Question[tuple[Device, ...]]
    nonce: Nonce


class Proven(NamedTuple):
    """A call of a caller who is not frozen, with a valid proof or without one.

    Attributes:
        missed: how many items in a row opened nothing until now.
    """

    missed: int
    device: Device | None
    reserved: Reservation


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
    budgets: Budgets
    random: Callable[[int], bytes]

    def expect(self, context: RequestContext, sent: SentProof, call: str, role: str) -> ExpectedProof | None:
        """Return the proof of a call, to be checked with `verify_and_spend`; None if the call needs none.

        To be called once the caller is authorised, and before anything is looked up. API keys need none: no issuer
        can make one. No round trip, but where this process has not seen the device before: then one.

        Args:
            call: a key of `device_rules.PROVEN`.

        Raises:
            DeviceProofRequired: there is no proof, or it has to be made anew.
            SignatureInvalid: it is not a proof of this request by a device of the caller.
            StoreUnavailable, IntegrityError: it cannot be told.
        """
        if not self.needs(context, call, role):
            return None
        principal = context.principal
        try:
            proof, nonce = self.read(context, sent)
            tenant = principal.tenant
            devices = self.devices.keys_question(tenant, principal.id)
            revoked = self.freezes.revoked(tenant)
            if _good(self.devices.known_keys(tenant, principal.id), proof.device, revoked, principal.roles) is None:
                self.store.ask(devices)
                if _good(devices.answer(), proof.device, revoked, principal.roles) is None:
                    raise SignatureInvalid(_UNKNOWN)
            return ExpectedProof(proof.device, devices, nonce)
        except Exception:
            self.freezes.refuse(principal)  # a freeze is told first
            raise

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

    def needs(self, context: RequestContext, call: str, role: str) -> bool:
        """Return whether the policy asks for a proof of this call through this role."""
        return self.rule is not None and context.principal.source == "jwt" and self.rule.needs(call, role)

    def verify_and_spend(
        self,
        context: RequestContext,
        frozen: Question[int],
        expected: ExpectedProof | None,
        *questions: Question[Any],
        budget: Question[Reservation] | None = None,
    ) -> Proven:
        """Ask whether the caller is frozen, for a budget, and `questions`; check and use up the proof: one round trip.

        Errors are raised in this order: the freeze, the proof, the budget.

        Args:
            frozen: see `LiveGate.grant_and_freeze_question`.
            budget: is asked with the proof's nonce; None for a call that spends none.

        Raises:
            Frozen: the principal is frozen now.
            SignatureInvalid: the proof is not by a device of the person any more, or was used before.
            QuotaExceeded: the budget is spent.
            IntegrityError: the person's devices in the store were changed.
        """
        nonce = expected.nonce if expected is not None else None
        spent = budget or self.budgets.spend_once_question(context.principal, context.now, nonce)
        self.store.ask(frozen, spent, *questions, *([expected.devices] if expected is not None else []))
        missed, device = frozen.answer(), None
        if expected is not None:
            revoked = self.freezes.revoked(context.principal.tenant)
            device = _good(expected.devices.answer(), expected.device, revoked, context.principal.roles)
            if device is None:
                raise SignatureInvalid(_UNKNOWN)
        return Proven(missed, device, spent.answer())


def _good(devices: Sequence[Device], device: str, revoked: frozenset[str], roles: Collection[str]) -> Device | None:
    """Return the device, if it is active and good in these roles."""
    found = next((one for one in devices if one.id == device), None)
    return found if found and status(found, revoked) == "active" and found.good_in(roles) else None
