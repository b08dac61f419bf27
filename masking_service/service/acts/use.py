"""Proposes acts: makes the statement that a person's key signs.

It opens nothing, spends nothing, and reads nothing that tells what exists: only
the case, the key or the device that the act itself would answer about.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import msgspec

from keys.keyring import Keyring, TenantKeys
from keys.public_keys import b64
from masking_service.masking.errors import InvalidRecord
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import required_waybills
from masking_service.service.acts import answers, deeds
from masking_service.service.acts.deeds import Deed, statement
from masking_service.service.acts.held import held_key
from masking_service.service.acts.problems import NoSignatures
from masking_service.service.acts.signatures import Signatures, usable
from masking_service.service.acts.state import Keyholders
from masking_service.service.acts.texts import sentence
from masking_service.service.acts.tickets import RANDOM_BYTES, VALID_SECONDS
from masking_service.service.call.call import Gate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.items import opening_faults
from masking_service.service.call.recorder import RequestContext
from masking_service.service.call.shapes import whole
from masking_service.service.cases.problems import CaseRequired
from masking_service.service.cases.reading import case_question, visible
from masking_service.service.cases.state import Cases, WantedCase, sound_case_name
from masking_service.service.cases.use import checked_opening
from masking_service.service.decoys.state import Kind
from masking_service.service.devices.state import Devices
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Policy
from masking_service.service.people.principals import sound_principal
from masking_service.service.people.signed_rules import ACTS, SignedRule
from masking_service.store.client import Store
from masking_service.store.pipeline import Question

Wanted = Any
"""A request whose members are those of `_MEMBERS`; a msgspec struct of `api.py`."""
Made = tuple[Sequence[Question[Any]], Callable[[], Deed]]
"""What has to be asked, and how to make the deed of the answers."""

_MEMBERS: Final = {
    "detokenize": ("items",),
    "case-open": ("case", "purpose", "waybills", "reason"),
    "case-approve": ("case",),
    "case-deny": ("case",),
    "case-close": ("case",),
    "erase": ("waybill_no",),
    "freeze": ("principal",),
    "unfreeze": ("principal",),
    "decoy-plant": ("waybills", "kind"),
    "decoy-list": (),
    "decoy-remove": ("waybills",),
    "unrestrict": ("waybills",),
    "hold-set": ("hold",),
    "hold-lift": ("hold",),
    "key-approve": ("principal", "key"),
    "key-deny": ("principal", "key"),
    "key-revoke": ("principal", "key"),
    "device-approve": ("principal", "device"),
    "device-deny": ("principal", "device"),
    "device-revoke": ("principal", "device"),
}
"""The members that a request has to have beside the act, by act."""
_OPTIONAL: Final = {"detokenize": ("purpose", "case"), "case-open": ("officer", "expires_in")}


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

    def __call__(
        self, context: RequestContext, act: str, wanted: Wanted, language: Literal["en", "zh"]
    ) -> answers.ProposedAct:
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
        self.gate.require(context.principal, ACTS[act])
        self.gate.refuse_frozen(context.principal)
        rule = self.signatures.rule
        if rule is None:
            raise NoSignatures
        _check_members(act, wanted)
        _check_values(act, wanted)
        if act == "detokenize":
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
        return answers.ProposedAct(
            act=text,
            challenge=b64(hashlib.sha256(said).digest()),
            keys=[
                key.credential
                for key in mine.answer()
                if key.good_in(context.principal.roles) and usable(rule, key, revoked, context.now)
            ],
            text=sentence(deed, language),
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

    def _deed(self, context: RequestContext, keys: TenantKeys, act: str, wanted: Wanted) -> Made:
        match act:
            case "detokenize":
                return (), lambda: deeds.opening(keys, wanted.purpose, wanted.case, wanted.items)
            case "case-open":
                seconds = whole(wanted.expires_in, "/expires_in")
                case = WantedCase(wanted.case, wanted.purpose, wanted.waybills, wanted.reason, wanted.officer, seconds)
                checked_opening(self.policy, case)
                return (), lambda: deeds.opening_case(keys, case)
            case "case-approve" | "case-deny" | "case-close":
                question = case_question(self.cases, context.principal, wanted.case)
                return [question], lambda: deeds.deciding(
                    act, visible(self.policy, context.principal, question.answer())
                )
            case "erase":
                return (), lambda: deeds.erasing(keys, wanted.waybill_no)
            case "unrestrict":
                return (), lambda: deeds.unrestricting(keys, wanted.waybills)
            case "decoy-plant" | "decoy-list" | "decoy-remove":
                return (), lambda: deeds.on_decoys(act, wanted.waybills or (), wanted.kind or "")
            case "hold-set" | "hold-lift":
                return (), lambda: deeds.on_hold(act, wanted.hold)
        subject = sound_principal(wanted.principal)
        if not subject:
            raise NotFound([("/principal", "invalid-value")])
        if act in {"freeze", "unfreeze"}:
            return (), lambda: deeds.on_person(act, subject)
        held = (
            held_key(self.keyholders, context, subject, wanted.key)
            if wanted.key is not None
            else held_key(self.devices, context, subject, wanted.device)
        )
        return held.questions, lambda: deeds.on_key(act, keys, subject, held.fingerprint())


def _check_members(act: str, wanted: Wanted) -> None:
    """Refuse a request that lacks a member of its act, or has one of another."""
    needed = _MEMBERS[act]
    given = {name for name, value in msgspec.structs.asdict(wanted).items() if value is not None} - {"act"}
    faults = [(f"/{name}", "missing") for name in needed if name not in given]
    faults += [(f"/{name}", "unknown-member") for name in sorted(given - {*needed, *_OPTIONAL.get(act, ())})]
    if faults:
        raise InvalidRequest(faults)


def _check_values(act: str, wanted: Wanted) -> None:
    """Refuse what no decoy and no hold can be."""
    if act in {"decoy-plant", "decoy-remove"}:
        required_waybills(wanted.waybills)
    if wanted.kind not in (None, *get_args(Kind)):
        raise InvalidRequest([("/kind", "invalid-value")])
    if wanted.hold is not None and sound_case_name(wanted.hold) is None:
        raise NotFound([("/hold", "invalid-value")])
