"""Enrols keys with which people sign: a person makes one, another person approves it.

A new key waits until the person has read its code to a person who may approve keys.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import UNSET

from keys import authenticators
from keys.authenticators import NewKey, Signing
from keys.errors import IntegrityError
from keys.framing import frame
from keys.keyring import Keyring
from keys.public_keys import b64, key_id
from masking_service.audit.actions import Action
from masking_service.masking.timestamps import rfc3339
from masking_service.observability.alerts import Alerts
from masking_service.service.acts import answers
from masking_service.service.acts.approving import MAX_CHAIN, Approving, AskedKey, active, keep_request, keys_of
from masking_service.service.acts.problems import NoSignatures, TooManyKeys
from masking_service.service.acts.registry import as_approved
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.acts.state import Keyholders, KeyRequest, PersonKey
from masking_service.service.acts.tickets import RANDOM_BYTES
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import Recorder, RequestContext, Stated
from masking_service.service.freezes.state import Freezes
from masking_service.service.people.errors import Forbidden
from masking_service.service.people.networks import network_of
from masking_service.service.people.signed_rules import SignedRule
from masking_service.store.client import Store

MAX_ACTIVE: Final = 5
"""Active keys of a person; those that wait do not count, or a forged sign-in could use them all up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    """What people do with keys of their own, under one policy."""

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

    def options(self, context: RequestContext) -> answers.NewKeyOptions:
        """Return what a browser needs to make a key: one round trip.

        Raises:
            AccessError: the caller is no signed-in person or is frozen, or the policy has no section on signatures.
            StoreUnavailable, IntegrityError: the caller's keys cannot be read.
        """
        rule = self._rule(context)
        principal = context.principal
        keys = self.keyring.tenant(principal.tenant)
        mine = self.keyholders.keys_question(principal.tenant, principal.id)
        self.store.ask(mine)
        ticket, text = self.signatures.tickets.give(keys, principal, "key", self.random(RANDOM_BYTES), context.now)
        user = bytes.fromhex(keys.lasting_hash("authenticator", principal.id))
        known = [key.credential for key in mine.answer() if not key.revoked_at]
        name = principal.id.partition("/")[2]
        made = authenticators.creation_options(_challenge(ticket.nonce), rule.rp_id, user, name, known)
        return answers.NewKeyOptions(made, text)

    def add(self, context: RequestContext, name: str, options: str, credential: Mapping[str, Any]) -> answers.KeyStatus:
        """Keep a new key, which waits for approval. Round trips: two to read, one for the audit, and one to write.

        Raises:
            AccessError: as `options`; or the options are not the caller's, too old, or were used.
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
        request = KeyRequest(
            id=key_id(made.public_key),
            principal=principal.id,
            credential=b64(made.credential),
            cose=b64(made.cose),
            public_key=b64(made.public_key),
            name=masked_words(name.strip()),
            since=context.now,
            device=principal.device or "",
            network=principal.network or network_of(context.address),
            roles=principal.roles,
            synced=made.synced,
            model=made.model,
        )
        if any(request.id == one.id or request.credential == one.credential for one in mine.answer()):
            raise InvalidRequest([("/credential", "invalid-value")])
        keep_request(self.recorder, self.keyholders, context, Action.KEY_ENROL, request)
        self.alerts.raise_alert("key-pending", principal)
        return answers.KeyStatus(request.id, "pending")

    def listed(self, context: RequestContext) -> answers.OwnKeyList:
        """Return the caller's keys, the oldest first: two round trips.

        Raises:
            AccessError: as `options`.
            StoreUnavailable, IntegrityError: they cannot be read.
        """
        self._rule(context)
        principal = context.principal
        held, waiting = keys_of(self.store, self.keyholders, self.freezes, context, principal.id)
        uses = self.keyholders.use_question(principal.tenant, [key.credential for key, _ in held])
        self.store.ask(uses)
        listed = [
            answers.OwnKey(
                key=key.id,
                name=key.name,
                status=state,
                since=rfc3339(key.since),
                last_used=rfc3339(use.at) if use is not None else None,
                works_from=rfc3339(key.works_from) if key.works_from > context.now else UNSET,
            )
            for (key, state), use in zip(held, uses.answer(), strict=True)
        ]
        pending = [answers.OwnKey(one.id, one.name, "pending", rfc3339(one.since), None, UNSET) for one in waiting]
        return answers.OwnKeyList([*listed, *pending])

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

    def pending(self, context: RequestContext) -> answers.PendingKeys:
        """Return the keys that wait. As `waiting`."""
        found, others = self.waiting(context)
        return answers.PendingKeys(
            [
                answers.PendingKey(
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

    def of(self, context: RequestContext, principal: str) -> answers.KeysOfPerson:
        """Return the keys of a person. As `held_by`."""
        subject, held, waiting = self.held_by(context, principal)
        keys = [
            answers.KeyOfPerson(key.id, key.name, state, rfc3339(key.since), key.approved_by, rfc3339(key.works_from))
            for key, state in held
        ]
        keys += [answers.KeyOfPerson(one.id, one.name, "pending", rfc3339(one.since), None, None) for one in waiting]
        return answers.KeysOfPerson(subject, keys)

    def approve(
        self, context: RequestContext, principal: str, key: str, code: str, signed: Signed | None
    ) -> answers.KeyStatus:
        """Approve a key whose code the person has read out.

        A second approver of a key that replaces another one ends its waiting, where both have signed.

        Round trips: one to read, one for each list that changes to prepare it, one for the audit, and as many to write.

        Raises:
            AccessError: the caller may not, or it is the caller's own key, or the person has `MAX_ACTIVE`.
            InvalidRequest: it is not the code of this key.
            NotFound: the person has no such key.
            StoreUnavailable: it may be approved; the list tells.
        """
        asked = self.ask(context, "approve", principal, key, signed)
        self.check_code(context, asked, code)
        approved = self._approved(context, asked)
        if approved is not None:
            self.write_approved(context, asked, approved)
        return answers.KeyStatus(key, "active")

    def _approved(self, context: RequestContext, asked: AskedKey[PersonKey, KeyRequest]) -> PersonKey | None:
        """Return the key as it is approved; None where its approval changes nothing."""
        rule, now, signed = self.signatures.rule, context.now, tuple(asked.proof.signatures)
        if rule is None:
            raise NoSignatures
        request, held = asked.found.request(), asked.found.held()
        revoked = self.freezes.revoked(context.principal.tenant)
        others = tuple(one for one in asked.found.approved.answer() if one.id != asked.found.key)
        if held is not None:
            second = signed and held.approvals and held.approved_by != context.principal.id
            if held.revoked_at or held.id in revoked:
                raise NotFound
            if not (second and others and now < held.works_from):
                return None
            return msgspec.structs.replace(held, works_from=now)
        if request is None:
            raise NotFound
        if active(others, revoked) >= MAX_ACTIVE or len(signed) > MAX_CHAIN:
            raise TooManyKeys
        return as_approved(PersonKey, request, context.principal.id, signed, now, works_from=now + rule.waiting)


def _challenge(nonce: bytes) -> bytes:
    """Return the challenge of a new key."""
    return hashlib.sha256(frame(b"new-key/1", nonce)).digest()
