"""Binds privacy numbers, so that a caller reaches a person without seeing the number.

Every check comes before the provider is asked, and so does a durable audit entry.
The provider's number is all that a caller is told.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.numbers.dialling import dialable
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import normalised
from masking_service.service.call.answers import Answer, Time
from masking_service.service.call.budgets import Budgets
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import NotFound
from masking_service.service.call.operation import SentProof
from masking_service.service.call.recorder import ItemOutcome, Recorded, Recorder, RequestContext, Stated
from masking_service.service.cases.state import Case, CaseAuthority
from masking_service.service.custody.state import Custodies
from masking_service.service.decoys.state import DecoyWatch
from masking_service.service.devices.proofs import NO_PROOF, DeviceProofs
from masking_service.service.disclosures.state import Disclosure, Disclosures, PhoneCalled
from masking_service.service.freezes.state import FreezeByPolicy
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.permissions import Permission
from masking_service.service.people.policy import Grant, Policy
from masking_service.service.people.principals import Principal
from masking_service.service.phone_calls.line import Line
from masking_service.service.phone_calls.problems import CallsUnavailable, NoCallerNumber, NotCallable
from masking_service.service.phone_calls.state import Callers, LiveCalls, Origin, StoredCall, hash_called
from masking_service.service.restrictions.state import Restricted
from masking_service.service.vault.vault import FoundWaybill, Vault
from masking_service.service.waybills.view import reached
from masking_service.store.pipeline import Question

CallId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{32}$", description="Names the call.")]


class LiveCall(Answer):
    """A number to dial.

    It is neither person's own, and ends at `expires_at`.
    """

    call: CallId
    dial: Annotated[
        str,
        Meta(
            pattern="^(no-number-700)?[0-9]{5,20}$",
            description="The number to dial. In development it begins with no-number, because it is none.",
        ),
    ]
    extension: Annotated[str | None, Meta(description="What to dial after it; null without one.")]
    expires_at: Time


class EndedCall(Answer):
    """A call that lives no longer."""

    call: CallId
    ended: bool


PERMISSION: Final = Permission.CALL_MAKE


@dataclass(frozen=True, slots=True)
class _AllowedCall:
    """What lets the caller call: a role and, where custody does not decide, a case.

    Attributes:
        missed: how many calls in a row had found nothing before.
        phone: that of the device that proved the call.
        records: the waybill, still sealed.
    """

    grant: Grant
    authority: Case | None
    missed: int
    phone: str | None
    own_number: Question[str | None]
    records: Question[list[FoundWaybill | None]]

    @property
    def case(self) -> str | None:
        return self.authority.opening.case if self.authority else None

    @property
    def stated(self) -> Stated:
        """What the audit entry of a call says that binds no number."""
        return Stated(role=self.grant.role, case=self.case)

    def named(self, number: str | None) -> FoundWaybill | None:
        """Return the waybill that was read, if the case names it; else it is dropped unread."""
        if number is None or (self.authority is not None and number not in self.authority.opening.waybills):
            return None
        (found,) = self.records.answer()
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """Makes and ends calls, under one policy."""

    policy: Policy
    gate: LiveGate
    issuers: Issuers
    keyring: Keyring
    vault: Vault
    budgets: Budgets
    proofs: DeviceProofs
    freezing: FreezeByPolicy
    watch: DecoyWatch
    case_authority: CaseAuthority
    custodies: Custodies
    disclosures: Disclosures
    line: Line
    callers: Callers
    live_calls: LiveCalls
    recorder: Recorder

    def make(
        self, context: RequestContext, waybill_no: object, field: str | None, case: str | None, sent: SentProof
    ) -> tuple[LiveCall, bool]:
        """Return a number to dial for a field of a waybill, and whether it is new.

        While the call lives, asking again gives the same number and takes no budget. Round trips: one for the freeze,
        the case, the waybill and the caller's own number together (two if the waybill was revised), one to count a
        miss, one for the call that lives; for a new call one each for the budget, the audit, the claim of the call, the
        number and the disclosure, and one to give back what was not used. Where the freeze or the case refuses, the
        waybill is dropped unread, still sealed. The provider is asked once.

        Args:
            sent: the proof of the caller's device, where the policy asks for one. Then the caller's own number is that
                of the device or on file, and not what the issuer claims.

        Raises:
            AccessError: the caller may not, or has no number; the budget is spent; or there is no number to dial.
            NotFound: there is no such waybill or field, or it is not the caller's to reach.
            StoreUnavailable: the same call can be made again, and binds nothing twice.
        """
        tenant, number, pointer = context.principal.tenant, normalised(waybill_no), field or "/recipient/phone"
        with self.recorder.record_denials(context, Action.CALL, Stated(case=case)):
            allowed = self._allow(context, number, case, sent)
        found, value = self._reach(context, allowed, number, pointer)
        with self.recorder.record_denials(context, Action.CALL, allowed.stated):
            own, other = _numbers(allowed.phone or allowed.own_number.answer(), value)

        called = hash_called(self.keyring.tenant(tenant), other)
        origin = Origin(tenant, context.principal.id, found.base, pointer, found.record.kept_until, called)
        place = self.live_calls.place(origin, own, other)
        live = self.live_calls.find(place)
        if live is not None and live.dial and live.until > context.now:
            return _answer(live), False
        return _answer(self._bind(context, allowed, place, origin, own, other)), True

    def end(self, context: RequestContext, ref: str) -> EndedCall:
        """End a call of the caller's own. One that has ended already is no error.

        Round trips: one to read, one for the audit, and one to forget it. The provider is asked once.

        Raises:
            AccessError: the caller may not, or the provider did not end it.
            NotFound: the caller has made no such call lately.
            StoreUnavailable: the same call can be made again.
        """
        with self.recorder.record_denials(context, Action.CALL_END):
            grant = self.gate.grant(context.principal, PERMISSION)
        found = self.live_calls.read(ref)
        if found is None or (found[0].tenant, found[0].principal) != (context.principal.tenant, context.principal.id):
            raise NotFound
        origin, live = found
        if live is not None:
            item = ItemOutcome(origin.base, Outcome.DONE, origin.field, "phone")
            entry = self.recorder.record(context, Action.CALL_END, Outcome.DONE, Stated(role=grant.role), items=[item])
            with self.recorder.take_back_on_failure(entry):
                if live.binding:
                    self.line.unbind(live.binding)
                self.live_calls.end(ref)
        return EndedCall(ref, True)

    def _allow(self, context: RequestContext, number: str | None, case: str | None, sent: SentProof) -> _AllowedCall:
        """Check that the caller may call, and read waybill and own number in the same exchange."""
        tenant = context.principal.tenant
        bases = self._bases(tenant, number)
        grant, frozen = self.gate.grant_and_freeze_question(context.principal, PERMISSION)
        by_custody = grant.scope == "custody"  # then a case gives nothing
        if case is None and not by_custody:
            self.gate.refuse_without_case(
                context.principal, grant.device_proof, lambda: self.watch.notice(context, bases)
            )
        proof = self.proofs.expect(context, sent) if grant.device_proof else NO_PROOF
        found_case = self.case_authority.case_question(context, None if by_custody else case)
        records = self.vault.newest_question(tenant, bases, context.now)
        own_number = self.callers.number_question(context.principal, claimed=not grant.device_proof)
        spent = self.budgets.spend_once_question(context.principal, context.now, proof.nonce)
        called = self.gate.ask(frozen, proof.device, spent, found_case, records, own_number)
        authority = None
        if not by_custody:
            self.watch.notice(context, bases)
            self.issuers.check_unmasking(context.principal, context.now)
            purposes = self._purposes(context.principal)
            authority = self.case_authority.authorise(context, found_case.answer(), purposes)
        device_phone = called.device.phone if called.device else None
        return _AllowedCall(grant, authority, called.missed, device_phone, own_number, records)

    def _reach(
        self, context: RequestContext, allowed: _AllowedCall, number: str | None, field: str
    ) -> tuple[FoundWaybill, Any]:
        """Return the waybill and its phone, where the caller may reach it; else record that and refuse."""
        found = reached(self.custodies, context, allowed.grant.scope, allowed.named(number))
        bases = self._bases(context.principal.tenant, number)
        if allowed.grant.scope == "custody" and found is None:  # what the caller carries may be named
            self.watch.notice(context, bases)
        value = _phone(found, field)
        self.freezing.count_misses(context, allowed.missed, [value is not None])
        if found is None or value is None:
            items = [ItemOutcome(base, Outcome.NOT_FOUND) for base in bases] or [ItemOutcome(None, Outcome.NOT_FOUND)]
            self.recorder.record(context, Action.CALL, Outcome.NOT_FOUND, allowed.stated, items=items)
            raise NotFound
        purpose = allowed.authority.opening.purpose if allowed.authority else None
        if found.record.restricted and purpose not in self.policy.rules.restricted_purposes:
            items = [ItemOutcome(found.base, Restricted.code)]
            self.recorder.record(context, Action.CALL, Restricted.code, allowed.stated, items=items)
            raise Restricted
        return found, value

    def _bases(self, tenant: str, number: str | None) -> list[bytes]:
        return self.keyring.tenant(tenant).bases([] if number is None else [number])

    def _purposes(self, principal: Principal) -> set[str]:
        """Return the purposes under whose cases the caller's roles open phones."""
        roles = [role for role in self.policy.roles_of(principal) if PERMISSION in role.permissions]
        purposes = self.policy.rules.purposes
        return {name for role in roles for name in role.purposes if "phone" in purposes[name].kinds}

    def _bind(
        self, context: RequestContext, allowed: _AllowedCall, place: str, origin: Origin, own: str, other: str
    ) -> StoredCall:
        """Spend the budget, record the call, and let the provider bind a number for it."""
        grant, authority = allowed.grant, allowed.authority
        with (
            self.recorder.record_denials(context, Action.CALL, allowed.stated),
            self.freezing.count_refusals(context),
        ):
            reserved = self.budgets.reserve(context.principal, grant, 1, context.now)
        disclosures = self.disclosures.prepare(context.principal.tenant, [_called(context, authority, origin)])
        entry = self.recorder.record(
            context,
            Action.CALL,
            Outcome.DONE,
            Stated(
                role=grant.role,
                purpose=authority.opening.purpose if authority else None,
                case=allowed.case,
                approved_by=authority.approved_by if authority else (),
            ),
            items=[ItemOutcome(origin.base, Outcome.DONE, origin.field, "phone")],
            sealed=disclosures.sealed,
        )
        try:
            with self.recorder.take_back_on_failure(entry):
                bound = self._ask_provider(entry, context, place, origin, own, other)
                disclosures.write()  # not with the entry: without a number nothing is disclosed
                self.live_calls.bound(place, bound)  # last: what is kept is answered again without an entry
        except CallsUnavailable:
            reserved.try_to_give_back(1)
            raise
        return bound

    def _ask_provider(
        self, entry: Recorded, context: RequestContext, place: str, origin: Origin, own: str, other: str
    ) -> StoredCall:
        """Return a recorded call with a number to dial. After a lost reply, ask under the same reference."""
        until = min(context.now + self.line.lifetime, origin.expires_at)
        claimed = self.live_calls.claim(place, origin, context.now, until)
        if claimed.dial:  # another request of the caller was answered meanwhile
            return claimed
        bound = self.line.bind(own, entry.release(other), claimed.ref, claimed.until)
        return msgspec.structs.replace(claimed, dial=bound.dial, extension=bound.extension, binding=bound.id)


def _numbers(own: str | None, value: Any) -> tuple[str, str]:
    """Return the caller's own number, and the other person's. Raises NoCallerNumber, NotCallable: there is none."""
    if own is None:
        raise NoCallerNumber
    other = dialable(value)
    if other is None or other == own:
        raise NotCallable
    return own, other


def _phone(found: FoundWaybill | None, field: str) -> Any:
    """Return the value of a phone field; None where there is none."""
    for place, value in found.record.content()[1] if found is not None else ():
        if place.pointer == field and place.kind == "phone" and value not in (None, ""):
            return value
    return None


def _called(context: RequestContext, authority: Case | None, origin: Origin) -> Disclosure:
    name, approved_by = (authority.opening.case, authority.approved_by) if authority else (None, ())
    shown = PhoneCalled(context.now, context.principal.id, name, approved_by, origin.field)
    return Disclosure(origin.base, origin.expires_at, shown)


def _answer(live: StoredCall) -> LiveCall:
    return LiveCall(live.ref, live.dial, live.extension, rfc3339(live.until))
