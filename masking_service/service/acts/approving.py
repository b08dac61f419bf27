"""Approves, denies and revokes keys of people, of either sort.

No person approves a key of their own. The code that the person reads out is made
from the public key, so it shows that both people mean the same key.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic

import msgspec

from keys.secret import Unprinted
from masking_service.audit.actions import Action, Outcome
from masking_service.observability.alerts import Alerts
from masking_service.service.acts import deeds
from masking_service.service.acts.deeds import Deed
from masking_service.service.acts.problems import TooManyKeys
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.acts.state import Key, KeyRegistry, Request, active, status
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorder, RequestContext, SignatureProof, Stated
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.networks import network_of
from masking_service.service.people.permissions import Permission
from masking_service.service.people.principals import sound_principal
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.state.sealed import Prepared
from masking_service.store.client import Store
from masking_service.store.pipeline import Question

MAX_CHAIN: Final = 16
"""Approvals behind each other. The command line begins a new row."""
_SPOKEN: Final = str.maketrans("", "", " -")


@dataclass(frozen=True, slots=True, repr=False)
class HeldKey(Unprinted, Generic[Key, Request]):
    """A key of a person, once its questions are answered."""

    principal: str
    key: str
    registry: KeyRegistry[Key, Request]
    approved: Question[tuple[Key, ...]]
    waiting: Question[tuple[Request, ...]]

    @property
    def questions(self) -> Sequence[Question[Any]]:
        """What has to be asked first."""
        return self.approved, self.waiting

    def request(self) -> Request | None:
        """Return the key if it waits."""
        wanted = self.key, self.principal
        return next((one for one in self.waiting.answer() if (one.id, one.principal) == wanted), None)

    def held(self) -> Key | None:
        """Return the key if it is approved, also if it is revoked."""
        return next((one for one in self.approved.answer() if one.id == self.key), None)

    def found(self) -> Key | Request:
        """Return the key. Raises NotFound where the person has no such key."""
        found = self.request() or self.held()
        if found is None:
            raise NotFound
        return found

    def fingerprint(self) -> str:
        """Return what an approval says of the key. Raises as `found`."""
        return self.registry.fingerprint(self.found())


def held_key(
    registry: KeyRegistry[Key, Request], context: RequestContext, principal: str, key: str
) -> HeldKey[Key, Request]:
    """Return a key of a person of the caller's tenant, to be asked for."""
    tenant = context.principal.tenant
    approved = registry.keys_question(tenant, principal)
    return HeldKey(principal, key, registry, approved, registry.requests_question(tenant, context.now))


def keys_of(
    store: Store, registry: KeyRegistry[Key, Request], freezes: Freezes, context: RequestContext, principal: str
) -> tuple[list[tuple[Key, str]], list[Request]]:
    """Return the approved keys of a person with their states, and the keys that wait: one round trip."""
    found = held_key(registry, context, principal, "")
    store.ask(*found.questions)
    revoked = freezes.revoked(context.principal.tenant)
    held = [(key, status(key, revoked)) for key in found.approved.answer()]
    return held, [one for one in found.waiting.answer() if one.principal == principal]


def new_request(kind: type[Request], context: RequestContext, key: str, name: str, **more: Any) -> Request:
    """Return a new key of the caller's, which waits."""
    principal = context.principal
    return kind(
        id=key,
        principal=principal.id,
        name=masked_words(name.strip()),
        since=context.now,
        device=principal.device or "",
        network=principal.network or network_of(context.address),
        roles=principal.roles,
        **more,
    )


def keep_request(
    recorder: Recorder, registry: KeyRegistry[Key, Request], alerts: Alerts, context: RequestContext, request: Request
) -> None:
    """Record that the caller wants a key approved, keep it until another person decides, and raise the alert.

    Raises:
        TooManyKeys: too many wait.
        StoreUnavailable: the same call can be made again.
    """
    principal = context.principal
    request_it = partial(registry.prepare_request, principal.tenant, request)
    recorder.change(context, Action(f"{registry.name}-enrol"), Stated(subject=principal.id), request_it)
    alerts.raise_alert("key-pending", principal)


@dataclass(frozen=True, slots=True)
class AskedKey(Generic[Key, Request]):
    """A key that an approver acts on: by which role, which key, with what proof."""

    role: str
    found: HeldKey[Key, Request]
    proof: SignatureProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Approving(Generic[Key, Request]):
    """What approvers do with keys of other people, under one policy."""

    gate: LiveGate
    store: Store
    registry: KeyRegistry[Key, Request]
    freezes: Freezes
    signatures: Signatures
    recorder: Recorder

    def waiting(self, context: RequestContext) -> tuple[tuple[Request, ...], Mapping[str, int]]:
        """Return the keys that wait, and how many active ones each of their people has: two round trips.

        Raises:
            AccessError: the caller may not.
            StoreUnavailable, IntegrityError: they cannot be read.
        """
        self.gate.grant(context.principal, Permission.KEY_APPROVE)
        tenant = context.principal.tenant
        found = self.store.answer(self.registry.requests_question(tenant, context.now))
        others = {one.principal: self.registry.keys_question(tenant, one.principal) for one in found}
        self.store.ask(*others.values())
        revoked = self.freezes.revoked(tenant)
        return found, {who: active(held.answer(), revoked) for who, held in others.items()}

    def held_by(self, context: RequestContext, principal: str) -> tuple[str, list[tuple[Key, str]], list[Request]]:
        """Return the id of a person, and what `keys_of` does. Raises as `waiting`; NotFound for what is no id."""
        self.gate.grant(context.principal, Permission.KEY_APPROVE)
        subject = required_principal(principal)
        return subject, *keys_of(self.store, self.registry, self.freezes, context, subject)

    def approve(self, context: RequestContext, principal: str, key: str, code: str, signed: Signed | None) -> str:
        """Approve a key whose code the person has read out; return its state.

        Round trips: one to read, one for each list that changes to prepare it, one for the audit, and as many to write.

        Raises:
            AccessError: the caller may not, or it is the caller's own key, or the person has as many as one may have.
            InvalidRequest: it is not the code of this key.
            NotFound: the person has no such key.
            StoreUnavailable: it may be approved; the list tells.
        """
        asked = self.ask(context, "approve", principal, key, signed)
        self._check_code(context, asked, code)
        approved = self.approved(context, asked)
        tenant = context.principal.tenant
        if approved is not None:
            keep = partial(self.registry.prepare_key, tenant, asked.found.principal, approved)
            settle = partial(self.registry.prepare_settled, tenant, key, context.now)
            self._write(context, "approve", asked, keep, settle)
            return "active"
        held = asked.found.held()
        return status(held, self.freezes.revoked(tenant)) if held else "active"

    def approved(self, context: RequestContext, asked: AskedKey[Key, Request]) -> Key | None:
        """Return the key as it is approved; None where its approval changes nothing. Raises as `approve`."""
        raise NotImplementedError

    def refuse_too_many(self, context: RequestContext, asked: AskedKey[Key, Request]) -> None:
        """Refuse a further key of a person who has as many as one may have. Raises TooManyKeys."""
        others = tuple(one for one in asked.found.approved.answer() if one.id != asked.found.key)
        many = active(others, self.freezes.revoked(context.principal.tenant)) >= self.registry.at_most
        if many or len(asked.proof.signatures) > MAX_CHAIN:
            raise TooManyKeys

    def deny(self, context: RequestContext, principal: str, key: str, signed: Signed | None) -> str:
        """Deny a key that waits; return its state. Raises as `ask`, and NotFound where it does not wait."""
        asked = self.ask(context, "deny", principal, key, signed)
        if asked.found.request() is None:
            raise NotFound
        settle = partial(self.registry.prepare_settled, context.principal.tenant, key, context.now)
        self._write(context, "deny", asked, settle)
        return "revoked"

    def revoke(self, context: RequestContext, principal: str, key: str, signed: Signed | None) -> str:
        """Revoke a key, which is good for nothing from the next call on; return its state.

        Raises as `ask`, and NotFound where the person has no such key.
        """
        asked = self.ask(context, "revoke", principal, key, signed)
        held = asked.found.held()
        if held is None:
            raise NotFound
        tenant, subject = context.principal.tenant, asked.found.principal
        revoked = msgspec.structs.replace(held, revoked_at=held.revoked_at or context.now)
        end = partial(self.freezes.prepare_revocation, tenant, key)  # first: it is read live
        self._write(context, "revoke", asked, end, partial(self.registry.prepare_key, tenant, subject, revoked))
        return "revoked"

    def ask(
        self, context: RequestContext, what: str, principal: str, key: str, signed: Signed | None
    ) -> AskedKey[Key, Request]:
        """Return another person's key for a signed act that the caller may do: one round trip.

        Args:
            what: `approve`, `deny` or `revoke`.

        Raises:
            AccessError: the caller may not, or it is the caller's own key, or the act is not signed.
            NotFound: the act is signed, and the person has no such key.
            StoreUnavailable, IntegrityError: it cannot be read.
        """
        subject, act = required_principal(principal), SignedAct(f"{self.registry.name}-{what}")
        with self.recorder.record_denials(context, Action(act), Stated(subject=subject)):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, Permission.KEY_APPROVE)
            with self.gate.frozen_first(context.principal):
                if subject == context.principal.id:
                    raise Forbidden
            signature = self.signatures.expect(context, act, signed)
            found = held_key(self.registry, context, subject, key)
            keys = self.signatures.keys(context, signature)

            def deed() -> Deed:
                return deeds.on_key(act, keys, subject, found.fingerprint())

            proof = self.signatures.verify_and_spend(context, frozen, signature, deed, *found.questions)
        return AskedKey(grant.role, found, proof)

    def _check_code(self, context: RequestContext, asked: AskedKey[Key, Request], code: str) -> None:
        """Refuse another code than that of the key, with an entry. Raises InvalidRequest, and NotFound without one."""
        found = asked.found
        spoken = self.registry.code(found.found())
        if not hmac.compare_digest(code.upper().translate(_SPOKEN).encode(), spoken.encode()):
            action = Action(f"{self.registry.name}-approve")
            self.recorder.record_denial(context, action, Outcome.WRONG_CODE, Stated(subject=found.principal))
            raise InvalidRequest([("/code", Outcome.WRONG_CODE)])

    def _write(
        self,
        context: RequestContext,
        what: str,
        asked: AskedKey[Key, Request],
        *changes: Callable[[], Prepared[bool]],
    ) -> None:
        """Record what is done to a key, and do it."""
        action = Action(f"{self.registry.name}-{what}")
        stated = Stated(role=asked.role, subject=asked.found.principal, signed=asked.proof)
        self.recorder.change(context, action, stated, *changes)


def required_principal(principal: str) -> str:
    """Return the id of a person. Raises NotFound: it is none."""
    subject = sound_principal(principal)
    if not subject:
        raise NotFound([("/principal", "invalid-value")])
    return subject
