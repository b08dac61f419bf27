"""Sets and lifts legal holds: two people for each, and the audit entry first.

One person proposes a hold, another one sets it. One person proposes to lift it, another one lifts it. No answer tells
which waybills exist, only how many are kept, to people who may erase them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import msgspec

from keys.keyring import Keyring
from masking_service.audit.actions import Action, Outcome
from masking_service.masking.timestamps import rfc3339
from masking_service.masking.waybill import required_waybills
from masking_service.service.acts import deeds
from masking_service.service.acts.deeds import Deed
from masking_service.service.acts.signatures import Signatures, Signed
from masking_service.service.call.call import LiveGate
from masking_service.service.call.errors import InvalidRequest, NotFound
from masking_service.service.call.own_words import masked_words
from masking_service.service.call.recorder import UNSIGNED, ItemOutcome, Recorder, RequestContext, Stated
from masking_service.service.call.shapes import MAX_REASON, is_case_name, text_fault
from masking_service.service.holds import answers
from masking_service.service.holds.held_records import AT_ONCE, Change, HeldRecords
from masking_service.service.holds.problems import HoldEnded, HoldExists, OwnHold
from masking_service.service.holds.state import MAX_HOLDS, Hold, Holds
from masking_service.service.people.issuers import Issuers
from masking_service.service.people.permissions import Permission
from masking_service.service.people.signed_acts import SignedAct
from masking_service.service.state.sealed import Prepared
from masking_service.service.vault.vault import Vault
from masking_service.store.errors import StoreUnavailable

SET: Final = Permission.HOLD_SET


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Sets and lifts the holds of the caller's tenant, under one policy.

    Every call raises AccessError where the caller may not, NotFound for an unknown hold, and StoreUnavailable or
    IntegrityError where the store cannot be read or written. Then part of it may be done; it can be made again.
    """

    gate: LiveGate
    issuers: Issuers
    keyring: Keyring
    vault: Vault
    holds: Holds
    held_records: HeldRecords
    signatures: Signatures
    recorder: Recorder

    def listed(self, context: RequestContext) -> answers.HoldList:
        """Return the holds, the first proposed first: one round trip."""
        self.gate.grant(context.principal, SET)
        return answers.HoldList([_answer(hold) for hold in self.holds.listed(context.principal.tenant)])

    def shown(self, context: RequestContext, name: str) -> answers.HoldWithWaybills:
        """Return a hold with the waybills that it names: two round trips."""
        self.gate.grant(context.principal, SET)
        hold = _named(self.holds.listed(context.principal.tenant), name)
        (waybills,) = self.holds.waybills(context.principal.tenant, [hold])
        return answers.HoldWithWaybills(**msgspec.structs.asdict(_answer(hold)), waybills=waybills)

    def propose(self, context: RequestContext, hold: str, reason: str, waybills: Sequence[Any]) -> answers.Hold:
        """Propose a hold. Nothing is kept until another person sets it.

        The waybills are not looked up. Round trips: live permission, one to read the list, audit, two to write.

        Raises:
            HoldExists: a hold of that name was proposed before.
            InvalidRecord: a waybill number is malformed.
            InvalidRequest: the name is malformed, there is no reason, or there are too many holds.
        """
        stated = self._grant(context, Action.HOLD_PROPOSE, hold)
        numbers = list(required_waybills(waybills))
        proposed = self._new(context, hold, reason, numbers)
        tenant = context.principal.tenant
        body = self.holds.prepare_waybills(tenant, proposed.ref, numbers)
        added = proposed

        def add(holds: list[Hold]) -> list[Hold]:
            nonlocal added
            if any(one.name == hold for one in holds):
                raise HoldExists
            if sum(not one.ended for one in holds) >= MAX_HOLDS:
                raise InvalidRequest([("/hold", "too-many-holds")])
            added = msgspec.structs.replace(proposed, number=max((one.number for one in holds), default=0) + 1)
            return [*holds, added]

        change = partial(self._prepare, context, Action.HOLD_PROPOSE, hold, add)
        self.recorder.change(context, Action.HOLD_PROPOSE, stated, lambda: body, change)
        return _answer(added)

    def set(self, context: RequestContext, name: str, signed: Signed | None = None) -> answers.Hold:
        """Set a proposed hold, or keep one whose lifting is proposed.

        The hold is `setting` before a record is kept. Setting it again keeps what could not be kept before. Round
        trips: live permission, two to read; two to change the list, before and after; for each `AT_ONCE` waybills
        see `HeldRecords.keep`, one for the list and one for their entry.

        Raises:
            OwnHold: the caller proposed it.
            HoldEnded: it has ended.
        """
        stated = self._grant(context, Action.HOLD_SET, name, deeds.on_hold(SignedAct.HOLD_SET, name), signed)
        tenant = context.principal.tenant
        with self.recorder.record_denials(context, Action.HOLD_SET, Stated(case=name)):
            hold = _named(self.holds.listed(tenant), name)
            if not hold.keeps and hold.status != "proposed":
                raise HoldEnded
            if hold.status == "proposed" and hold.proposed_by == context.principal.id:
                raise OwnHold
        (numbers,) = self.holds.waybills(tenant, [hold])
        person = {"set_by": context.principal.id, "set_at": context.now} if hold.status == "proposed" else {}
        begin = _from(hold, status="setting", lift_proposed_by="", lift_proposed_at=0, **person)
        self._changed(context, Action.HOLD_SET, stated, name, begin)
        stated = replace(stated, signed=UNSIGNED)  # what follows the entry with the signature

        def keeping() -> list[int]:
            with self.recorder.record_denials(context, Action.HOLD_SET, Stated(case=name)):
                holds = self.holds.listed(tenant)
                one = _named(holds, name)
                if not one.keeps:
                    raise HoldEnded
            if one.number != hold.number:
                raise StoreUnavailable("moving")  # `keys reseal` gave the hold another data key
            return [*_keeping(holds).values()]

        recording = partial(self._record, context, Action.HOLD_SET, stated)
        kept = sum(
            self.held_records.keep(tenant, bases, hold.number, keeping, recording)
            for bases in self._portions(tenant, numbers)
        )

        def end(one: Hold) -> Hold:
            if not one.keeps:
                raise HoldEnded
            return msgspec.structs.replace(one, status="set" if one.status == "setting" else one.status, kept=kept)

        return _answer(self._changed(context, Action.HOLD_SET, stated, name, end))

    def lift(self, context: RequestContext, name: str, signed: Signed | None = None) -> answers.Hold:
        """Propose to lift a hold, lift it if another person proposed that, or withdraw a proposed one.

        The hold is `releasing` before a record is released. The records that no other hold keeps have their earlier
        expiry again, and are deleted if it has passed. Lifting it again does what could not be done before. Round
        trips: as `set`, two to read the other holds, and two to destroy the hold's data key and to forget its waybills.

        Raises:
            OwnHold: the caller proposed to lift it.
            HoldEnded: another person changed it meanwhile.
        """
        stated = self._grant(context, Action.HOLD_LIFT, name, deeds.on_hold(SignedAct.HOLD_LIFT, name), signed)
        tenant, caller = context.principal.tenant, context.principal.id
        with self.recorder.record_denials(context, Action.HOLD_LIFT, Stated(case=name)):
            hold = _named(self.holds.listed(tenant), name)
            if hold.status == "lifting" and hold.lift_proposed_by == caller:
                raise OwnHold
        if hold.status in ("setting", "set"):
            proposing = _from(hold, status="lifting", lift_proposed_by=caller, lift_proposed_at=context.now)
            return _answer(self._changed(context, Action.HOLD_LIFT_PROPOSE, stated, name, proposing))
        if hold.status == "proposed":
            return self._end(context, stated, hold, status="withdrawn", lifted_by=caller, lifted_at=context.now)
        if hold.ended:
            self._forget(tenant, hold)
            return _answer(hold)
        (numbers,) = self.holds.waybills(tenant, [hold])
        person = {"lifted_by": caller, "lifted_at": context.now} if hold.status == "lifting" else {}
        begin = _from(hold, status="releasing", **person)
        releasing = self._changed(context, Action.HOLD_LIFT, stated, name, begin)
        stated = replace(stated, signed=UNSIGNED)
        self._release(context, stated, numbers)
        return self._end(context, stated, releasing, status="lifted")

    def _grant(
        self, context: RequestContext, action: Action, name: str, deed: Deed | None = None, signed: Signed | None = None
    ) -> Stated:
        """Return what entries say of a granted call: one round trip. A deed may have to be signed."""
        with self.recorder.record_denials(context, action, Stated(case=name)):
            grant, frozen = self.gate.grant_and_freeze_question(context.principal, SET)
            signature = self.signatures.expect(context, deed.act, signed) if deed is not None else None
            proof = self.signatures.verify_and_spend(
                context, frozen, signature, lambda: deed or deeds.on_hold(SignedAct(action), name)
            )
            self.issuers.check_unmasking(context.principal, context.now)
        return Stated(role=grant.role, case=name, signed=proof)

    def _new(self, context: RequestContext, name: str, reason: str, numbers: Sequence[str]) -> Hold:
        """Return the proposed hold. Raises InvalidRequest."""
        if not is_case_name(name):
            raise InvalidRequest([("/hold", "invalid-value")])
        fault = text_fault(reason, MAX_REASON)
        if fault:
            raise InvalidRequest([("/reason", fault)])
        return Hold(
            name=name,
            number=0,
            ref=self.holds.new_ref(),
            reason=masked_words(reason.strip()),
            waybills=len(numbers),
            status="proposed",
            proposed_by=context.principal.id,
            proposed_at=context.now,
        )

    def _release(self, context: RequestContext, stated: Stated, numbers: Sequence[str]) -> None:
        """Release the waybills of a hold that no other hold names."""
        tenant = context.principal.tenant
        others = [one for one in self.holds.listed(tenant) if one.keeps]
        keys = self.keyring.tenant(tenant)
        named: dict[bytes, list[str]] = {}
        for other, names in zip(others, self.holds.waybills(tenant, others), strict=True):
            for base in keys.bases(names):
                named.setdefault(base, []).append(other.name)
        recording = partial(self._record, context, Action.HOLD_LIFT, stated)
        for bases in self._portions(tenant, numbers):
            self.held_records.release(
                tenant, bases, named, lambda: _keeping(self.holds.listed(tenant)), recording, context.now
            )

    def _end(self, context: RequestContext, stated: Stated, hold: Hold, **changes: Any) -> answers.Hold:
        """End a hold, and forget the waybills that it names."""
        tenant = context.principal.tenant
        body = self.holds.prepare_waybills(tenant, hold.ref, None)
        announced = Prepared(body.sealed, lambda: None)  # written below, once the list says that the hold has ended
        change = _from(hold, **changes)
        ended = self._changed(context, Action.HOLD_LIFT, stated, hold.name, change, lambda: announced)
        self._forget(tenant, ended)
        return _answer(ended)

    def _forget(self, tenant: str, hold: Hold) -> None:
        """Delete the waybills of an ended hold, and its data key. It is safe to repeat."""
        self.holds.prepare_waybills(tenant, hold.ref, None).write()
        if hold.status == "lifted":
            self.vault.data_keys.destroy_hold(tenant, hold.number)

    def _portions(self, tenant: str, numbers: Sequence[str]) -> list[list[bytes]]:
        bases = self.keyring.tenant(tenant).bases(numbers)
        return [bases[at : at + AT_ONCE] for at in range(0, len(bases), AT_ONCE)]

    def _record(self, context: RequestContext, action: Action, stated: Stated, change: Change) -> None:
        """Record the waybills of one step before they are changed."""
        if change.ends:
            items = [ItemOutcome(base, Outcome.DONE) for base in change.ends]
            self.recorder.record(context, action, Outcome.DONE, stated, items=items, sealed=change.sealed)

    def _changed(
        self,
        context: RequestContext,
        action: Action,
        stated: Stated,
        name: str,
        change: Callable[[Hold], Hold],
        *beside: Callable[[], Prepared[None]],
    ) -> Hold:
        """Change one hold of the list after its entry, which announces what is `beside` it, too; return the hold."""
        changed: Hold

        def change_list(holds: list[Hold]) -> list[Hold]:
            nonlocal changed
            changed = change(_named(holds, name))
            return [changed if one.name == name else one for one in holds]

        self.recorder.change(
            context, action, stated, partial(self._prepare, context, action, name, change_list), *beside
        )
        return changed

    def _prepare(
        self, context: RequestContext, action: Action, name: str, change: Callable[[list[Hold]], list[Hold]]
    ) -> Prepared[bool]:
        """Prepare a change of the list. A refusal by the change is recorded."""
        with self.recorder.record_denials(context, action, Stated(case=name)):
            return self.holds.prepare(context.principal.tenant, change)


def _from(hold: Hold, **changes: Any) -> Callable[[Hold], Hold]:
    """Return a change of a hold, which raises HoldEnded if the hold is not `hold` any more."""

    def change(one: Hold) -> Hold:
        if one != hold:
            raise HoldEnded
        return msgspec.structs.replace(one, **changes)

    return change


def _keeping(holds: Sequence[Hold]) -> dict[str, int]:
    """Return the numbers of the holds that keep their waybills, by name."""
    return {hold.name: hold.number for hold in holds if hold.keeps}


def _named(holds: Sequence[Hold], name: str) -> Hold:
    """Return the hold of a name. Raises NotFound."""
    for hold in holds:
        if hold.name == name:
            return hold
    raise NotFound


def _answer(hold: Hold) -> answers.Hold:
    def person(principal: str, at: int) -> answers.HoldDecision | None:
        return answers.HoldDecision(principal, rfc3339(at)) if at else None

    return answers.Hold(
        hold=hold.name,
        status=hold.status,
        reason=hold.reason,
        size=hold.waybills,
        kept=hold.kept,
        proposed=answers.HoldDecision(hold.proposed_by, rfc3339(hold.proposed_at)),
        set=person(hold.set_by, hold.set_at),
        lift_proposed=person(hold.lift_proposed_by, hold.lift_proposed_at),
        lifted=person(hold.lifted_by, hold.lifted_at),
    )
