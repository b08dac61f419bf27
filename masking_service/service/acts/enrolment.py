"""Enrols keys with which people sign: a person makes one, another person approves it.

A new key waits until the person has read its code to a person who may approve keys.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from keys import authenticators
from keys.authenticators import NewKey, Signing
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import Keyring
from keys.public_keys import b64, key_id
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.alerts import Alerts
from masking_service.service.acts.approving import Approving, AskedKey, keep_request, keys_of, new_request
from masking_service.service.acts.problems import NoSignatures
from masking_service.service.acts.signatures import Signatures
from masking_service.service.acts.state import Keyholders, KeyRequest, PersonKey, as_approved, status
from masking_service.service.acts.tickets import RANDOM_BYTES
from masking_service.service.call.answers import Answer, Time, one_of
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.signed_rules import SignedRule
from masking_service.store.client import Store

KeyId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$", description="From the public key of the key.")]
Base64Url = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]+$", description="base64url without padding.")]
Status = Annotated[
    str,
    one_of("pending", "active", "revoked", description="pending: waits for the approval of another person."),
]

MadeIn = Annotated[list[str], Meta(description="The roles of its person when it was made: it is good in these only.")]


class NewKeyOptions(Answer, rename={"public_key": "publicKey"}):
    """What a browser needs to make a key."""

    public_key: Annotated[
        dict[str, Any], Meta(description="PublicKeyCredentialCreationOptionsJSON of WebAuthn, level 3.")
    ]
    options: Annotated[str, Meta(description="To be sent back with the new key; good for one.")]


class KeyStatus(Answer):
    """A key of the caller, and whether it may sign."""

    key: KeyId
    status: Status


class OwnKey(Answer):
    """A key of the caller."""

    key: KeyId
    name: str
    status: Status
    since: Time
    last_used: Time | None
    works_from: (
        Annotated[Time, Meta(description="When it signs for the first time, where that is later.")] | UnsetType
    ) = UNSET


class OwnKeyList(Answer):
    """The caller's keys."""

    keys: list[OwnKey]


class PendingKey(Answer):
    """A key that waits for approval, and how it was made."""

    principal: str
    roles: MadeIn
    key: KeyId
    name: str
    since: Time
    device: Annotated[str | None, Meta(description="As the issuer of the sign-in names it.")]
    network: Annotated[str | None, Meta(description="As the issuer names it, or the network of the caller's address.")]
    model: Annotated[str | None, Meta(description="The model of the authenticator (AAGUID), where it is verified.")]
    synced: Annotated[bool, Meta(description="Whether it may leave its device.")]
    others: Annotated[int, Meta(ge=0, description="How many active keys the person has.")]


class PendingKeys(Answer):
    """Keys that wait for approval, the oldest first."""

    keys: list[PendingKey]


class KeyOfPerson(Answer):
    """A key of a person."""

    key: KeyId
    name: str
    status: Status
    since: Time
    approved_by: str | None
    works_from: Time | None


class KeysOfPerson(Answer):
    """The keys of a person."""

    principal: str
    keys: list[KeyOfPerson]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    """What people do with keys of their own, under one policy.

    Each method raises AccessError where the caller is no signed-in person or is frozen, or the policy has no section on
    signatures; and StoreUnavailable or IntegrityError where the caller's keys cannot be read.
    """

    gate: Gate
    store: Store
    keyring: Keyring
    keyholders: Keyholders
    freezes: Freezes
    budgets: Budgets
    signatures: Signatures
    recorder: Recorder
    alerts: Alerts
    models: Mapping[str, list[bytes]]
    random: Callable[[int], bytes]

    def options(self, context: RequestContext) -> NewKeyOptions:
        """Return what a browser needs to make a key: one round trip."""
        rule = self._rule(context)
        principal = context.principal
        keys = self.keyring.tenant(principal.tenant)
        mine = self.store.answer(self.keyholders.keys_question(principal.tenant, principal.id))
        ticket, text = self.signatures.tickets.give(keys, principal, "key", self.random(RANDOM_BYTES), context.now)
        user = bytes.fromhex(keys.lasting_hash("authenticator", principal.id))
        known = [key.credential for key in mine if not key.revoked_at]
        name = principal.id.partition("/")[2]
        made = authenticators.creation_options(_challenge(ticket.nonce), rule.rp_id, user, name, known)
        return NewKeyOptions(made, text)

    def add(self, context: RequestContext, name: str, options: str, credential: Mapping[str, Any]) -> KeyStatus:
        """Keep a new key, which waits for approval. Round trips: two to read, one for the audit, and one to write.

        Raises:
            AccessError: the options are not the caller's, too old, or were used.
            InvalidRequest: the key is not what was asked for, or the policy wants other hardware.
            StoreUnavailable: it may be kept; the list tells.
        """
        principal = context.principal
        with self.recorder.record_denials(context, Action.KEY_ENROL, Stated(subject=principal.id)):
            rule = self._rule(context)
            keys = self.keyring.tenant(principal.tenant)
            ticket, nonce = self.signatures.tickets.take(keys, principal, "key", options, context.now)
            made = self._verified_key(rule, ticket.nonce, credential)
            spent = self.budgets.spend_once_question(principal, context.now, nonce)
            mine = self.keyholders.keys_question(principal.tenant, principal.id)
            self.store.ask(spent, mine)
            spent.answer()
        request = new_request(
            KeyRequest,
            context,
            key_id(made.public_key),
            name,
            credential=b64(made.credential),
            cose=b64(made.cose),
            public_key=b64(made.public_key),
            synced=made.synced,
            model=made.model,
        )
        if any(request.id == one.id or request.credential == one.credential for one in mine.answer()):
            raise InvalidRequest([("/credential", "invalid-value")])
        keep_request(self.recorder, self.keyholders, self.alerts, context, request)
        return KeyStatus(request.id, "pending")

    def listed(self, context: RequestContext) -> OwnKeyList:
        """Return the caller's keys, the oldest first: two round trips."""
        self._rule(context)
        principal = context.principal
        held, waiting = keys_of(self.store, self.keyholders, self.freezes, context, principal.id)
        credentials = [key.credential for key, _ in held]
        uses = self.store.answer(self.keyholders.use_question(principal.tenant, credentials))
        listed = [
            OwnKey(
                key=key.id,
                name=key.name,
                status=state,
                since=rfc3339(key.since),
                last_used=rfc3339(use.at) if use is not None else None,
                works_from=rfc3339(key.works_from) if key.works_from > context.now else UNSET,
            )
            for (key, state), use in zip(held, uses, strict=True)
        ]
        pending = [OwnKey(one.id, one.name, "pending", rfc3339(one.since), None, UNSET) for one in waiting]
        return OwnKeyList([*listed, *pending])

    def _rule(self, context: RequestContext) -> SignedRule:
        if context.principal.source != "jwt":
            raise Forbidden
        self.gate.refuse_frozen(context.principal)
        if self.signatures.rule is None:
            raise NoSignatures
        return self.signatures.rule

    def _verified_key(self, rule: SignedRule, nonce: bytes, credential: Mapping[str, Any]) -> NewKey:
        """Verify a new key, and that its hardware is what the policy wants."""
        try:
            where = Signing(_challenge(nonce), rule.rp_id, rule.origins)
            made = authenticators.register(credential, where, self.models)
        except IntegrityError:
            raise InvalidRequest([("/credential", "invalid-value")]) from None
        fit = {"any": True, "no-sync": not made.synced, "touch": bool(made.model)}[rule.hardware]
        if not fit:
            raise InvalidRequest([("/credential", "wrong-hardware")])
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyApproval(Approving[PersonKey, KeyRequest]):
    """Approves, denies and revokes keys with which other people sign, under one policy."""

    def pending(self, context: RequestContext) -> PendingKeys:
        """Return the keys that wait. As `waiting`."""
        found, others = self.waiting(context)
        return PendingKeys(
            [
                PendingKey(
                    principal=one.principal,
                    roles=[*one.roles],
                    key=one.id,
                    name=one.name,
                    since=rfc3339(one.since),
                    device=one.device or None,
                    network=one.network or None,
                    model=one.model or None,
                    synced=one.synced,
                    others=others[one.principal],
                )
                for one in found
            ]
        )

    def of(self, context: RequestContext, principal: str) -> KeysOfPerson:
        """Return the keys of a person. As `held_by`."""
        subject, held, waiting = self.held_by(context, principal)
        keys = [
            KeyOfPerson(key.id, key.name, state, rfc3339(key.since), key.approved_by, rfc3339(key.works_from))
            for key, state in held
        ]
        keys += [KeyOfPerson(one.id, one.name, "pending", rfc3339(one.since), None, None) for one in waiting]
        return KeysOfPerson(subject, keys)

    def approved(self, context: RequestContext, asked: AskedKey[PersonKey, KeyRequest]) -> PersonKey | None:
        """See `Approving.approved`.

        A second approver of a key that replaces another one ends its waiting, where both have signed.
        """
        rule, now, signed = self.signatures.rule, context.now, asked.proof.signatures
        if rule is None:
            raise NoSignatures
        request, held = asked.found.request(), asked.found.held()
        if held is not None:
            if status(held, self.freezes.revoked(context.principal.tenant)) == "revoked":
                raise NotFound
            second = signed and held.approvals and held.approved_by != context.principal.id
            replaces = len(asked.found.approved.answer()) > 1
            if not (second and replaces and now < held.works_from):
                return None
            return msgspec.structs.replace(held, works_from=now)
        if request is None:
            raise NotFound
        self.refuse_too_many(context, asked)
        return as_approved(PersonKey, request, context.principal.id, signed, now, works_from=now + rule.waiting)


def _challenge(nonce: bytes) -> bytes:
    """Return the challenge of a new key."""
    return hashlib.sha256(frame(b"new-key/1", nonce)).digest()
