"""Proposes acts: makes the statement that a person's key signs.

It opens nothing, spends nothing, and reads nothing that tells what exists: only
the case, the key or the device that the act itself would answer about.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import msgspec
from msgspec import Meta

from keys.keyring import Keyring, TenantKeys
from keys.public_keys import b64
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import required_waybills
from masking_service.service.acts import deeds
from masking_service.service.acts.approving import held_key, required_principal
from masking_service.service.acts.deeds import Deed, statement
from masking_service.service.acts.enrolment import Base64Url
from masking_service.service.acts.problems import NoSignatures
from masking_service.service.acts.signatures import Signatures, usable
from masking_service.service.acts.state import Keyholders
from masking_service.service.acts.tickets import RANDOM_BYTES, VALID_SECONDS
from masking_service.service.call.answers import Answer, Time
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import CaseRequired, InvalidRequest, NotFound
from masking_service.service.call.recorder import RequestContext
from masking_service.service.call.shapes import is_case_name, whole
from masking_service.service.cases.reading import case_question, visible
from masking_service.service.cases.state import Cases, WantedCase
from masking_service.service.cases.use import checked_opening
from masking_service.service.decoys.state import Kind
from masking_service.service.devices.state import Devices
from masking_service.service.opening.items import opening_faults
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.signed_acts import About, SignedAct
from masking_service.service.people.signed_rules import SignedRule
from masking_service.store.client import Store
from masking_service.store.pipeline import Question
from masking_service.texts import Language

Wanted = Any
"""A request with the members that acts are about; a msgspec struct of `api.py`."""
Made = tuple[Sequence[Question[Any]], Callable[[], Deed]]
"""What has to be asked, and how to make the deed of the answers."""


class ProposedAct(Answer):
    """An act that is ready to be signed."""

    act: Annotated[str, Meta(description="To be sent back in `signed.act`.")]
    challenge: Annotated[Base64Url, Meta(description="What the authenticator signs: SHA-256 of the statement.")]
    keys: Annotated[list[Base64Url], Meta(description="The credential ids of the caller's keys that may sign now.")]
    text: Annotated[str, Meta(description="The act in a sentence for the person.")]
    expires_at: Time


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAct:
    """Proposes acts, under one policy."""

    policy: Policy
    gate: Gate
    store: Store
    keyring: Keyring
    keyholders: Keyholders
    devices: Devices
    cases: Cases
    signatures: Signatures
    random: Callable[[int], bytes]

    def __call__(self, context: RequestContext, act: SignedAct, wanted: Wanted, language: Language) -> ProposedAct:
        """Return what the caller's key has to sign, and which of the keys may: one round trip.

        Args:
            wanted: what the act is about, as its own call will say it.

        Raises:
            AccessError: the caller may not, or the policy has no section on signatures.
            CaseRequired: values are opened for this purpose under a case only.
            InvalidRecord: one signature opens fewer fields.
            InvalidRequest: a member is missing, is not one of this act, or names nothing that the act can be about.
            NotFound, NoSuchCase: the case, the key or the device that the act is about.
            StoreUnavailable, IntegrityError: the caller's keys cannot be read.
        """
        self.gate.require(context.principal, act.permissions)
        self.gate.refuse_frozen(context.principal)
        rule = self.signatures.rule
        if rule is None:
            raise NoSignatures
        _check_members(act.about, wanted)
        _check_values(act.about, wanted)
        if act is SignedAct.DETOKENIZE:
            self._check_opening(context, rule, wanted)
        tenant = context.principal.tenant
        keys = self.keyring.tenant(tenant)
        questions, made = self._deed(context, keys, act, wanted)
        mine = self.keyholders.keys_question(tenant, context.principal.id)
        self.store.ask(mine, *questions)
        deed = made()
        random = self.random(RANDOM_BYTES)
        ticket, text = self.signatures.tickets.give(keys, context.principal, "act", random, context.now)
        said = statement(deed, keys, context.principal, rule.rp_id, ticket.nonce, ticket.at)
        revoked = self.signatures.freezes.revoked(tenant)
        return ProposedAct(
            act=text,
            challenge=b64(hashlib.sha256(said).digest()),
            keys=[
                key.credential
                for key in mine.answer()
                if key.good_in(context.principal.roles) and usable(rule, key, revoked, context.now)
            ],
            text=_sentence(deed, language),
            expires_at=rfc3339(ticket.at + VALID_SECONDS),
        )

    def _check_opening(self, context: RequestContext, rule: SignedRule, wanted: Wanted) -> None:
        """Refuse what the opening itself would refuse, whatever is stored: no one should sign for nothing."""
        grant = self.gate.grant(context.principal, Permission.DETOKENIZE, purpose=wanted.purpose)
        if wanted.case is None and self.policy.rules.purposes[grant.purpose or ""].needs_case:
            raise CaseRequired
        if len(wanted.items) > rule.fields_at_most:
            raise InvalidRecord((("/items", "too-many-items"),))
        faults = [
            (f"/items/{at}{place}", code)
            for at, item in enumerate(wanted.items)
            for place, code in opening_faults(item)
        ]
        if faults or not wanted.items:
            raise InvalidRequest(faults or [("/items", "invalid-length")])

    def _deed(self, context: RequestContext, keys: TenantKeys, act: SignedAct, wanted: Wanted) -> Made:
        match act.about:
            case About.FIELDS:
                return (), lambda: deeds.opening(keys, wanted.purpose, wanted.case, wanted.items)
            case About.NEW_CASE:
                seconds = whole(wanted.expires_in, "/expires_in")
                case = WantedCase(wanted.case, wanted.purpose, wanted.waybills, wanted.reason, wanted.officer, seconds)
                checked_opening(self.policy, case)
                return (), lambda: deeds.opening_case(keys, case)
            case About.CASE:
                question = case_question(self.cases, context.principal, wanted.case)
                return [question], lambda: deeds.deciding(
                    act, visible(self.policy, context.principal, question.answer())
                )
            case About.WAYBILL:
                return (), lambda: deeds.erasing(keys, wanted.waybill_no)
            case About.WAYBILLS:
                return (), lambda: deeds.unrestricting(keys, wanted.waybills)
            case About.NEW_DECOYS | About.DECOYS | About.ALL_DECOYS:
                return (), lambda: deeds.on_decoys(act, wanted.waybills or (), wanted.kind or "")
            case About.HOLD:
                return (), lambda: deeds.on_hold(act, wanted.hold)
            case About.PERSON:
                subject = required_principal(wanted.principal)
                return (), lambda: deeds.on_person(act, subject)
            case About.KEY:
                key = held_key(self.keyholders, context, required_principal(wanted.principal), wanted.key)
                return key.questions, lambda: deeds.on_key(act, keys, key.principal, key.fingerprint())
            case About.DEVICE:
                device = held_key(self.devices, context, required_principal(wanted.principal), wanted.device)
                return device.questions, lambda: deeds.on_key(act, keys, device.principal, device.fingerprint())


def _check_members(about: About, wanted: Wanted) -> None:
    """Refuse a request that lacks a member of its act, or has one of another."""
    given = {name for name, value in msgspec.structs.asdict(wanted).items() if value is not None} - {"act"}
    faults = [(f"/{name}", "missing") for name in about.needed if name not in given]
    faults += [(f"/{name}", "unknown-member") for name in sorted(given - {*about.needed, *about.optional})]
    if faults:
        raise InvalidRequest(faults)


def _sentence(deed: Deed, language: Language) -> str:
    """Return what a deed is, in a sentence. It names no waybill."""
    count = len(deed.about)
    text = deed.act.texts[count != 1]
    told = text.filled(count=count, case=deed.case or "-", purpose=deed.purpose or "-", subject=deed.subject)
    return told.in_language(language)


def _check_values(about: About, wanted: Wanted) -> None:
    """Refuse what no decoy and no hold can be."""
    if about in (About.NEW_DECOYS, About.DECOYS):
        required_waybills(wanted.waybills)
    if wanted.kind not in (None, *get_args(Kind)):
        raise InvalidRequest([("/kind", "invalid-value")])
    if wanted.hold is not None and not is_case_name(wanted.hold):
        raise NotFound([("/hold", "invalid-value")])
